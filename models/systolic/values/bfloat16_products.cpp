#include "models/systolic/values/bfloat16_products.h"

#include <algorithm>
#include <vector>

#include "models/systolic/values/bfloat16_vector_unit.h"
#include "models/systolic/values/bfloat16_weights.h"
#include "models/systolic/values/depthwise.h"
#include "models/systolic/values/im2col.h"

namespace nzsim::systolic {
namespace {

/// Bytes of windows and sums that are worked on together, about half of a second-level cache.
constexpr std::size_t kBlockBytes = std::size_t{512} << 10;
constexpr std::size_t kSmallestBlock = 96;
constexpr std::size_t kLargestBlock = 960;

/// The windows of a convolution of bfloat16: those of bytes with twice the channels.
class Bfloat16Windows {
 public:
  Bfloat16Windows(const LayerSpec& spec, std::span<const Bfloat16> input)
      : spec_(in_bytes(spec)),
        rows_(spec_, {reinterpret_cast<const std::int8_t*>(input.data()), input.size_bytes()}) {}

  /// Copies the windows of the output places from `first` on of one group.
  void copy(std::size_t first, std::size_t group, const MatrixView<Bfloat16>& rows) const {
    rows_.copy(first, group,
               {reinterpret_cast<std::int8_t*>(rows.data), rows.rows,
                rows.columns * sizeof(Bfloat16), rows.stride * sizeof(Bfloat16)});
  }

 private:
  static LayerSpec in_bytes(LayerSpec spec) {
    spec.input.channels *= sizeof(Bfloat16);
    return spec;
  }

  LayerSpec spec_;
  WindowRows rows_;
};

/// A fully connected layer, seen as a 1 x 1 convolution, or a convolution.
class WeightedBfloat16Layer {
 public:
  WeightedBfloat16Layer(const RoundedLayer& layer, const SummationOrder& order,
                        std::span<const Bfloat16> input)
      : layer_(layer),
        spec_(layer.spec),
        product_(spec_.matrix_product()),
        rows_(product_.rows * spec_.batch),
        columns_(spec_.output.channels),
        is_direct_(spec_.type == LayerType::fully_connected || is_pointwise(spec_)),
        windows_(spec_, input),
        input_(input) {
    const std::size_t window = is_direct_ ? 0 : product_.inner;
    const std::size_t row_bytes = window * sizeof(Bfloat16) + columns_ * sizeof(float);
    block_rows_ =
        std::min(std::clamp(kBlockBytes / row_bytes, kSmallestBlock, kLargestBlock), rows_);
    window_rows_.resize(block_rows_ * window);
    sums_.resize(block_rows_ * columns_);
    add_weights(order);
  }

  void run(std::span<Bfloat16> output) {
    for (std::size_t first = 0; first < rows_; first += block_rows_) {
      const std::size_t count = std::min(rows_ - first, block_rows_);
      for (std::size_t group = 0; group < weights_.size(); ++group) {
        weights_[group].multiply(
            left(first, count, group),
            {sums_.data() + group * product_.columns, count, product_.columns, columns_});
      }
      for (std::size_t row = 0; row < count; ++row) {
        finish_row(std::span(sums_).subspan(row * columns_, columns_), layer_.bias,
                   spec_.activation, output.subspan((first + row) * columns_, columns_));
      }
    }
  }

 private:
  void add_weights(const SummationOrder& order) {
    const std::size_t taps = std::size_t{spec_.kernel.height} * spec_.kernel.width;
    if (taps != 1) exchange_taps(taps);
    const Bfloat16* weights = taps == 1 ? layer_.weights.data() : exchanged_.data();
    const std::vector<InnerPart> tiles = cut_inner(order, taps, product_.inner / taps);
    for (std::size_t group = 0; group < product_.groups; ++group) {
      weights_.emplace_back(
          MatrixView<const Bfloat16>{weights + group * product_.columns * product_.inner,
                                     product_.columns, product_.inner, product_.inner},
          tiles, rows_ > block_rows_);
    }
  }

