#pragma once

#include <cstdint>
#include <vector>

#include "sim/workload/layer_quantization.h"
#include "sim/workload/network.h"
#include "sim/workload/plain_int8.h"

namespace nzsim {

/// One layer of a network in int8, with what a run starts from and is compared with.
struct QuantizedLayer {
  LayerSpec spec;
  LayerQuantization quantization;
  /// `[matrix outputs, matrix inputs]`, and `[matrix outputs]`; empty where there are none.
  std::vector<std::int8_t> weights;
  std::vector<std::int32_t> bias;
  /// Scales of the sources, one per source.
  std::vector<double> source_scales;
  /// The layer's own activations, `[batch][source][elements]`; empty for chained layers.
  std::vector<std::vector<std::vector<std::int8_t>>> inputs;
  /// Outputs in double precision, `[batch][output elements]`.
  std::vector<std::vector<double>> real_outputs;

  [[nodiscard]] Int8Layer plain() const { return {weights, bias}; }
};

/// Loads the values of every layer, computes the network in double precision, takes the ranges of
/// all inputs of the batch from there, and quantises. Throws `WorkloadError` for values that cannot
/// be loaded, and as `require_int8_fits` does.
[[nodiscard]] std::vector<QuantizedLayer> quantize_network(const Network& network,
                                                           std::uint64_t seed);

/// The outputs of all layers for input `index` of the batch, by `plain_int8`.
[[nodiscard]] std::vector<Int8Outputs> plain_int8_network(const std::vector<QuantizedLayer>& layers,
                                                          std::uint32_t index);

}  // namespace nzsim
