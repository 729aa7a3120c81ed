#pragma once

#include <string>

#include "sim/energy/table.h"
#include "sim/report/report.h"
#include "sim/report/result.h"
#include "sim/stats/registry.h"

namespace nzsim {

/// A run with easy numbers: two PEs at 1 GHz with peaks of 4 GOP/s and 8 GB/s (ridge at 0.5
/// operations per byte), a layer `first` of 1,000 cycles, `second` of 3,000, and `pool` on the host
/// in no cycles.
struct SampleRun {
  SampleRun();
  SampleRun(const SampleRun&) = delete;
  SampleRun& operator=(const SampleRun&) = delete;

  [[nodiscard]] std::string json() const { return report_json(context, result); }

  StatisticsRegistry statistics;
  EnergyTable table;
  ReportContext context;
  RunResult result;
};

}  // namespace nzsim
