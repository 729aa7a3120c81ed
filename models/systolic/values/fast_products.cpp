#include "models/systolic/values/fast_products.h"

#include <algorithm>
#include <vector>

#include "models/systolic/values/depthwise.h"
#include "models/systolic/values/im2col.h"
#include "models/systolic/values/transpose.h"
#include "models/systolic/values/transposed_weights.h"
#include "models/systolic/values/vector_unit.h"

namespace nzsim::systolic {
namespace {

/// Bytes of windows and sums that are worked on together, about half of a second-level cache.
constexpr std::size_t kBlockBytes = std::size_t{512} << 10;
/// Rows of a block: the integer product takes 96 at a time, and below that reads the weights from a
/// cache further away too often.
constexpr std::size_t kRowStep = 96;
constexpr std::size_t kLargestBlock = 10 * kRowStep;

std::size_t block_rows(std::size_t row_bytes) {
  const std::size_t rows = kBlockBytes / row_bytes / kRowStep * kRowStep;
  return std::clamp(rows, kRowStep, kLargestBlock);
}

/// Weights `[inner, outputs]` from rows in the order channel, tap to rows in the order tap,
/// channel.
void exchange_taps(const MatrixView<const std::int8_t>& from, std::size_t taps, std::int8_t* to) {
  const std::size_t channels = from.rows / taps;
  for (std::size_t tap = 0; tap < taps; ++tap) {
    for (std::size_t channel = 0; channel < channels; ++channel, to += from.columns) {
      std::copy_n(from.row(channel * taps + tap), from.columns, to);
    }
  }
}

/// Sums `[rows, output channels]` to outputs.
void finish_rows(const QuantizedLayer& layer, std::span<const std::int32_t> sums,
                 std::span<std::int8_t> output) {
  const std::size_t columns = layer.spec.output.channels;
  for (std::size_t first = 0; first < sums.size(); first += columns) {
    finish_row(sums.subspan(first, columns), layer.bias, layer.quantization.output,
               output.subspan(first, columns));
  }
}

/// A convolution as products of its windows, block by block of output places.
class Convolution {
 public:
  Convolution(const QuantizedLayer& layer, std::span<const std::int8_t> input)
      : layer_(layer),
        spec_(layer.spec),
        product_(spec_.matrix_product()),
        is_direct_(is_pointwise(spec_)),
        windows_(spec_, input),
        input_(input) {
    pack();
    const std::size_t columns = spec_.output.channels;
    const std::size_t window = is_direct_ ? 0 : product_.inner;
    block_rows_ = std::min<std::size_t>(block_rows(window + columns * sizeof(std::int32_t)),
                                        product_.rows * spec_.batch);
    window_rows_.resize(block_rows_ * window);
    sums_.resize(block_rows_ * columns);
  }

  void run(std::span<std::int8_t> output) {
    const std::size_t rows = product_.rows * spec_.batch;
    const std::size_t columns = spec_.output.channels;
    for (std::size_t first = 0; first < rows; first += block_rows_) {
      const std::size_t count = std::min(rows - first, block_rows_);
      for (std::size_t group = 0; group < weights_.size(); ++group) {
        multiply(left(first, count, group), weights_[group],
                 {sums_.data() + group * product_.columns, count, product_.columns, columns},
                 Accumulate::replace);
      }
      finish_rows(layer_, std::span(sums_).first(count * columns),
                  output.subspan(first * columns, count * columns));
    }
  }

 private:
  void pack() {
    const std::size_t taps = std::size_t{spec_.kernel.height} * spec_.kernel.width;
    std::vector<std::int8_t> transposed(product_.inner * product_.columns);
    std::vector<std::int8_t> exchanged(taps == 1 ? 0 : transposed.size());
    const MatrixView<std::int8_t> right{transposed.data(), product_.inner, product_.columns,
                                        product_.columns};
    MatrixView<const std::int8_t> packed = right;
    if (taps != 1) packed.data = exchanged.data();
    const std::int8_t* weights = layer_.weights.data();
    for (std::size_t group = 0; group < product_.groups; ++group, weights += transposed.size()) {
      transpose({weights, product_.columns, product_.inner, product_.inner}, right);
      if (taps != 1) exchange_taps(right, taps, exchanged.data());
      weights_.emplace_back(packed);
    }
  }

