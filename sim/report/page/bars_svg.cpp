#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sim/report/page/charts.h"
#include "sim/report/page/markup.h"
#include "sim/report/text_table.h"

namespace nzsim {
namespace {

constexpr double kWidth = 860;
/// Room for a name of `kNameLimit` characters.
constexpr double kLeft = 220;
constexpr double kRight = 90;
constexpr double kRow = 22;
constexpr double kBar = 16;
constexpr double kAxis = 40;
constexpr std::size_t kNameLimit = 27;
constexpr std::size_t kHeadingLimit = 100;
/// What fits on a page of paper: a drawing is not broken over two.
constexpr std::size_t kRowsOfADrawing = 36;

double sum_of(const BarRow& row) {
  double sum = 0.0;
  for (const double value : row.values) sum += value;
  return sum;
}

/// 1, 2 or 5 times a power of ten: about five steps up to `largest`.
double step_for(double largest) {
  const double rough = largest / 5;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double digit = rough / power;
  return (digit > 5 ? 10 : digit > 2 ? 5 : digit > 1 ? 2 : 1) * power;
}

std::string axis(const BarChart& chart, double largest, double bottom) {
  std::string svg;
  const double step = step_for(largest);
  for (int tick = 0; step * tick <= largest; ++tick) {
    const double x = kLeft + (kWidth - kLeft - kRight) * step * tick / largest;
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"0\" y2=\"{1}\"/>"
        "<text x=\"{0:.1f}\" y=\"{2}\" text-anchor=\"middle\">{3:g}</text>\n",
        x, bottom, bottom + 16, step * tick);
  }
  svg += fmt::format("<text class=\"axis\" x=\"{}\" y=\"{}\">{}</text>\n", kWidth - kRight + 10,
                     bottom + 16, escaped(chart.unit));
  return svg;
}

/// The row of layer `index`, at `place` in its drawing.
std::string row_svg(const BarChart& chart, std::size_t index, std::size_t place, double largest) {
  const BarRow& row = chart.rows[index];
  const double top = kRow * static_cast<double>(place) + (kRow - kBar) / 2;
  double x = kLeft;
  const std::size_t group = chart.group_of(index);
  if (row.is_heading) {
    return fmt::format(
        "<g data-group=\"{}\"><text class=\"heading\" x=\"0\" y=\"{:.1f}\">{}</text></g>\n", group,
        top + kBar - 3, escaped(printable(row.name, kHeadingLimit)));
  }
  std::string svg = fmt::format("<g data-group=\"{}\"><title>{}</title>", group, escaped(row.name));
  svg += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>", kLeft - 8,
                     top + kBar - 4, escaped(printable(row.name, kNameLimit)));
  for (std::size_t series = 0; series < row.values.size(); ++series) {
    const double width = (kWidth - kLeft - kRight) * row.values[series] / largest;
    // Thinner than that nothing is seen.
    if (!(width > 0.02)) continue;
    svg += fmt::format(
        "<rect data-series=\"{}\" fill=\"{}\" x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" "
        "height=\"{}\"><title>{}: {}, {} {}</title></rect>",
        series, fill_of(chart.series[series]), x, top, width, kBar, escaped(row.name),
        escaped(chart.series[series].name), format_number(row.values[series]), escaped(chart.unit));
    x += width;
  }
  svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text></g>\n", x + 6, top + kBar - 4,
                     escaped(row.sum));
  return svg;
}

/// A drawing of the rows [begin, end).
std::string block(const BarChart& chart, std::size_t begin, std::size_t end, double largest) {
  const double bottom = kRow * static_cast<double>(end - begin) + 4;
  std::string svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"group\" aria-label=\"{}\">\n",
                                kWidth, bottom + kAxis, escaped(chart.title));
  svg += stripe_patterns(chart.series) + axis(chart, largest, bottom);
  for (std::size_t index = begin; index < end; ++index) {
    svg += row_svg(chart, index, index - begin, largest);
  }
  return svg + "</svg>\n";
}

}  // namespace

std::string swatch_of(const BarChart& chart, std::size_t index) {
  const ChartSeries& series = chart.series[index];
  // A pattern of a drawing that is not shown would leave the patch empty.
  const std::string_view stripes =
      series.is_striped ? "<path stroke=\"#fff\" stroke-width=\"2\" "
                          "d=\"M-2 6L6 -2M-2 12L12 -2M-2 18L18 -2M4 18L18 4M10 18L18 10\"/>"
                        : "";
  return fmt::format(
      "<svg class=\"swatch\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><rect width=\"16\" "
      "height=\"16\" fill=\"{}\"/>{}</svg>",
      series.color, stripes);
}

std::string svg_of(const BarChart& chart) {
  double largest = 0.0;
  for (const BarRow& row : chart.rows) largest = std::max(largest, sum_of(row));
  if (!(largest > 0.0) || !std::isfinite(largest)) return "";
  std::string svg;
  for (std::size_t begin = 0; begin < chart.rows.size(); begin += kRowsOfADrawing) {
    svg += block(chart, begin, std::min(begin + kRowsOfADrawing, chart.rows.size()), largest);
  }
  return svg;
}

}  // namespace nzsim
