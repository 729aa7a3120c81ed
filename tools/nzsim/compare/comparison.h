#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/platform/layer_time.h"
#include "sim/config/node.h"

namespace nzsim::compare {

/// A simulated machine: a name or path, and what is changed of it.
struct MachineChoice {
  std::string machine;
  std::vector<Override> overrides;
};

/// The machine that takes one network in place of the entry's own.
struct MachineException {
  std::string network;
  MachineChoice choice;
};

/// One side of a comparison: a machine that is simulated, or a platform known by its figures.
struct Entry {
  /// Unique name in tables.
  std::string label;
  /// Empty for a platform.
  MachineChoice machine;
  std::vector<MachineException> exceptions;
  /// Empty for a machine.
  std::string platform_name;
  /// How a platform holds a layer.
  platform::Format format;
  /// In place of the workloads' batches.
  std::optional<std::uint32_t> batch;

  [[nodiscard]] bool is_platform() const { return !platform_name.empty(); }
};

/// One workload: a name or path, and the batch in place of the network's own.
struct WorkloadChoice {
  std::string network;
  std::optional<std::uint32_t> batch;
  /// What the workload is one of; means are over the workloads of one group. All workloads have one
  /// or none has.
  std::string group;
};

/// A file of `configs/comparisons`.
struct Comparison {
  std::filesystem::path path;
  std::string name;
  std::string description;
  std::string source;
  std::vector<Entry> entries;
  std::vector<WorkloadChoice> workloads;
  /// Index of the entry that speed-ups and efficiencies refer to.
  std::size_t baseline = 0;
};

/// Reads a comparison file; `load_comparison` throws `ConfigError` with all errors of the file.
[[nodiscard]] Comparison comparison_from(ConfigNode& root);
[[nodiscard]] Comparison load_comparison(const std::filesystem::path& path);

/// As the file spells it: `csr_fp32`.
[[nodiscard]] std::string_view name_of(const platform::Format& format);

}  // namespace nzsim::compare
