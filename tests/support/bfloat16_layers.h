#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/workload/bfloat16_network.h"
#include "tests/support/int8_layers.h"

namespace nzsim::test {

/// What drawn numbers are like; an eighth of them are zeros of either sign.
enum class Magnitudes {
  /// Within [2^-4, 2^4).
  moderate,
  /// Half of them 2^12 or -2^12, whose products 2^24 cancel each other often and leave the rounding
  /// errors of the others: the order of additions shows in the first bits.
  cancelling,
  /// All exponents: subnormal products, overflows, and differences of infinities.
  any,
  /// From 2^58 on: most products overflow.
  overflowing,
};

std::vector<Bfloat16> draw_numbers(std::size_t count, Magnitudes magnitudes, Draw& draw);

/// Small shapes of any type of layer, with drawn windows, groups and activation functions.
LayerSpec draw_spec(LayerType type, Draw& draw);

/// Weights, sometimes a bias, and the layer's own inputs.
RoundedLayer draw_rounded_layer(const LayerSpec& spec, Magnitudes magnitudes, Draw& draw);

/// The outputs of all layers by `plain_bfloat16_network`, `[batch, output elements]` per layer.
std::vector<std::vector<Bfloat16>> plain_outputs(const std::vector<RoundedLayer>& layers,
                                                 const SummationOrder& order);

/// The bits, which tell -0 from +0.
std::vector<std::uint16_t> bits_of(const std::vector<Bfloat16>& numbers);
/// The numbers nearest to `values`, and back.
std::vector<Bfloat16> numbers(const std::vector<double>& values);
std::vector<double> values_of(const std::vector<Bfloat16>& numbers);

}  // namespace nzsim::test