  /// The left-hand matrix of some output places of one group.
  MatrixView<const std::int8_t> left(std::size_t first, std::size_t count, std::size_t group) {
    if (is_direct_) {
      return {input_.data() + first * spec_.input.channels + group * product_.inner, count,
              product_.inner, spec_.input.channels};
    }
    const MatrixView<std::int8_t> rows{window_rows_.data(), count, product_.inner, product_.inner};
    windows_.copy(first, group, rows);
    return rows;
  }

  const QuantizedLayer& layer_;
  const LayerSpec& spec_;
  MatrixProduct product_;
  bool is_direct_;
  WindowRows windows_;
  std::span<const std::int8_t> input_;
  /// One per group.
  std::vector<PackedWeights> weights_;
  std::size_t block_rows_ = 0;
  std::vector<std::int8_t> window_rows_;
  AlignedVector<std::int32_t> sums_;
};

/// A fully connected layer as one product.
void run_fully_connected(const QuantizedLayer& layer, std::span<const std::int8_t> input,
                         std::span<std::int8_t> output) {
  const std::size_t inner = layer.spec.input.channels;
  const std::size_t columns = layer.spec.output.channels;
  const std::size_t rows = output.size() / columns;
  AlignedVector<std::int32_t> sums(output.size());
  TransposedWeights({layer.weights.data(), columns, inner, inner}, rows, rows)
      .multiply({input.data(), rows, inner, inner}, {sums.data(), rows, columns, columns});
  finish_rows(layer, sums, output);
}

/// One head of a matmul: `right` as it lies, `[inner, columns]` or transposed.
void multiply_head(const LayerSpec& spec, const MatrixView<const std::int8_t>& left,
                   const std::int8_t* right, const MatrixView<std::int32_t>& sums) {
  const std::size_t stride = spec.second_input.channels;
  if (spec.transpose_second) {
    TransposedWeights({right, sums.columns, left.columns, stride}, left.rows, left.rows)
        .multiply(left, sums);
  } else {
    const PackedWeights packed(
        MatrixView<const std::int8_t>{right, left.columns, sums.columns, stride});
    multiply(left, packed, sums, Accumulate::replace);
  }
}

}  // namespace

void run_weighted(const QuantizedLayer& layer, std::span<const std::int8_t> input,
                  std::span<std::int8_t> output) {
  if (layer.spec.type == LayerType::fully_connected) {
    run_fully_connected(layer, input, output);
  } else if (is_depthwise(layer.spec)) {
    run_depthwise(layer, input, output);
  } else {
    Convolution(layer, input).run(output);
  }
}

void run_matmul(const QuantizedLayer& layer, std::span<const std::int8_t> first,
                std::span<const std::int8_t> second, std::span<std::int8_t> output) {
  const LayerSpec& spec = layer.spec;
  const MatrixProduct product = spec.matrix_product();
  const std::size_t head_stride = spec.transpose_second ? product.inner : product.columns;
  AlignedVector<std::int32_t> sums(spec.output.elements());
  for (std::size_t n = 0; n < spec.batch; ++n) {
    const std::int8_t* left = first.data() + n * spec.input.elements();
    const std::int8_t* right = second.data() + n * spec.second_input.elements();
    for (std::size_t head = 0; head < product.groups; ++head) {
      multiply_head(spec,
                    {left + head * product.inner, product.rows, product.inner, spec.input.channels},
                    right + head * head_stride,
                    {sums.data() + head * product.columns, product.rows, product.columns,
                     spec.output.channels});
    }
    finish_row(sums, {}, layer.quantization.output, output.subspan(n * sums.size(), sums.size()));
  }
}

}  // namespace nzsim::systolic
