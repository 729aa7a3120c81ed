#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/report/page/charts.h"
#include "sim/report/report_view.h"

namespace nzsim {

/// The charts of one run.
struct ReportCharts {
  RooflineChart roofline;
  /// Stacked by state where the layers report states.
  BarChart time;
  /// Whether the states are means over PEs.
  bool time_is_mean_of_pes = false;
  /// Stacked by module; no rows where the run has no energies.
  BarChart energy;
  /// States of each PE, where the layers count them.
  std::optional<HeatMap> pes;
  /// Use of each PE over time; no measures where the run recorded none.
  HeatMap pes_over_time;
};

[[nodiscard]] ReportCharts charts_of(const ReportView& view);

/// `name` of a state, type or detail as words: `weight_stall` is `weight stall`.
[[nodiscard]] std::string as_words(std::string_view name);

}  // namespace nzsim
