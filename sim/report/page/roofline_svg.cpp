#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sim/report/page/charts.h"
#include "sim/report/page/markup.h"
#include "sim/report/text_table.h"

namespace nzsim {
namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 480;
constexpr double kLeft = 78;
constexpr double kRight = 24;
constexpr double kTop = 24;
constexpr double kBottom = 56;
constexpr std::size_t kNameLimit = 24;
constexpr std::size_t kLabelLimit = 40;

struct Place {
  double x = 0.0;
  double y = 0.0;
};

/// Logarithmic axes inside the frame.
class Axes {
 public:
  explicit Axes(const RooflineChart& chart)
      : x_(chart.operations_per_byte), y_(chart.operations_per_second) {}

  [[nodiscard]] double x(double value) const {
    return kLeft + (kWidth - kLeft - kRight) * fraction(x_, value);
  }
  [[nodiscard]] double y(double value) const {
    return kHeight - kBottom - (kHeight - kTop - kBottom) * fraction(y_, value);
  }
  /// Where the frame ends.
  [[nodiscard]] static double right() { return kWidth - kRight; }
  [[nodiscard]] const AxisRange& across() const { return x_; }
  [[nodiscard]] const AxisRange& up() const { return y_; }

 private:
  static double fraction(const AxisRange& range, double value) {
    return std::log10(value / range.low) / std::log10(range.high / range.low);
  }

  AxisRange x_;
  AxisRange y_;
};

/// The powers of ten of `range`, thinned out to what fits.
std::vector<double> ticks_of(const AxisRange& range) {
  constexpr int kMostTicks = 12;
  const int first = static_cast<int>(std::lround(std::log10(range.low)));
  const int last = static_cast<int>(std::lround(std::log10(range.high)));
  const int step = std::max(1, (last - first + kMostTicks - 1) / kMostTicks);
  std::vector<double> ticks;
  for (int exponent = first; exponent <= last; exponent += step) {
    ticks.push_back(std::pow(10.0, exponent));
  }
  return ticks;
}

std::string frame(const Axes& axes) {
  std::string svg;
  for (const double tick : ticks_of(axes.across())) {
    const double x = axes.x(tick);
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>"
        "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>\n",
        x, kTop, kHeight - kBottom, kHeight - kBottom + 18, intensity_text(tick));
  }
  for (const double tick : ticks_of(axes.up())) {
    const double y = axes.y(tick);
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>"
        "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5}</text>\n",
        kLeft, kWidth - kRight, y, kLeft - 8, y + 4, with_prefix(tick));
  }
  svg += fmt::format(
      "<text class=\"axis\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">"
      "operational intensity, operations per byte</text>\n",
      (kLeft + kWidth - kRight) / 2, kHeight - 10);
  svg += fmt::format(
      "<text class=\"axis\" transform=\"translate(16 {:.1f}) rotate(-90)\" "
      "text-anchor=\"middle\">operations per second</text>\n",
      (kTop + kHeight - kBottom) / 2);
  return svg;
}

std::string series_attribute(const RooflineCeiling& ceiling) {
  return ceiling.series ? fmt::format(" data-series=\"{}\"", *ceiling.series) : "";
}

/// The line alone: from the frame, at the left or below, up to the ridge, then flat.
std::string line_svg(const Axes& axes, const RooflineCeiling& ceiling, Place foot, Place ridge) {
  const std::string slope =
      ceiling.bytes_per_second > 0.0 ? fmt::format("L{:.1f} {:.1f}", ridge.x, ridge.y) : "";
  const std::string dashes = dash_array(ceiling.dash);
  return fmt::format(
      "<path class=\"ceiling\"{} stroke=\"{}\" stroke-width=\"{}\"{} d=\"M{:.1f} "
      "{:.1f}{}H{}\"/>\n",
      series_attribute(ceiling), ceiling.color, ceiling.width,
      dashes.empty() ? "" : fmt::format(" stroke-dasharray=\"{}\"", dashes), foot.x, foot.y, slope,
      axes.right());
}

