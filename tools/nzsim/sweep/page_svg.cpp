#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "sim/report/page/charts.h"
#include "sim/report/page/markup.h"
#include "sim/report/text_table.h"
#include "tools/nzsim/sweep/page_content.h"

namespace nzsim::sweep {
namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 420;
constexpr double kLeft = 92;
constexpr double kRight = 16;
constexpr double kTop = 30;
constexpr double kBottom = 52;
/// Around all that is drawn, as a part of the axis.
constexpr double kRoom = 0.04;
constexpr std::size_t kMostTicks = 12;
/// Least difference of the ends of an axis, as a part of them.
constexpr double kLeastSpan = 1e-9;
/// Assumption: of a character of the drawing, in pixels.
constexpr double kCharacter = 8.0;

struct Tick {
  double value;
  std::string text;
};

/// Places values of a column between 0 and 1.
class Scale {
 public:
  Scale(const PageColumn& column, bool is_logarithmic)
      : column_(column), is_logarithmic_(is_logarithmic) {
    if (!column.is_number) {
      // Half a step around words, which are wide.
      low_ = -0.5;
      high_ = static_cast<double>(column.words.size()) - 0.5;
      return;
    }
    for (std::size_t row = 0; row < column.numbers.size(); ++row) {
      const double value = raw(row);
      if (std::isnan(value)) continue;
      low_ = is_empty_ ? value : std::min(low_, value);
      high_ = is_empty_ ? value : std::max(high_, value);
      is_empty_ = false;
    }
    // What differs by rounding alone has no scale of its own.
    const double largest = std::max(std::abs(low_), std::abs(high_));
    if (!(high_ - low_ > kLeastSpan * largest)) {
      const double half = is_logarithmic || largest == 0.0 ? 0.5 : 0.5 * largest;
      low_ -= half;
      high_ += half;
    }
    const double room = kRoom * (high_ - low_);
    low_ -= room;
    high_ += room;
  }

  /// No number where the row has none.
  [[nodiscard]] double at(std::size_t row) const { return part(raw(row)); }
  [[nodiscard]] double part(double value) const { return (value - low_) / (high_ - low_); }

  /// Values with their places; words that have no more than `room` pixels.
  [[nodiscard]] std::vector<Tick> ticks(double room) const {
    std::vector<Tick> ticks;
    if (!column_.is_number) {
      const std::size_t step =
          std::max<std::size_t>(1, (column_.words.size() + kMostTicks - 1) / kMostTicks);
      for (std::size_t place = 0; place < column_.words.size(); place += step) {
        const auto value = static_cast<double>(place);
        ticks.push_back({part(value), printable(column_.words[place],
                                                static_cast<std::size_t>(room / kCharacter))});
      }
    } else if (is_logarithmic_) {
      add_powers(ticks);
    } else {
      add_steps(ticks);
    }
    return ticks;
  }

 private:
  [[nodiscard]] double raw(std::size_t row) const {
    if (!column_.is_number) return static_cast<double>(column_.places[row]);
    const double number = column_.numbers[row];
    return is_logarithmic_ ? std::log10(number) : number;
  }

  void add_steps(std::vector<Tick>& ticks) const {
    const double rough = (high_ - low_) / 6.0;
    const double decade = std::pow(10.0, std::floor(std::log10(rough)));
    const double factor = rough / decade;
    const double step = decade * (factor < 2.0 ? 2.0 : factor < 5.0 ? 5.0 : 10.0);
    for (double value = std::ceil(low_ / step) * step; value <= high_; value += step) {
      ticks.push_back({part(value), fmt::format("{:g}", std::abs(value) < step / 2 ? 0 : value)});
    }
  }

  /// Powers of ten. Where there are few of them, of two for what was varied, else 1, 2 and 5 of
  /// each decade.
  void add_powers(std::vector<Tick>& ticks) const {
    const bool are_few = high_ - low_ < 3.0;
    if (are_few && column_.role == PageColumn::Role::number) {
      for (double decade = std::floor(low_); decade <= high_; decade += 1.0) {
        for (const double factor : {1.0, 2.0, 5.0}) add_power(ticks, decade + std::log10(factor));
      }
      return;
    }
    const double base = are_few ? std::log10(2.0) : 1.0;
    const double step = base * std::ceil((high_ - low_) / base / kMostTicks);
    for (double value = std::ceil(low_ / step) * step; value <= high_; value += step) {
      add_power(ticks, value);
    }
  }

