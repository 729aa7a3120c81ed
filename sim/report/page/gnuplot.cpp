#include "sim/report/page/gnuplot.h"

#include <algorithm>
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

/// Blocks of a data file are told apart by two empty lines.
class Blocks {
 public:
  /// The number of a new block with a heading as its comment.
  std::size_t begin(std::string_view heading) {
    if (count_ > 0) text += "\n\n";
    text += fmt::format("# {}\n", printable(heading, kNameLimit));
    return count_++;
  }

  std::string text;

 private:
  std::size_t count_ = 0;
};

std::string figure(std::string_view name) { return fmt::format("\nset output '{}.pdf'\n", name); }

std::string roofline(const RooflineChart& chart, const std::string& data_name, Blocks& blocks) {
  std::string script = figure("roofline");
  script += fmt::format(
      "set logscale xy\nset xrange [{:g}:{:g}]\nset yrange [{:g}:{:g}]\n"
      "set xlabel 'operational intensity (operations per byte)'\n"
      "set ylabel 'operations per second'\nset format '10^{{%T}}'\nset key bottom right\n",
      chart.operations_per_byte.low, chart.operations_per_byte.high,
      chart.operations_per_second.low, chart.operations_per_second.high);
  std::string plots;
  for (const RooflineCeiling& ceiling : chart.ceilings) {
    // What limits nothing is no line.
    const std::string slope =
        ceiling.bytes_per_second > 0.0
            ? fmt::format("x * {} < {} ? x * {} : ", ceiling.bytes_per_second,
                          ceiling.operations_per_second, ceiling.bytes_per_second)
            : "";
    plots += fmt::format("  {}{} with lines lw 2 lc rgb '#1b1f24' title {} noenhanced, \\\n", slope,
                         ceiling.operations_per_second, quoted(ceiling.name));
  }
  for (std::size_t series = 0; series < chart.series.size(); ++series) {
    const std::size_t block = blocks.begin(chart.series[series].name);
    for (const RooflinePoint& point : chart.points) {
      if (point.series != series) continue;
      blocks.text += fmt::format("{} {} {}\n", point.operations_per_byte,
                                 point.operations_per_second, data_text(point.name));
    }
    plots += fmt::format(
        "  '{}' index {} using 1:2 with points pt {} ps 0.8 lc rgb '{}' title {} noenhanced, \\\n",
        data_name, block, 5 + 2 * (series % 4), chart.series[series].color,
        quoted(chart.series[series].name));
  }
  return script + "plot \\\n" + plots + "  1/0 notitle\n";
}

std::string bars(const BarChart& chart, std::string_view name, const std::string& data_name,
                 Blocks& blocks) {
  if (chart.rows.empty() || chart.series.empty()) return "";
  const std::size_t block = blocks.begin(chart.title);
  for (const BarRow& row : chart.rows) {
    blocks.text += data_text(row.name);
    for (const double value : row.values) blocks.text += fmt::format(" {:.10g}", value);
    blocks.text += '\n';
  }
  std::string script = figure(name);
  script += fmt::format(
      "unset logscale\nset autoscale\nset yrange [0:*]\nunset xlabel\nset ylabel {}\n"
      "set format '%g'\nset key outside top center horizontal\nset style data histograms\n"
      "set style histogram rowstacked\nset style fill solid border rgb 'white'\nset boxwidth 0.8\n"
      "set xtics rotate by 60 right noenhanced\n",
      quoted(fmt::format("{} ({})", chart.title, chart.unit)));
  std::string plots;
  for (std::size_t series = 0; series < chart.series.size(); ++series) {
    plots += fmt::format("  '{}' index {} using {}:xtic(1) lc rgb '{}' title {} noenhanced{}\n",
                         data_name, block, series + 2, chart.series[series].color,
                         quoted(chart.series[series].name),
                         series + 1 < chart.series.size() ? ", \\" : "");
  }
  return script + "plot \\\n" + plots;
}

}  // namespace

GnuplotFiles gnuplot_of(const ReportCharts& charts, const std::string& data_name) {
  Blocks blocks;
  std::string script =
      "# Run by gnuplot in this folder: roofline.pdf, time.pdf and energy.pdf.\n"
      "set terminal pdfcairo size 16cm,9cm font ',10'\nset grid lt 1 lw 0.5 lc rgb '#d0d7de'\n";
  script += roofline(charts.roofline, data_name, blocks);
  script += bars(charts.time, "time", data_name, blocks);
  script += bars(charts.energy, "energy", data_name, blocks);
  return {script, blocks.text};
}

}  // namespace nzsim
