#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tools/nzsim/compare/results.h"

namespace nzsim::compare {

/// The value of `schema` in every comparison of this format.
inline constexpr std::string_view kComparisonSchema = "nzsim.comparison/2";

/// One entry as the renderers see it.
struct EntryView {
  /// Unique.
  std::string label;
  bool is_platform = false;
  /// As the comparison's file spells them: the machine or platform, and a platform's format.
  std::string machine;
  std::string format;
  /// `/pointer=value` of a machine.
  std::vector<std::string> overrides;
  std::vector<std::string> sources;
  std::vector<ResolvedConfig> configs;
};

/// A `comparison.json` as the renderers see it: checked types, no JSON. Ratios and rates are
/// computed from the sums as they were when it was written.
struct ComparisonView {
  std::string nzsim_version;
  std::string name;
  std::string description;
  std::string source;
  /// Index of the entry that speed-ups and efficiencies refer to.
  std::size_t baseline = 0;
  std::vector<EntryView> entries;
  /// Each with a cell per entry.
  std::vector<WorkloadResult> workloads;

  [[nodiscard]] EntryMeans means_of(const std::string& group, std::size_t entry) const;
};

/// Whether `schema` is one of a comparison, of whatever version.
[[nodiscard]] bool is_comparison_schema(std::string_view schema);

/// Reads a `comparison.json` text. `name` is the file in messages. Throws `InputError` at the first
/// place that is no comparison of this schema; members that it does not know are ignored.
[[nodiscard]] ComparisonView read_comparison(std::string_view json, const std::string& name);

/// Tables for a terminal: one per workload, and the geometric means.
[[nodiscard]] std::string text_of(const ComparisonView& comparison);

/// RFC 4180: a header and one row per workload and entry. Units are in the names of the columns;
/// numbers are in their shortest exact form, and empty where they are unknown.
[[nodiscard]] std::string csv_of(const ComparisonView& comparison);

}  // namespace nzsim::compare
