#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/energy/table.h"
#include "sim/report/result.h"
#include "sim/stats/registry.h"

namespace nzsim {

/// Everything that a report is made of, beside the run's result.
struct ReportContext {
  std::string machine;
  std::string machine_source;
  std::string workload;
  std::string workload_source;
  /// `fast` or `reference`, and why the mode that was asked for was not taken (else empty).
  std::string mode;
  std::string mode_note;
  std::uint64_t seed = 0;
  double clock_hz = 0.0;
  Ceilings ceilings;
  const StatisticsRegistry* statistics = nullptr;
  const EnergyTable* energy = nullptr;
  std::vector<AreaRow> areas;
  /// Time that the simulation took on the host; the only part that differs between equal runs.
  double host_seconds = 0.0;
};

/// The text of `report.json` (schema in DESIGN.md section 4 and
/// `configs/schema/report.schema.json`).
[[nodiscard]] std::string report_json(const ReportContext& context, const RunResult& result);

enum class ReportFormat { text, csv };

/// Renders a `report.json` text: the one renderer behind `nzsim run` and `nzsim report`. `name` is
/// the file in messages. Throws `InputError` for a text that is no report of this schema.
[[nodiscard]] std::string render_report(std::string_view json, const std::string& name,
                                        ReportFormat format);

}  // namespace nzsim
