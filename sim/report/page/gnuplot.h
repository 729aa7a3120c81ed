#pragma once

#include <string>

#include "sim/report/page/report_charts.h"

namespace nzsim {

/// A gnuplot script and its data, one block per series: for papers.
struct GnuplotFiles {
  std::string script;
  std::string data;
};

/// Roofline and stacked bars of time and energy as three PDF figures. The script reads the data
/// from `data_name` in its own folder. Texts of the report are data or quoted, never commands.
[[nodiscard]] GnuplotFiles gnuplot_of(const ReportCharts& charts, const std::string& data_name);

}  // namespace nzsim
