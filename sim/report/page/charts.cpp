#include "sim/report/page/charts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace nzsim {
namespace {

struct Prefix {
  double factor;
  std::string_view symbol;
};
constexpr std::array<Prefix, 10> kPrefixes = {{{1e15, "P"},
                                               {1e12, "T"},
                                               {1e9, "G"},
                                               {1e6, "M"},
                                               {1e3, "k"},
                                               {1.0, ""},
                                               {1e-3, "m"},
                                               {1e-6, "\xc2\xb5"},
                                               {1e-9, "n"},
                                               {1e-12, "p"}}};

/// The largest prefix that leaves at least 1, or the smallest of all.
const Prefix& prefix_for(double value) {
  const double magnitude = std::abs(value);
  // What rounds up to the next prefix has that one: 999.99 k is 1 M.
  constexpr double kRounding = 0.9999;
  const auto found = std::find_if(kPrefixes.begin(), kPrefixes.end(), [&](const Prefix& prefix) {
    return magnitude >= kRounding * prefix.factor;
  });
  return found == kPrefixes.end() ? kPrefixes.back() : *found;
}

/// Powers of ten around `values`, at least one decade apart. What is not positive has no place.
AxisRange decades_around(const std::vector<double>& values) {
  double low = 0.0;
  double high = 0.0;
  for (const double value : values) {
    if (!(value > 0.0) || !std::isfinite(value)) continue;
    low = low > 0.0 ? std::min(low, value) : value;
    high = std::max(high, value);
  }
  if (!(low > 0.0)) return {};
  // Room of a fifth of a decade, so that nothing lies on the frame. Exponents stay in a double.
  constexpr double kRoom = 0.2;
  const double first = std::clamp(std::floor(std::log10(low) - kRoom), -300.0, 300.0);
  const double last = std::clamp(std::ceil(std::log10(high) + kRoom), first + 1.0, 301.0);
  return {std::pow(10.0, first), std::pow(10.0, last)};
}

}  // namespace

std::string series_color(std::size_t index) {
  // Okabe and Ito, "Color Universal Design", 2008; black is text's, yellow too faint on white for
  // a point and therefore the last.
  constexpr std::array<std::string_view, kSeriesColors> kPalette = {
      "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442"};
  constexpr std::string_view kGrey = "#8c8c8c";
  return std::string(index < kPalette.size() ? kPalette[index] : kGrey);
}

ChartSeries cycled_series(std::size_t index, std::string name) {
  constexpr std::size_t kYellow = kSeriesColors - 1;
  const std::size_t place = index % kSeriesColors;
  return {std::move(name), place == kYellow ? "#1b1f24" : series_color(place),
          (index / kSeriesColors) % 2 == 1};
}

std::vector<std::string> ceiling_labels(const RooflineChart& chart) {
  std::vector<std::string> labels;
  if (chart.ceilings.size() == 1) {
    return {with_prefix(chart.ceilings.front().operations_per_second) + "OP/s peak"};
  }
  // A line of text, as a part of a drawing's height.
  constexpr double kLine = 0.045;
  const double decades =
      std::log10(chart.operations_per_second.high / chart.operations_per_second.low);
  struct Label {
    double height;
    std::size_t ceiling;
    std::size_t more;
  };
  std::vector<Label> taken;
  for (const RooflineCeiling& ceiling : chart.ceilings) {
    const double height = std::log10(ceiling.operations_per_second) / decades;
    const auto other = std::find_if(taken.begin(), taken.end(), [&](const Label& label) {
      return std::abs(label.height - height) < kLine;
    });
    if (other == taken.end()) {
      taken.push_back({height, labels.size(), 0});
    } else {
      ++other->more;
    }
    labels.emplace_back();
  }
  for (const Label& label : taken) {
    const std::string& name = chart.ceilings[label.ceiling].name;
    labels[label.ceiling] = label.more == 0 ? name : fmt::format("{} + {} more", name, label.more);
  }
  return labels;
}

void fit_axis(RatioChart& chart) {
  std::vector<double> values = {1.0};
  for (const RatioChart::Row& row : chart.rows) {
    for (const std::optional<double>& value : row.values) values.push_back(value.value_or(1.0));
  }
  chart.range = decades_around(values);
}

std::string dash_array(LineDash dash) {
  switch (dash) {
    case LineDash::dashed:
      return "8 4";
    case LineDash::dotted:
      return "2 3";
    case LineDash::solid:
      break;
  }
  return "";
}

std::string fill_of(const ChartSeries& series) {
  return series.is_striped ? fmt::format("url(#stripes-{})", series.color.substr(1)) : series.color;
}

std::string stripe_patterns(const std::vector<ChartSeries>& series) {
  std::string patterns;
  for (const ChartSeries& one : series) {
    if (!one.is_striped) continue;
    patterns += fmt::format(
        "<pattern id=\"stripes-{}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
        "patternTransform=\"rotate(45)\"><path fill=\"{}\" d=\"M0 0h6v6h-6z\"/><path "
        "fill=\"#fff\" d=\"M0 0h2v6h-2z\"/></pattern>",
        one.color.substr(1), one.color);
  }
  return patterns.empty() ? "" : "<defs>" + patterns + "</defs>\n";
}

void fit_axes(RooflineChart& chart) {
  std::vector<double> intensities;
  std::vector<double> rates;
  for (const RooflineCeiling& ceiling : chart.ceilings) {
    intensities.push_back(ceiling.ridge);
    rates.push_back(ceiling.operations_per_second);
  }
  for (const RooflinePoint& point : chart.points) {
    intensities.push_back(point.operations_per_byte);
    rates.push_back(point.operations_per_second);
  }
  chart.operations_per_byte = decades_around(intensities);
  chart.operations_per_second = decades_around(rates);
}

std::string with_prefix(double value) {
  if (value == 0.0 || !std::isfinite(value)) return fmt::format("{} ", value);
  const Prefix& prefix = prefix_for(value);
  return fmt::format("{:.4g} {}", value / prefix.factor, prefix.symbol);
}

std::string intensity_text(double value) {
  const bool is_small = std::abs(value) < 1.0;
  return is_small ? fmt::format("{:.4g} ", value) : with_prefix(value);
}

ScaledUnit unit_for(double largest, const std::string& base_unit) {
  if (!(largest > 0.0) || !std::isfinite(largest)) return {1.0, base_unit};
  const Prefix& prefix = prefix_for(std::min(largest, 1.0));
  return {1.0 / prefix.factor, std::string(prefix.symbol) + base_unit};
}

}  // namespace nzsim
