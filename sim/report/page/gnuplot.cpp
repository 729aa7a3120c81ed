#include "sim/report/page/gnuplot.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "sim/report/text_table.h"

namespace nzsim {
namespace {

constexpr std::size_t kNameLimit = 60;

/// A string of the script: in single quotes gnuplot replaces nothing but the doubled quote.
std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : printable(text, kNameLimit)) {
    if (c == '\'') result += c;
    result += c;
  }
  return result + '\'';
}

/// A string of the data, which has no way to write its own quotation mark.
std::string data_text(std::string_view text) {
  std::string result = printable(text, kNameLimit);
  std::replace(result.begin(), result.end(), '"', '\'');
  std::replace(result.begin(), result.end(), '\\', '/');
  return '"' + result + '"';
}

std::string figure(std::string_view name) { return fmt::format("\nset output '{}.pdf'\n", name); }

std::string_view dash_of(LineDash dash) {
  switch (dash) {
    case LineDash::dashed:
      return "dt 2 ";
    case LineDash::dotted:
      return "dt 3 ";
    case LineDash::solid:
      break;
  }
  return "";
}

/// The plot element of a machine's two lines. `is_named`: in the key, where no points are.
std::string ceiling_plot(const RooflineCeiling& ceiling, bool is_named) {
  // What limits nothing is no line.
  const std::string slope =
      ceiling.bytes_per_second > 0.0
          ? fmt::format("x * {} < {} ? x * {} : ", ceiling.bytes_per_second,
                        ceiling.operations_per_second, ceiling.bytes_per_second)
          : "";
  const std::string title =
      is_named ? fmt::format("title {} noenhanced", quoted(ceiling.name)) : "notitle";
  return fmt::format("  {}{} with lines lw {:g} {}lc rgb '{}' {}, \\\n", slope,
                     ceiling.operations_per_second, ceiling.width, dash_of(ceiling.dash),
                     ceiling.color, title);
}

/// Circle, square, triangle, diamond, triangle on its head, plus, cross, star.
int point_type(std::size_t series) {
  constexpr std::array<int, 8> kTypes = {7, 5, 9, 13, 11, 1, 2, 3};
  return kTypes[series % kTypes.size()];
}

}  // namespace

std::size_t GnuplotFigures::begin_block(std::string_view heading) {
  if (blocks_ > 0) data_ += "\n\n";
  data_ += fmt::format("# {}\n", printable(heading, kNameLimit));
  return blocks_++;
}

void GnuplotFigures::add(std::string_view name, const RooflineChart& chart) {
  script_ += figure(name);
  script_ += fmt::format(
      "set logscale xy\nset xrange [{:g}:{:g}]\nset yrange [{:g}:{:g}]\n"
      "set xlabel 'operational intensity (operations per byte)'\n"
      "set ylabel 'operations per second'\nset format '10^{{%T}}'\nset samples 400\n"
      "set key outside right top Left reverse font ',8'\n",
      chart.operations_per_byte.low, chart.operations_per_byte.high,
      chart.operations_per_second.low, chart.operations_per_second.high);
  std::string plots;
  for (const RooflineCeiling& ceiling : chart.ceilings) {
    const bool has_points =
        std::any_of(chart.series.begin(), chart.series.end(),
                    [&](const auto& series) { return series.name == ceiling.name; });
    plots += ceiling_plot(ceiling, !has_points);
  }
  for (std::size_t series = 0; series < chart.series.size(); ++series) {
    const std::size_t block = begin_block(chart.series[series].name);
    for (const RooflinePoint& point : chart.points) {
      if (point.series != series) continue;
      data_ += fmt::format("{} {} {}\n", point.operations_per_byte, point.operations_per_second,
                           data_text(point.name));
    }
    plots += fmt::format(
        "  '{}' index {} using 1:2 with points pt {} ps 0.8 lc rgb '{}' title {} noenhanced, \\\n",
        data_name_, block, point_type(series), chart.series[series].color,
        quoted(chart.series[series].name));
  }
  script_ += "plot \\\n" + plots + "  1/0 notitle\n";
}

void GnuplotFigures::add(std::string_view name, const BarChart& chart) {
  if (chart.rows.empty() || chart.series.empty()) return;
  const std::size_t block = begin_block(chart.title);
  for (const BarRow& row : chart.rows) {
    data_ += data_text(row.name);
    for (const double value : row.values) data_ += fmt::format(" {:.10g}", value);
    data_ += '\n';
  }
  script_ += figure(name);
  script_ += fmt::format(
      "unset logscale\nset autoscale\nset yrange [0:*]\nunset xlabel\nset ylabel {}\n"
      "set format '%g'\nset key outside top center horizontal\nset style data histograms\n"
      "set style histogram rowstacked\nset style fill solid border rgb 'white'\nset boxwidth 0.8\n"
      "set xtics rotate by 60 right noenhanced\n",
      quoted(fmt::format("{} ({})", chart.title, chart.unit)));
  std::string plots;
  for (std::size_t series = 0; series < chart.series.size(); ++series) {
    plots += fmt::format("  '{}' index {} using {}:xtic(1) lc rgb '{}' title {} noenhanced{}\n",
                         data_name_, block, series + 2, chart.series[series].color,
                         quoted(chart.series[series].name),
                         series + 1 < chart.series.size() ? ", \\" : "");
  }
  script_ += "plot \\\n" + plots;
}

void GnuplotFigures::add(std::string_view name, const RatioChart& chart) {
  if (chart.rows.empty() || chart.series.empty()) return;
  const std::size_t block = begin_block(chart.title);
  for (const RatioChart::Row& row : chart.rows) {
    data_ += data_text(row.name);
    // gnuplot leaves a bar out where a number is none.
    for (const auto& value : row.values) data_ += value ? fmt::format(" {:.10g}", *value) : " NaN";
    data_ += '\n';
  }
  script_ += figure(name);
  script_ += fmt::format(
      "unset logscale\nset autoscale\nset logscale y\nset yrange [{:g}:{:g}]\nunset xlabel\n"
      "set ylabel {}\nset format '10^{{%T}}'\nset key outside right top Left reverse font ',8'\n"
      "set style data histograms\nset style histogram clustered gap 1\n"
      "set style fill solid border rgb 'white'\nset boxwidth 1\n"
      "set xtics rotate by 60 right noenhanced\n",
      chart.range.low, chart.range.high, quoted(chart.title));
  std::string plots;
  for (std::size_t series = 0; series < chart.series.size(); ++series) {
    const ChartSeries& one = chart.series[series];
    plots += fmt::format(
        "  '{}' index {} using {}:xtic(1) {}lc rgb '{}' title {} noenhanced, \\\n", data_name_,
        block, series + 2,
        one.is_striped ? fmt::format("fill pattern 4 border lc rgb '{}' ", one.color) : "",
        one.color, quoted(one.name));
  }
  script_ += "plot \\\n" + plots + "  1 with lines lw 1 lc rgb '#1b1f24' notitle\n";
}

GnuplotFiles GnuplotFigures::files() const {
  return {fmt::format("# Run by gnuplot in this folder: it writes PDF figures.\n"
                      "set terminal pdfcairo size 18cm,9cm font ',10'\n"
                      "set grid lt 1 lw 0.5 lc rgb '#d0d7de'\n{}",
                      script_),
          data_};
}

GnuplotFiles gnuplot_of(const ReportCharts& charts, const std::string& data_name) {
  GnuplotFigures figures(data_name);
  figures.add("roofline", charts.roofline);
  figures.add("time", charts.time);
  figures.add("energy", charts.energy);
  return figures.files();
}

}  // namespace nzsim