/// Bandwidth and ridge of the only machine, written along its lines.
std::string texts_svg(const RooflineCeiling& ceiling, Place foot, Place ridge) {
  const double angle = std::atan2(ridge.y - foot.y, ridge.x - foot.x) * 180 / std::numbers::pi;
  std::string svg = fmt::format("<path class=\"ridge\" d=\"M{:.1f} {:.1f}V{}\"/>\n", ridge.x,
                                ridge.y, kHeight - kBottom);
  svg += fmt::format(
      "<text transform=\"translate({:.1f} {:.1f}) rotate({:.1f})\" text-anchor=\"middle\" "
      "dy=\"-7\">{}B/s {}</text>\n",
      (foot.x + ridge.x) / 2, (foot.y + ridge.y) / 2, angle, with_prefix(ceiling.bytes_per_second),
      escaped(printable(ceiling.memory, kNameLimit)));
  // On the side where there is room.
  const bool is_left = ridge.x > kWidth - 160;
  svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"{}\">ridge {}OP/B</text>\n",
                     ridge.x + (is_left ? -5 : 5), kHeight - kBottom - 8, is_left ? "end" : "start",
                     intensity_text(ceiling.ridge));
  return svg;
}

/// The ridge point of one of several machines, which tells its figures.
std::string ridge_svg(const RooflineCeiling& ceiling, Place ridge) {
  std::string title = ceiling.name;
  for (const std::string& fact : ceiling.facts) title += '\n' + fact;
  return fmt::format(
      "<circle class=\"ridge-point\"{} tabindex=\"0\" stroke=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" "
      "r=\"5\"><title>{}</title></circle>\n",
      series_attribute(ceiling), ceiling.color, ridge.x, ridge.y, escaped(title));
}

std::string ceiling_svg(const Axes& axes, const RooflineCeiling& ceiling, const std::string& label,
                        bool is_alone) {
  if (!(ceiling.operations_per_second > 0.0)) return "";
  const double peak = axes.y(ceiling.operations_per_second);
  const bool has_slope = ceiling.bytes_per_second > 0.0;
  const double start = has_slope
                           ? std::max(axes.across().low, axes.up().low / ceiling.bytes_per_second)
                           : axes.across().low;
  const Place foot{axes.x(start), has_slope ? axes.y(start * ceiling.bytes_per_second) : peak};
  const Place ridge{has_slope ? axes.x(ceiling.ridge) : foot.x, peak};
  std::string svg = line_svg(axes, ceiling, foot, ridge);
  if (has_slope) svg += is_alone ? texts_svg(ceiling, foot, ridge) : ridge_svg(ceiling, ridge);
  if (!label.empty()) {
    svg += fmt::format("<text{} x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
                       series_attribute(ceiling), axes.right() - 4, peak - 7,
                       escaped(printable(label, kLabelLimit)));
  }
  return svg;
}

std::string mark(std::size_t series, Place at) {
  return fmt::format("M{:.1f} {:.1f}{}", at.x, at.y, mark_of(series));
}

std::string group_attribute(const RooflinePoint& point) {
  return (point.group ? fmt::format(" data-group=\"{}\"", *point.group) : "") +
         (point.is_part ? " data-part" : "");
}

std::string point_svg(const Axes& axes, const RooflineChart& chart, const RooflinePoint& point) {
  const Place at{axes.x(point.operations_per_byte), axes.y(point.operations_per_second)};
  std::string title = point.name;
  for (const std::string& fact : point.facts) title += '\n' + fact;
  const std::string where =
      point.is_part
          ? fmt::format(" transform=\"translate({:.1f} {:.1f}) scale(0.55)\" d=\"M0 0{}\"", at.x,
                        at.y, mark_of(point.series))
          : fmt::format(" d=\"{}\"", mark(point.series, at));
  return fmt::format(
      "<path class=\"point\" tabindex=\"0\" data-series=\"{}\"{} fill=\"{}\"{}>"
      "<title>{}</title></path>\n",
      point.series, group_attribute(point), chart.series[point.series].color, where,
      escaped(title));
}

