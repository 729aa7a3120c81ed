#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "sim/report/page/charts.h"
#include "sim/report/page/markup.h"
#include "sim/report/text_table.h"

namespace nzsim {
namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 280;
/// Room for 1,000,000x.
constexpr double kLeft = 90;
constexpr double kRight = 10;
constexpr double kTop = 12;
constexpr double kBottom = 34;
/// Narrower groups of bars are drawn below each other.
constexpr double kNarrowestBar = 5;
constexpr double kGap = 14;
constexpr double kCharacterWidth = 7;

std::string tick_text(double tick) {
  constexpr double kMostDigits = 1e9;
  const bool is_whole = tick >= 1.0 && tick < kMostDigits;
  return is_whole ? format_count(static_cast<std::uint64_t>(std::llround(tick)))
                  : fmt::format("{:g}", tick);
}

/// Some rows of a chart, beside each other.
class Panel {
 public:
  Panel(const RatioChart& chart, std::size_t begin, std::size_t end)
      : chart_(chart), begin_(begin), end_(end) {}

  [[nodiscard]] std::string svg() const {
    std::string svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"group\" aria-label=\"{}\">\n",
                                  kWidth, kHeight, escaped(chart_.title));
    svg += stripe_patterns(chart_.series) + axis();
    for (std::size_t index = begin_; index < end_; ++index) svg += row(index);
    // Bars start here.
    svg +=
        fmt::format("<path class=\"one\" d=\"M{} {:.1f}H{}\"/>\n", kLeft, y(1.0), kWidth - kRight);
    return svg + "</svg>\n";
  }

 private:
  [[nodiscard]] double y(double value) const {
    const double part =
        std::log10(value / chart_.range.low) / std::log10(chart_.range.high / chart_.range.low);
    return kHeight - kBottom - (kHeight - kTop - kBottom) * part;
  }

  [[nodiscard]] std::string axis() const {
    std::string svg;
    const int first = static_cast<int>(std::lround(std::log10(chart_.range.low)));
    const int last = static_cast<int>(std::lround(std::log10(chart_.range.high)));
    const int step = std::max(1, (last - first) / 8);
    for (int exponent = first; exponent <= last; exponent += step) {
      const double tick = std::pow(10.0, exponent);
      svg += fmt::format(
          "<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>"
          "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5}x</text>\n",
          kLeft, kWidth - kRight, y(tick), kLeft - 8, y(tick) + 4, tick_text(tick));
    }
    return svg;
  }

  [[nodiscard]] std::string row(std::size_t index) const {
    const RatioChart::Row& row = chart_.rows[index];
    const double width = (kWidth - kLeft - kRight) / static_cast<double>(end_ - begin_);
    const double left = kLeft + width * static_cast<double>(index - begin_);
    const double bar = (width - kGap) / static_cast<double>(chart_.series.size());
    std::string svg =
        row.group ? fmt::format("<g data-group=\"{}\">", *row.group) : std::string("<g>");
    svg += fmt::format(
        "<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", left + width / 2,
        kHeight - 12,
        escaped(printable(row.name, static_cast<std::size_t>(width / kCharacterWidth))));
    for (std::size_t series = 0; series < row.values.size(); ++series) {
      if (!row.values[series]) continue;
      const double top = y(std::max(*row.values[series], 1.0));
      const double bottom = y(std::min(*row.values[series], 1.0));
      std::string title = fmt::format("{}, {}", chart_.series[series].name, row.name);
      for (const std::string& fact : row.facts[series]) title += '\n' + fact;
      svg += fmt::format(
          "<rect data-series=\"{}\" tabindex=\"0\" fill=\"{}\" x=\"{:.2f}\" y=\"{:.2f}\" "
          "width=\"{:.2f}\" height=\"{:.2f}\"><title>{}</title></rect>\n",
          series, fill_of(chart_.series[series]),
          left + kGap / 2 + bar * static_cast<double>(series), top, bar,
          std::max(bottom - top, 1.0), escaped(title));
    }
    return svg + "</g>\n";
  }

  const RatioChart& chart_;
  std::size_t begin_;
  std::size_t end_;
};

}  // namespace

std::string swatch_of(const RatioChart& chart, std::size_t index) {
  BarChart bars;
  bars.series = {chart.series[index]};
  return swatch_of(bars, 0);
}

std::string svg_of(const RatioChart& chart) {
  if (chart.rows.empty() || chart.series.empty()) return "";
  const double row = kGap + kNarrowestBar * static_cast<double>(chart.series.size());
  const auto fitting = static_cast<std::size_t>((kWidth - kLeft - kRight) / row);
  const std::size_t most = std::max<std::size_t>(1, std::min<std::size_t>(fitting, 12));
  std::string svg;
  for (std::size_t begin = 0; begin < chart.rows.size(); begin += most) {
    svg += Panel(chart, begin, std::min(begin + most, chart.rows.size())).svg();
  }
  return svg;
}

}  // namespace nzsim
