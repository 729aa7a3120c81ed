#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace nzsim {

/// A `report.json` as the renderers see it: checked types, no JSON. Units as in the file.

/// What the whole run and each layer have.
struct ReportSums {
  std::uint64_t cycles = 0;
  double seconds = 0.0;
  std::uint64_t operations = 0;
  std::uint64_t dense_operations = 0;
  std::uint64_t dram_bytes = 0;
  double energy_joules = 0.0;
  double average_power_watts = 0.0;
  /// Nothing where there is no multiply-accumulate.
  std::optional<double> picojoules_per_multiply_accumulate;
  std::optional<double> picojoules_per_dense_multiply_accumulate;
};

struct ReportDetail {
  std::string name;
  std::variant<std::uint64_t, double, std::string> value;
  std::string unit;
};

struct ReportRoofline {
  /// Operations per byte; nothing where no byte is moved.
  std::optional<double> operational_intensity;
  double attained_operations_per_second = 0.0;
  double peak_operations_per_second = 0.0;
  double peak_bytes_per_second = 0.0;
  std::string memory;
  std::string bound;
};

/// Picojoules of one module in one layer.
struct ReportModuleEnergy {
  std::string module;
  double picojoules = 0.0;
};

/// A counter of each PE in one layer.
struct ReportPerPe {
  std::string name;
  std::vector<std::uint64_t> values;
};

/// A counter of each PE over the cycles of one layer, in windows of equal length.
struct ReportTimeline {
  /// One of the layer's `per_pe`, which has the sums.
  std::string counter;
  /// At least 1; the last window ends with the layer.
  std::uint64_t window_cycles = 1;
  /// `[PEs][windows]`.
  std::vector<std::vector<std::uint64_t>> per_pe;
};

struct ReportLayer {
  std::string name;
  std::string type;
  ReportSums sums;
  double utilization = 0.0;
  std::string bottleneck;
  bool checked = false;
  bool matches = false;
  std::string sha256;
  double rms_error = 0.0;
  std::vector<ReportDetail> details;
  std::vector<ReportPerPe> per_pe;
  /// Only where the run was asked for it.
  std::optional<ReportTimeline> timeline;
  /// One per module, in order of first appearance.
  std::vector<ReportModuleEnergy> energy;
  ReportRoofline roofline;

  /// The detail or counter of this name, or nullptr.
  [[nodiscard]] const ReportDetail* detail(std::string_view wanted) const;
  [[nodiscard]] const ReportPerPe* per_pe_counter(std::string_view wanted) const;
};

struct ReportEnergy {
  std::string module;
  std::string component;
  std::string action;
  bool is_static = false;
  double picojoules_each = 0.0;
  double picojoules = 0.0;
  std::string provenance;
  std::string source;
};

struct ReportArea {
  std::string component;
  std::uint64_t instances = 0;
  double square_micrometres = 0.0;
  std::string provenance;
  std::string source;
};

struct ReportView {
  std::string nzsim_version;
  std::string machine;
  std::string machine_source;
  std::string workload;
  std::string workload_source;
  std::string mode;
  std::string mode_note;
  std::uint64_t seed = 0;
  double clock_hz = 0.0;
  ReportSums totals;
  double host_seconds = 0.0;
  std::vector<ReportLayer> layers;
  /// Names of all layers' details, in order of first appearance: columns of a table.
  std::vector<std::string> detail_names;
  std::string energy_table;
  std::string energy_table_source;
  double node_nm = 0.0;
  std::vector<ReportEnergy> energy;
  std::vector<ReportArea> areas;
  ReportRoofline roofline;
};

/// Reads a `report.json` text. `name` is the file in messages. Throws `InputError` at the first
/// place that is no report of this schema; members that it does not know are ignored.
[[nodiscard]] ReportView read_report(std::string_view json, const std::string& name);

}  // namespace nzsim
