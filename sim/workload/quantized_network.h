#pragma once

#include <cstdint>
#include <vector>

#include "sim/workload/layer_quantization.h"
#include "sim/workload/network.h"
#include "sim/workload/plain_int8.h"

namespace nzsim {

/// Inputs at the front of the batch that are computed in double precision: the sample that ranges
/// of computed values are taken from. Assumption: two represent the batch; what the values of
/// further inputs exceed saturates.
inline constexpr std::uint32_t kCalibrationInputs = 2;

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
  /// Outputs in double precision of the first `kCalibrationInputs` inputs of the batch, or of fewer
  /// where the batch is smaller: `[calibration inputs][output elements]`.
  std::vector<std::vector<double>> real_outputs;

  [[nodiscard]] Int8Layer plain() const { return {weights, bias}; }
};

/// Loads the values of every layer, computes the network in double precision for the calibration
/// inputs, takes the ranges from there, and quantises. A layer's own activations have the range of
/// all inputs of the batch. Throws `WorkloadError` for values that cannot be loaded, and as
/// `require_int8_fits` does.
[[nodiscard]] std::vector<QuantizedLayer> quantize_network(const Network& network,
                                                           std::uint64_t seed);

/// The outputs of all layers for input `index` of the batch, by `plain_int8`.
[[nodiscard]] std::vector<Int8Outputs> plain_int8_network(const std::vector<QuantizedLayer>& layers,
                                                          std::uint32_t index);

}  // namespace nzsim
