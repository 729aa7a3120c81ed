#pragma once

#include <cstdint>

#include "models/systolic/values/gemm_kernel.h"
#include "sim/base/bfloat16.h"

namespace nzsim::systolic {

/// Element (row, column) of `from` to (column, row) of `to`, which has as many rows as `from` has
/// columns and as many columns as `from` has rows. The two must not overlap. Weights as networks
/// store them, `[outputs, inputs]`, become right-hand matrices, and `[height x width, channels]`
/// becomes `[channels, height x width]`.
void transpose(const MatrixView<const std::int8_t>& from, const MatrixView<std::int8_t>& to);
void transpose(const MatrixView<const Bfloat16>& from, const MatrixView<Bfloat16>& to);

}  // namespace nzsim::systolic
