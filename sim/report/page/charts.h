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
  /// Areas are striped: a second series of the same colour.
  bool is_striped = false;
};

/// The colour of series `index`: Okabe and Ito's palette, then grey for whatever follows.
[[nodiscard]] std::string series_color(std::size_t index);
/// Number of colours before the grey one.
inline constexpr std::size_t kSeriesColors = 7;

/// Series `index` of many: the palette with black in place of yellow, which is too faint for a
/// line, then the same colours striped, and so on.
[[nodiscard]] ChartSeries cycled_series(std::size_t index, std::string name);
/// Number of series before colour and stripes repeat.
inline constexpr std::size_t kCycledSeries = 14;

/// How a line is drawn.
enum class LineDash { solid, dashed, dotted };

/// The two lines of one machine.
struct RooflineCeiling {
  std::string name;
  /// The memory whose bandwidth is the slope.
  std::string memory;
  double operations_per_second = 0.0;
  double bytes_per_second = 0.0;
  /// Operations per byte where the lines meet.
  double ridge = 0.0;
  std::string color = "#1b1f24";
  LineDash dash = LineDash::solid;
  /// In pixels; several lines in one place are told apart by it.
  double width = 2.0;
  /// The series that it is hidden with.
  std::optional<std::size_t> series = {};
  /// Sentences, as those of a point; they belong to the ridge.
  std::vector<std::string> facts = {};
};

struct RooflinePoint {
  std::string name;
  std::size_t series = 0;
  /// What a reader can hide: the number of the layer, or of the network; nothing for a whole run.
  std::optional<std::size_t> group;
  double operations_per_byte = 0.0;
  double operations_per_second = 0.0;
  /// Sentences of what it is, what bounds it and where its numbers come from.
  std::vector<std::string> facts;
  /// A part of another point, drawn smaller and only for readers who ask for parts.
  bool is_part = false;
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
  /// What parts are, in the words of the check box that shows them; empty where there are none.
  std::string parts_label;
};

/// The label at the right end of each ceiling: its peak where it is alone; of several its name, and
/// nothing where the label of one before it has taken the place, which counts it.
[[nodiscard]] std::vector<std::string> ceiling_labels(const RooflineChart& chart);

/// Fits the axes to ceilings and points.
void fit_axes(RooflineChart& chart);

struct BarRow {
  std::string name;
  /// [series]; none is negative.
  std::vector<double> values;
  /// The sum with its unit, as printed at the end of the bar.
  std::string sum;
  /// What a reader can hide; where nothing, the place of the row.
  std::optional<std::size_t> group = {};
  /// A line above the rows that follow, without a bar.
  bool is_heading = false;
};

/// Stacked horizontal bars, one per layer.
struct BarChart {
  std::string title;
  /// Of all values: `ms`.
  std::string unit;
  std::vector<ChartSeries> series;
  std::vector<BarRow> rows;

  /// What row `index` is hidden with.
  [[nodiscard]] std::size_t group_of(std::size_t index) const {
    return rows[index].group.value_or(index);
  }
};

/// Ratios to one of the series, on a logarithmic axis: bars beside each other that start at 1.
struct RatioChart {
  struct Row {
    std::string name;
    /// What a reader can hide; nothing for a mean over rows.
    std::optional<std::size_t> group;
    /// [series]; nothing where there is none, else above zero.
    std::vector<std::optional<double>> values;
    /// [series]: what to say of a bar, or of its absence.
    std::vector<std::vector<std::string>> facts;
  };
  std::string title;
  std::vector<ChartSeries> series;
  std::vector<Row> rows;
  AxisRange range;
};

/// Fits the axis to the values and 1.
void fit_axis(RatioChart& chart);

/// One colour per cell of a few rows and many columns: states of PEs, or the use of PEs over time.
struct HeatMap {
  /// What a reader chooses from.
  struct Measure {
    std::string name;
    /// [rows][columns], from 0 to 1.
    std::vector<std::vector<double>> values;
    /// Cycles of a column, the last of which ends with `cycles`; 0 where columns are PEs.
    std::uint64_t window_cycles = 0;
    std::uint64_t cycles = 0;
  };
  /// What a measure is: `State`.
  std::string choice;
  /// What the values are shares of.
  std::string whole;
  std::vector<std::string> rows;
  std::vector<Measure> measures;
};

/// The SVG element of a chart, or several below each other. Points carry their facts as titles,
/// which a browser shows.
[[nodiscard]] std::string svg_of(const RooflineChart& chart);
[[nodiscard]] std::string svg_of(const BarChart& chart);
[[nodiscard]] std::string svg_of(const RatioChart& chart);

/// The `d` of a path: the mark of series `index` around the point where it begins.
[[nodiscard]] std::string mark_of(std::size_t index);

/// The little drawing of series `index` in the legend of a chart: its mark on a roofline, whose
/// shapes tell series apart without colours, or a patch.
[[nodiscard]] std::string swatch_of(const RooflineChart& chart, std::size_t index);
[[nodiscard]] std::string swatch_of(const BarChart& chart, std::size_t index);
[[nodiscard]] std::string swatch_of(const RatioChart& chart, std::size_t index);

/// What an area of `series` is filled with: a colour, or a pattern of `stripe_patterns`.
[[nodiscard]] std::string fill_of(const ChartSeries& series);
/// Definitions of the patterns that striped series need, for the drawing that uses them.
[[nodiscard]] std::string stripe_patterns(const std::vector<ChartSeries>& series);

/// `dashed` as a list of lengths, empty for a solid line.
[[nodiscard]] std::string dash_array(LineDash dash);

/// JSON texts that the page's script reads.
[[nodiscard]] std::string json_of(const RooflineChart& chart);
[[nodiscard]] std::string json_of(const BarChart& chart);
[[nodiscard]] std::string json_of(const RatioChart& chart);
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
