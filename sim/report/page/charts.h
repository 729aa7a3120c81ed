#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace nzsim {

/// Charts as data, the same for every drawer of them: the SVG of a page without scripts, and the
/// interactive chart that a script draws from their JSON. All numbers are final: a drawer places
/// them and computes none.

/// What belongs together under one name of a legend.
struct ChartSeries {
  std::string name;
  /// `#rrggbb`, of a palette that colour-blind readers can tell apart.
  std::string color;
};

/// The colour of series `index`: Okabe and Ito's palette, then grey for whatever follows.
[[nodiscard]] std::string series_color(std::size_t index);
/// Number of colours before the grey one.
inline constexpr std::size_t kSeriesColors = 7;

/// The two lines of one machine.
struct RooflineCeiling {
  std::string name;
  /// The memory whose bandwidth is the slope.
  std::string memory;
  double operations_per_second = 0.0;
  double bytes_per_second = 0.0;
  /// Operations per byte where the lines meet.
  double ridge = 0.0;
};

struct RooflinePoint {
  std::string name;
  std::size_t series = 0;
  /// Number of the layer that a reader can hide, nothing for a whole run.
  std::optional<std::size_t> layer;
  double operations_per_byte = 0.0;
  double operations_per_second = 0.0;
  /// Sentences of what it is, what bounds it and where its numbers come from.
  std::vector<std::string> facts;
};

struct AxisRange {
  double low = 1.0;
  double high = 10.0;
};

/// Attained rate over operational intensity, both axes logarithmic.
struct RooflineChart {
  std::vector<RooflineCeiling> ceilings;
  std::vector<ChartSeries> series;
  std::vector<RooflinePoint> points;
  /// Powers of ten around all that is drawn.
  AxisRange operations_per_byte;
  AxisRange operations_per_second;
  /// What has no place on logarithmic axes.
  std::vector<std::string> notes;
};

/// Fits the axes to ceilings and points.
void fit_axes(RooflineChart& chart);

struct BarRow {
  std::string name;
  /// [series]; none is negative.
  std::vector<double> values;
  /// The sum with its unit, as printed at the end of the bar.
  std::string sum;
};

/// Stacked horizontal bars, one per layer.
struct BarChart {
  std::string title;
  /// Of all values: `ms`.
  std::string unit;
  std::vector<ChartSeries> series;
  std::vector<BarRow> rows;
};

/// One colour per PE and layer.
struct HeatMap {
  struct Measure {
    std::string name;
    /// [layers][PEs], from 0 to 1.
    std::vector<std::vector<double>> values;
  };
  std::vector<std::string> layers;
  std::vector<Measure> measures;
};

/// The SVG element of a chart, or several below each other. Points carry their facts as titles,
/// which a browser shows.
[[nodiscard]] std::string svg_of(const RooflineChart& chart);
[[nodiscard]] std::string svg_of(const BarChart& chart);

/// The little drawing of series `index` in the legend of a chart: its mark on a roofline, whose
/// shapes tell series apart without colours, or a patch.
[[nodiscard]] std::string swatch_of(const RooflineChart& chart, std::size_t index);
[[nodiscard]] std::string swatch_of(const BarChart& chart, std::size_t index);

/// JSON texts that the page's script reads.
[[nodiscard]] std::string json_of(const RooflineChart& chart);
[[nodiscard]] std::string json_of(const BarChart& chart);
[[nodiscard]] std::string json_of(const HeatMap& map);

/// `value` with a prefix of powers of a thousand: `34.12 G`, `800 m`.
[[nodiscard]] std::string with_prefix(double value);

/// Operations per byte: `0.25`, `2.689 k`.
[[nodiscard]] std::string intensity_text(double value);

/// A unit that makes numbers up to `largest` readable: `us` for 2e-5 s.
struct ScaledUnit {
  double factor = 1.0;
  std::string name;
};
[[nodiscard]] ScaledUnit unit_for(double largest, const std::string& base_unit);

}  // namespace nzsim
