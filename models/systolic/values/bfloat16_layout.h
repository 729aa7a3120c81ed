#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/systolic/values/gemm_kernel.h"
#include "sim/base/bfloat16.h"
#include "sim/workload/bfloat16_network.h"

namespace nzsim::systolic {

/// Element (row, column) of `from` to (column, row) of `to`, which is as large. The two must not
/// overlap.
void transpose(const MatrixView<const Bfloat16>& from, const MatrixView<Bfloat16>& to);

/// `[batch, channels, height, width]` to `[batch, height, width, channels]`, the unified buffer's
/// layout, and back.
[[nodiscard]] std::vector<Bfloat16> to_buffer_layout(const FeatureShape& shape,
                                                     std::span<const Bfloat16> values);
[[nodiscard]] std::vector<Bfloat16> to_network_layout(const FeatureShape& shape,
                                                      std::span<const Bfloat16> values);

/// Feature maps that someone else holds, in the buffer's layout.
struct Bfloat16Maps {
  FeatureShape shape;
  std::span<const Bfloat16> values;
};

/// What one layer reads for its whole batch: its operands, or its sources concatenated and in the
/// shape that the layer takes; negative values are zero where the layer says so. Sources that fit
/// as they are are not copied.
class Bfloat16Inputs {
 public:
  Bfloat16Inputs(const LayerSpec& spec, std::span<const Bfloat16Maps> sources);
  Bfloat16Inputs(const Bfloat16Inputs&) = delete;
  Bfloat16Inputs& operator=(const Bfloat16Inputs&) = delete;

  /// `[batch, height, width, channels]`; one but for matmul and elementwise layers.
  [[nodiscard]] std::span<const std::span<const Bfloat16>> operands() const { return operands_; }

 private:
  void concatenate_sources(const LayerSpec& spec, std::span<const Bfloat16Maps> sources);
  /// Points the last operand to values that are kept here.
  void keep(std::vector<Bfloat16> values);

  std::vector<std::span<const Bfloat16>> operands_;
  std::vector<std::vector<Bfloat16>> kept_;
};

}  // namespace nzsim::systolic
