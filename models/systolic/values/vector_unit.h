#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/workload/layer_quantization.h"
#include "sim/workload/network.h"

namespace nzsim::systolic {

// The values of the activation unit: what happens to sums behind the accumulators, and what layers
// without a matrix product compute. The fast engine and the reference machine call these functions
// on whole feature maps or on rows of them; `docs/int8.md` defines the results.
//
// Feature maps lie as in the unified buffer, `[height, width, channels]` for one input; a sequence
// of N vectors of length L is `[N, L]`. Values of int8 lie in [-127, 127]. Outputs may be the
// inputs where these have the same length, but for pooling and concatenation. No function looks at
// `relu_on_input`: who reads the inputs of such a layer calls `clamp_negative` on them, after they
// are concatenated.

/// Negative values become zero.
void clamp_negative(std::span<std::int8_t> values);

/// One row of accumulators to outputs: bias, requantisation, activation function. `bias`: empty, or
/// one per sum; sums with their bias fit 32 bits (`require_int8_fits`).
void finish_row(std::span<const std::int32_t> sums, std::span<const std::int32_t> bias,
                const OutputQuantization& output, std::span<std::int8_t> outputs);

/// The same from values of 8 bits: activation layers, and what follows the maximum of a pooling.
void apply_activation(std::span<const std::int8_t> values, const OutputQuantization& output,
                      std::span<std::int8_t> outputs);

/// Gates of one function of a recurrent layer, from the sums of W x and of U h; `bias` as above.
void finish_gate_row(std::span<const std::int32_t> input_sums, std::span<const std::int32_t> bias,
                     std::span<const std::int32_t> hidden_sums, const GateQuantization& gate,
                     std::span<std::int8_t> gates);

/// One step of an lstm: `gates` `[4, units]` in the order i, f, g, o; `cell` `[units]` is replaced;
/// `hidden` `[units]` becomes the output.
void lstm_step(std::span<const std::int8_t> gates, const RecurrentQuantization& recurrent,
               std::span<std::int16_t> cell, std::span<std::int8_t> hidden);

/// r . h', what U_n multiplies.
void gru_reset(std::span<const std::int8_t> reset_gates, std::span<const std::int8_t> hidden,
               const RecurrentQuantization& recurrent, std::span<std::int8_t> outputs);
/// One step of a gru: `hidden` `[units]` holds the state of the step before and becomes the output.
void gru_step(std::span<const std::int8_t> update_gates, std::span<const std::int8_t> candidates,
              const RecurrentQuantization& recurrent, std::span<std::int8_t> hidden);

/// One place (y, x) of a pooling layer's output, `[channels]`, from the whole input.
void pool_place(const LayerSpec& spec, std::span<const std::int8_t> input, std::uint32_t y,
                std::uint32_t x, const OutputQuantization& output, std::span<std::int8_t> outputs);
/// All places, `[height, width, channels]`.
void pool(const LayerSpec& spec, std::span<const std::int8_t> input,
          const OutputQuantization& output, std::span<std::int8_t> outputs);

/// Elementwise layers: the sum or product of operands as long as `outputs`.
void combine(ElementwiseOperation operation, std::span<const std::span<const std::int8_t>> operands,
             const LayerQuantization& quantization, std::span<std::int8_t> outputs);

/// Softmax or layer normalization at any number of places, `[places, channels]`: each of the
/// `spec.groups` parts of the channels by itself.
void normalize(const LayerSpec& spec, std::span<const std::int8_t> input,
               const LayerQuantization& quantization, std::span<std::int8_t> outputs);

/// One of the feature maps that are joined along their channels, `[places, channels]`, and the
/// factor from its scale to that of the joined input; a factor of 1 changes nothing.
struct ConcatenatedPart {
  std::span<const std::int8_t> values;
  std::size_t channels = 0;
  Requantization factor;
};

/// `[places, channels of all parts]`.
void concatenate(std::span<const ConcatenatedPart> parts, std::span<std::int8_t> outputs);

}  // namespace nzsim::systolic
