#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/workload/network.h"
#include "workloads/import/scalesim_topology.h"

namespace nzsim {

/// What a topology does not say.
struct ScalesimValues {
  Activation activation = Activation::none;
  /// Of the activations of every layer; layer i has seed + i.
  SyntheticSource activations;
  /// Of the weights.
  std::uint32_t codebook_entries = 16;
  /// Of the weights of the first layer; layer i has seed + i.
  std::uint64_t seed = 1;
};

/// The `layers` of a network file that computes `layers`, of the file `name`, each with inputs of
/// its own. A convolution keeps its output and its cycles: its input is
/// `ScalesimConvolution::covered_input`, a depthwise one has a group per channel. A GEMM is a fully
/// connected layer with batch M, K inputs and N outputs. Weights are dense, or N/M of them are not
/// zero, at places drawn uniformly. Where the file repeats a name, the second layer gets `_2`
/// behind it, the third `_3`, and so on; numbers that make a name of the file are passed over.
/// Appends to `notes` what is not as in the file.
[[nodiscard]] nlohmann::ordered_json scalesim_network_layers(
    const std::vector<ScalesimLayer>& layers, const std::string& name, const ScalesimValues& values,
    std::vector<std::string>& notes);

}  // namespace nzsim