  /// Each row from the order channel, tap to tap, channel.
  void exchange_taps(std::size_t taps) {
    exchanged_.resize(layer_.weights.size());
    const std::size_t channels = product_.inner / taps;
    for (std::size_t row = 0; row < layer_.weights.size(); row += product_.inner) {
      for (std::size_t tap = 0; tap < taps; ++tap) {
        for (std::size_t channel = 0; channel < channels; ++channel) {
          exchanged_[row + tap * channels + channel] = layer_.weights[row + channel * taps + tap];
        }
      }
    }
  }

  /// The left-hand matrix of some output places of one group.
  MatrixView<const Bfloat16> left(std::size_t first, std::size_t count, std::size_t group) {
    if (is_direct_) {
      return {input_.data() + first * spec_.input.channels + group * product_.inner, count,
              product_.inner, spec_.input.channels};
    }
    const MatrixView<Bfloat16> rows{window_rows_.data(), count, product_.inner, product_.inner};
    windows_.copy(first, group, rows);
    return rows;
  }

  const RoundedLayer& layer_;
  const LayerSpec& spec_;
  MatrixProduct product_;
  /// Of all inputs.
  std::size_t rows_;
  std::size_t columns_;
  bool is_direct_;
  Bfloat16Windows windows_;
  std::span<const Bfloat16> input_;
  std::vector<Bfloat16> exchanged_;
  /// One per group.
  std::vector<TiledBfloat16Weights> weights_;
  std::size_t block_rows_ = 0;
  std::vector<Bfloat16> window_rows_;
  AlignedVector<float> sums_;
};

/// The second operand of one head as weights `[columns, inner]`.
std::vector<Bfloat16> head_weights(const LayerSpec& spec, const MatrixProduct& product,
                                   const Bfloat16* second, std::size_t head) {
  const std::size_t stride = spec.second_input.channels;
  std::vector<Bfloat16> weights;
  weights.reserve(product.columns * product.inner);
  for (std::size_t column = 0; column < product.columns; ++column) {
    for (std::size_t k = 0; k < product.inner; ++k) {
      weights.push_back(spec.transpose_second
                            ? second[column * stride + head * product.inner + k]
                            : second[k * stride + head * product.columns + column]);
    }
  }
  return weights;
}

}  // namespace

void run_weighted(const RoundedLayer& layer, const SummationOrder& order,
                  std::span<const Bfloat16> input, std::span<Bfloat16> output) {
  if (is_depthwise(layer.spec)) {
    run_depthwise(layer, order, input, output);
  } else {
    WeightedBfloat16Layer(layer, order, input).run(output);
  }
}

void run_matmul(const RoundedLayer& layer, const SummationOrder& order,
                std::span<const Bfloat16> first, std::span<const Bfloat16> second,
                std::span<Bfloat16> output) {
  const LayerSpec& spec = layer.spec;
  const MatrixProduct product = spec.matrix_product();
  const std::vector<InnerPart> tiles = cut_inner(order, 1, product.inner);
  AlignedVector<float> sums(spec.output.elements());
  for (std::size_t n = 0; n < spec.batch; ++n) {
    const Bfloat16* left = first.data() + n * spec.input.elements();
    const Bfloat16* right = second.data() + n * spec.second_input.elements();
    for (std::size_t head = 0; head < product.groups; ++head) {
      const std::vector<Bfloat16> weights = head_weights(spec, product, right, head);
      TiledBfloat16Weights({weights.data(), product.columns, product.inner, product.inner}, tiles,
                           false)
          .multiply({left + head * product.inner, product.rows, product.inner, spec.input.channels},
                    {sums.data() + head * product.columns, product.rows, product.columns,
                     spec.output.channels});
    }
    finish_row(sums, {}, spec.activation, output.subspan(n * sums.size(), sums.size()));
  }
}

}  // namespace nzsim::systolic
