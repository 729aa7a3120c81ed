#pragma once

#include "sim/report/page/charts.h"
#include "sim/report/page/gnuplot.h"
#include "tools/nzsim/compare/comparison_view.h"

namespace nzsim::compare {

/// The charts of a comparison. Series are entries but for the shares, whose series are parts;
/// groups are workloads.
struct ComparisonCharts {
  /// A point per entry and workload, and smaller ones of their layers.
  RooflineChart roofline;
  RatioChart speed_up;
  RatioChart efficiency;
  /// What the time of each cell is spent on, in percent.
  BarChart time;
  /// Energy by module in percent, of simulated cells alone.
  BarChart energy;
};

[[nodiscard]] ComparisonCharts charts_of(const ComparisonView& comparison);

/// The lines of entry `entry`, one per machine and memory that it ran on.
[[nodiscard]] std::vector<RooflineCeiling> ceilings_of(const ComparisonView& comparison,
                                                       std::size_t entry);

/// Roofline and ratios as PDF figures; the script reads `data_name` in its own folder.
[[nodiscard]] GnuplotFiles gnuplot_of(const ComparisonView& comparison,
                                      const std::string& data_name);

}  // namespace nzsim::compare
