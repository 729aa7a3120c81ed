#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/base/units.h"
#include "sim/energy/table.h"
#include "sim/stats/registry.h"
#include "sim/stats/timeline.h"

namespace nzsim {

/// Peak rates of a machine: the roofline's two lines.
struct Ceilings {
  double operations_per_second = 0.0;
  double bytes_per_second = 0.0;
  /// The memory whose bandwidth `bytes_per_second` is: `sparse_matrix_sram`, `dram`.
  std::string memory;
};

/// What became of a layer's values.
struct ValuesCheck {
  /// Whether outputs were computed and compared with the independent computation.
  bool checked = false;
  bool matches = false;
  /// SHA-256 of the raw little-endian outputs, empty where they were not computed.
  std::string sha256;
  /// Against double precision on the same inputs, those of the batch that were computed so (int8:
  /// the first two): root mean square and largest absolute difference, and the largest magnitude of
  /// the double-precision outputs.
  double rms_error = 0.0;
  double largest_error = 0.0;
  double largest_output = 0.0;
  /// Where `matches` is false: the first difference, for the error message.
  std::string difference;
};

/// One more fact of a layer, printed in its report row.
struct Detail {
  std::string name;
  std::variant<std::uint64_t, double, std::string> value;
  std::string unit;
  std::string description;
};

/// A counter of each PE over the cycles of one layer.
struct CounterTimeline {
  /// Its short name, as in the report's `per_pe`.
  std::string counter;
  Timeline timeline;
};

/// What a machine returns for one layer, the same from both modes.
struct LayerResult {
  std::string name;
  std::string type;
  Cycles cycles;
  /// 2 per effective multiply-accumulate, and 2 per multiply-accumulate of the uncompressed layer.
  Operations operations;
  Operations dense_operations;
  Bytes dram_bytes;
  /// Bytes that crossed the memory of `Ceilings::memory`.
  Bytes roofline_bytes;
  /// Share of the machine's peak operations.
  double utilization = 0.0;
  std::string bottleneck;
  CounterValues counters;
  /// Where the run was asked for it and the layer has weights.
  std::optional<CounterTimeline> timeline = {};
  std::vector<EnergyEvent> events;
  ValuesCheck values;
  std::vector<Detail> details;
};

struct RunResult {
  std::vector<LayerResult> layers;
  /// Where the program decides which memory the roofline is drawn for: instead of the machine's
  /// own.
  std::optional<Ceilings> ceilings = {};
};

}  // namespace nzsim
