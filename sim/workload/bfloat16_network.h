#pragma once

#include <cstdint>
#include <vector>

#include "sim/base/bfloat16.h"
#include "sim/workload/network.h"
#include "sim/workload/plain_bfloat16.h"
#include "sim/workload/summation_order.h"

namespace nzsim {

/// One layer of a network in bfloat16, with what a run starts from and is compared with.
struct RoundedLayer {
  LayerSpec spec;
  /// `[matrix outputs, matrix inputs]`, and `[matrix outputs]`; empty where there are none.
  std::vector<Bfloat16> weights;
  std::vector<float> bias;
  /// The layer's own activations, `[batch][source][elements]`; empty for chained layers.
  std::vector<std::vector<std::vector<Bfloat16>>> inputs;
  /// Outputs in double precision from unrounded values, `[inputs][output elements]`, of the first
  /// `kCalibrationInputs` inputs of the batch.
  std::vector<std::vector<double>> real_outputs;

  [[nodiscard]] Bfloat16Layer plain() const { return {weights, bias}; }
};

/// Loads the values of every layer, computes the network in double precision, and rounds weights
/// and inputs. Throws `WorkloadError` for values that cannot be loaded.
[[nodiscard]] std::vector<RoundedLayer> round_network(const Network& network, std::uint64_t seed);

/// The outputs of all layers for input `index` of the batch, by `plain_bfloat16`.
[[nodiscard]] std::vector<std::vector<Bfloat16>> plain_bfloat16_network(
    const std::vector<RoundedLayer>& layers, const SummationOrder& order, std::uint32_t index);

}  // namespace nzsim
