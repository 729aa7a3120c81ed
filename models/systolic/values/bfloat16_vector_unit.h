#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/base/bfloat16.h"
#include "sim/workload/network.h"

namespace nzsim::systolic {

// The values of the activation unit of a machine for bfloat16, as vector_unit.h has them for int8:
// the same functions, layouts and rules of aliasing. docs/bfloat16.md defines the results. Values
// are finite; sums may be anything.

/// Values that are not positive become +0.
void clamp_negative(std::span<Bfloat16> values);

/// One row of accumulators to outputs: bias, activation function, rounding. `bias`: empty, or one
/// per sum.
void finish_row(std::span<const float> sums, std::span<const float> bias, Activation function,
                std::span<Bfloat16> outputs);

/// The same from bfloat16: activation layers.
void apply_activation(std::span<const Bfloat16> values, Activation function,
                      std::span<Bfloat16> outputs);

/// Gates of one function of a recurrent layer, from the sums of W x and of U h; `bias` as above.
void finish_gate_row(std::span<const float> input_sums, std::span<const float> bias,
                     std::span<const float> hidden_sums, Activation function,
                     std::span<Bfloat16> gates);

/// One step of an lstm: `gates` `[4, units]` in the order i, f, g, o; `cell` `[units]` is replaced;
/// `hidden` `[units]` becomes the output.
void lstm_step(std::span<const Bfloat16> gates, std::span<float> cell, std::span<Bfloat16> hidden);

/// r . h', what U_n multiplies.
void gru_reset(std::span<const Bfloat16> reset_gates, std::span<const Bfloat16> hidden,
               std::span<Bfloat16> outputs);
/// One step of a gru: `hidden` `[units]` holds the state of the step before and becomes the output.
void gru_step(std::span<const Bfloat16> update_gates, std::span<const Bfloat16> candidates,
              std::span<Bfloat16> hidden);

/// One place (y, x) of a pooling layer's output, `[channels]`, from the whole input.
void pool_place(const LayerSpec& spec, std::span<const Bfloat16> input, std::uint32_t y,
                std::uint32_t x, std::span<Bfloat16> outputs);
/// All places, `[height, width, channels]`.
void pool(const LayerSpec& spec, std::span<const Bfloat16> input, std::span<Bfloat16> outputs);

/// Elementwise layers: the sum or product of operands as long as `outputs`.
void combine(ElementwiseOperation operation, std::span<const std::span<const Bfloat16>> operands,
             Activation function, std::span<Bfloat16> outputs);

/// Softmax or layer normalization at any number of places, `[places, channels]`: each of the
/// `spec.groups` parts of the channels by itself.
void normalize(const LayerSpec& spec, std::span<const Bfloat16> input, std::span<Bfloat16> outputs);

/// One of the feature maps that are joined along their channels, `[places, channels]`.
struct Bfloat16Part {
  std::span<const Bfloat16> values;
  std::size_t channels = 0;
};

/// `[places, channels of all parts]`.
void concatenate(std::span<const Bfloat16Part> parts, std::span<Bfloat16> outputs);

}  // namespace nzsim::systolic
