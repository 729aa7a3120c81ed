#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/systolic/values/gemm_kernel.h"
#include "sim/workload/network.h"

namespace nzsim::systolic {

/// Whether each output pixel of a convolution sees the one input pixel at its own place, so that
/// the feature map itself is the left-hand matrix.
[[nodiscard]] bool is_pointwise(const LayerSpec& spec);

/// The windows of a convolution as rows of a left-hand matrix, `[kernel height, kernel width,
/// channels of the group]` each, with zeros for the padding.
class WindowRows {
 public:
  /// `input`: `[batch, height, width, channels]`, held by the caller.
  WindowRows(const LayerSpec& spec, std::span<const std::int8_t> input)
      : spec_(spec), input_(input), group_channels_(spec.input.channels / spec.groups) {}

  /// Elements of one row.
  [[nodiscard]] std::size_t length() const {
    return group_channels_ * spec_.kernel.height * spec_.kernel.width;
  }
  /// Copies the windows of the output places `first` to `first + rows.rows`, counted over the whole
  /// batch, of one group.
  void copy(std::size_t first, std::size_t group, const MatrixView<std::int8_t>& rows) const;

 private:
  void copy_window(std::size_t place, std::size_t group, std::int8_t* row) const;
  void copy_window_row(const std::int8_t* input_row, std::int64_t left, std::int8_t* row) const;

  const LayerSpec& spec_;
  std::span<const std::int8_t> input_;
  std::size_t group_channels_;
};

}  // namespace nzsim::systolic
