#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "sim/report/page/report_charts.h"

namespace nzsim {

/// A gnuplot script and its data, one block per series: for papers.
struct GnuplotFiles {
  std::string script;
  std::string data;
};

/// Collects charts as figures of one script. Texts of charts are data or quoted, never commands.
class GnuplotFigures {
 public:
  /// The script reads the data from `data_name` in its own folder.
  explicit GnuplotFigures(std::string data_name) : data_name_(std::move(data_name)) {}

  /// The figure `NAME.pdf`; none where there is nothing to draw.
  void add(std::string_view name, const RooflineChart& chart);
  void add(std::string_view name, const BarChart& chart);
  void add(std::string_view name, const RatioChart& chart);

  [[nodiscard]] GnuplotFiles files() const;

 private:
  /// The number of a new block of data with a heading as its comment; two empty lines end one.
  std::size_t begin_block(std::string_view heading);

  std::string data_name_;
  std::string script_;
  std::string data_;
  std::size_t blocks_ = 0;
};

/// Roofline and stacked bars of time and energy as three PDF figures. The script reads the data
/// from `data_name` in its own folder. Texts of the report are data or quoted, never commands.
[[nodiscard]] GnuplotFiles gnuplot_of(const ReportCharts& charts, const std::string& data_name);

}  // namespace nzsim
