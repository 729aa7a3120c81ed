#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/eie/program.h"
#include "sim/stats/registry.h"
#include "sim/stats/timeline.h"

namespace nzsim::eie {

/// What running one layer gives, in either mode.
struct LayerRun {
  /// Indexed by the machine's `Statistics`.
  CounterValues counters;
  /// `[batch, output elements]` raw values in the layer's `destination_format`; empty where a run
  /// simulates timing alone.
  std::vector<std::int16_t> outputs;
  /// `busy_cycles` of each PE over the layer's cycles, where it was asked for and the layer has
  /// weights.
  std::optional<Timeline> busy = {};
};

/// The inputs of layer `index`, `[batch, input elements]` in its `source_format`.
///
/// A chained layer takes the raw outputs of earlier layers, for each input of the batch one source
/// after the other (channels concatenated); where the destination format of a source differs from
/// this layer's source format, values are realigned by a rounded shift and saturated. Other layers
/// take the program's own activations. `previous[i].outputs` are the outputs of layer i, for all i
/// < `index`. Throws `SimulationError` where the sizes do not fit.
[[nodiscard]] std::vector<std::int16_t> gather_inputs(const EieProgram& program, std::size_t index,
                                                      std::span<const LayerRun> previous);

/// Outputs `[batch, output elements]` of a pooling layer, which the host computes in no cycles,
/// from `inputs` `[batch, input elements]`.
[[nodiscard]] std::vector<std::int16_t> pool_on_host(const LayerProgram& layer,
                                                     std::span<const std::int16_t> inputs);

}  // namespace nzsim::eie