  void add_power(std::vector<Tick>& ticks, double exponent) const {
    if (exponent < low_ || exponent > high_) return;
    ticks.push_back({part(exponent), fmt::format("{:.4g}", std::pow(10.0, exponent))});
  }

  const PageColumn& column_;
  bool is_logarithmic_;
  bool is_empty_ = true;
  double low_ = 0.0;
  double high_ = 0.0;
};

double x_of(double part) { return kLeft + (kWidth - kLeft - kRight) * part; }
double y_of(double part) { return kHeight - kBottom - (kHeight - kTop - kBottom) * part; }

/// Points as dots of one path: steps of no length with round ends. Dots in one place are one.
std::string dots(const std::vector<std::size_t>& rows, const Scale& x, const Scale& y) {
  std::set<std::pair<int, int>> places;
  for (const std::size_t row : rows) {
    const double across = x_of(x.at(row));
    const double down = y_of(y.at(row));
    if (std::isnan(across) || std::isnan(down)) continue;
    places.emplace(static_cast<int>(std::lround(across * 2)),
                   static_cast<int>(std::lround(down * 2)));
  }
  std::string path;
  for (const auto& [across, down] : places) {
    path += fmt::format("M{:g} {:g}h0", across / 2.0, down / 2.0);
  }
  return path;
}

std::string axes_svg(const PageColumn& across, const PageColumn& up, const Scale& x,
                     const Scale& y) {
  std::string svg;
  for (const Tick& tick : y.ticks(kLeft)) {
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/><text x=\"{3}\" "
        "y=\"{4:.1f}\" text-anchor=\"end\">{5}</text>\n",
        kLeft, kWidth - kRight, y_of(tick.value), kLeft - 8, y_of(tick.value) + 4,
        escaped(tick.text));
  }
  const std::size_t named = std::min(std::max<std::size_t>(across.words.size(), 1), kMostTicks);
  const double room = (kWidth - kLeft - kRight) / static_cast<double>(named);
  for (const Tick& tick : x.ticks(room)) {
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/><text "
        "x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>\n",
        x_of(tick.value), kTop, kHeight - kBottom, kHeight - kBottom + 18, escaped(tick.text));
  }
  svg += fmt::format("<text class=\"axis\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n",
                     kWidth - kRight, kHeight - 12, escaped(printable(across.name, 80)));
  return svg + fmt::format("<text class=\"axis\" x=\"{}\" y=\"{}\">{}</text>\n", kLeft - 40,
                           kTop - 14, escaped(printable(up.name, 80)));
}

}  // namespace

std::string scatter_svg(const PageContent& content) {
  if (content.points.size() == 0) return "";
  const PageAxes axes = first_axes(content);
  const PageColumn& across = content.points.columns[axes.x];
  const PageColumn& up = content.points.columns[axes.y];
  const Scale x(across, axes.is_x_logarithmic);
  const Scale y(up, axes.is_y_logarithmic);
  std::string svg =
      fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"group\" aria-label=\"{} over {}\">\n", kWidth,
                  kHeight, escaped(up.name), escaped(across.name)) +
      axes_svg(across, up, x, y);
  std::vector<std::size_t> front;
  for (const std::size_t index : content.front) front.push_back(content.row_of(index));
  // Black dots with white ones on them are rings.
  for (const char* const part : {"front-dots", "front-dots inner"}) {
    svg += fmt::format("<path class=\"{}\" d=\"{}\"/>\n", part, dots(front, x, y));
  }
  const PageColumn& workload = *content.points.find("workload");
  for (std::size_t series = 0; series < workload.words.size(); ++series) {
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < content.points.size(); ++row) {
      if (workload.places[row] == series) rows.push_back(row);
    }
    const ChartSeries look = cycled_series(series, "");
    svg += fmt::format("<path class=\"dots{}\" stroke=\"{}\" d=\"{}\"><title>{}</title></path>\n",
                       look.is_striped ? " square" : "", look.color, dots(rows, x, y),
                       escaped(workload.words[series]));
  }
  return svg + "</svg>\n";
}

}  // namespace nzsim::sweep