/// Names beside the points, where there is room.
std::string names(const Axes& axes, const RooflineChart& chart) {
  constexpr double kCharacterWidth = 7;
  constexpr double kLineHeight = 14;
  struct Box {
    double left;
    double right;
    double base;
  };
  std::vector<Box> taken;
  std::string svg;
  // Whole runs are drawn last and named first.
  for (auto place = chart.points.rbegin(); place != chart.points.rend(); ++place) {
    const RooflinePoint& point = *place;
    const std::string name = printable(point.name, kNameLimit);
    const double width = kCharacterWidth * static_cast<double>(name.size());
    const double x = axes.x(point.operations_per_byte);
    const bool is_left = x + 10 + width > kWidth - kRight;
    const double begin = is_left ? x - 10 - width : x + 10;
    const Box box{begin, begin + width, axes.y(point.operations_per_second) + 16};
    const bool is_free = std::none_of(taken.begin(), taken.end(), [&](const Box& other) {
      return box.left < other.right && other.left < box.right &&
             std::abs(box.base - other.base) < kLineHeight;
    });
    if (!is_free) continue;
    taken.push_back(box);
    svg += fmt::format(
        "<text class=\"name\" data-series=\"{}\"{} x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
        point.series, group_attribute(point), box.left, box.base, escaped(name));
  }
  return svg;
}

}  // namespace

std::string mark_of(std::size_t index) {
  // Circle, square, triangle, diamond, triangle on its head, plus, cross and hourglass: their
  // number and that of the colours have no divisor in common, so that both repeat at once late.
  constexpr std::array<const char*, 8> kShapes = {
      "m-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0z",
      "m-5.5 -5.5h11v11h-11z",
      "m0 -7l6.5 12h-13z",
      "m0 -7.5l7.5 7.5l-7.5 7.5l-7.5 -7.5z",
      "m0 7l6.5 -12h-13z",
      "m-2.2 -6.6h4.4v4.4h4.4v4.4h-4.4v4.4h-4.4v-4.4h-4.4v-4.4h4.4z",
      "m-6.2 -3.1l3.1 -3.1l3.1 3.1l3.1 -3.1l3.1 3.1l-3.1 3.1l3.1 3.1l-3.1 3.1l-3.1 -3.1l-3.1 "
      "3.1l-3.1 -3.1l3.1 -3.1z",
      "m-6 -6.5h12l-12 13h12z"};
  return kShapes[index % kShapes.size()];
}

std::string swatch_of(const RooflineChart& chart, std::size_t index) {
  return fmt::format(
      "<svg class=\"swatch\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path fill=\"{}\" "
      "d=\"{}\"/></svg>",
      chart.series[index].color, mark(index, {8, 8}));
}

std::string svg_of(const RooflineChart& chart) {
  // More names than these hide what they name.
  constexpr std::size_t kMostNames = 16;
  const Axes axes(chart);
  std::string svg = fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"group\" aria-label=\"Roofline: attained rate over "
      "operational intensity\">\n",
      kWidth, kHeight);
  svg += frame(axes);
  const std::vector<std::string> labels = ceiling_labels(chart);
  for (std::size_t index = 0; index < chart.ceilings.size(); ++index) {
    svg += ceiling_svg(axes, chart.ceilings[index], labels[index], chart.ceilings.size() == 1);
  }
  if (chart.points.size() <= kMostNames) svg += names(axes, chart);
  // A whole lies above its parts.
  for (const bool is_part : {true, false}) {
    for (const RooflinePoint& point : chart.points) {
      if (point.is_part == is_part) svg += point_svg(axes, chart, point);
    }
  }
  return svg + "</svg>\n";
}

}  // namespace nzsim
