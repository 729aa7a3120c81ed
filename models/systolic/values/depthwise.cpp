#include "models/systolic/values/depthwise.h"

#include <algorithm>
#include <vector>

#include "models/systolic/values/transpose.h"
#include "models/systolic/values/vector_unit.h"
#include "sim/base/vector.h"

namespace nzsim::systolic {
namespace {

SIM_VECTOR_CLONES
void add_products(const std::int8_t* weights, const std::int8_t* inputs, std::size_t count,
                  std::int32_t* sums) {
  for (std::size_t i = 0; i < count; ++i) {
    // At most 2^14.
    sums[i] += static_cast<std::int16_t>(weights[i] * inputs[i]);
  }
}

/// One depthwise layer; all rows have one element per output channel.
class Depthwise {
 public:
  explicit Depthwise(const QuantizedLayer& layer)
      : spec_(layer.spec),
        taps_(std::size_t{spec_.kernel.height} * spec_.kernel.width),
        weights_(layer.weights.size()),
        repeated_(spec_.output.channels),
        sums_(spec_.output.channels) {
    transpose({layer.weights.data(), spec_.output.channels, taps_, taps_},
              {weights_.data(), taps_, spec_.output.channels, spec_.output.channels});
  }

  /// The sums of the place (y, x) of one input.
  std::span<const std::int32_t> sums(const std::int8_t* input, std::uint32_t y, std::uint32_t x) {
    std::fill(sums_.begin(), sums_.end(), 0);
    const std::int8_t* weights = weights_.data();
    for (std::uint32_t ky = 0; ky < spec_.kernel.height; ++ky) {
      for (std::uint32_t kx = 0; kx < spec_.kernel.width; ++kx) {
        add_tap(input, row_of(y, ky), column_of(x, kx), weights);
        weights += sums_.size();
      }
    }
    return sums_;
  }

 private:
  [[nodiscard]] std::int64_t row_of(std::uint32_t y, std::uint32_t tap) const {
    return std::int64_t{y} * spec_.stride.height + std::int64_t{tap} * spec_.dilation.height -
           spec_.padding.height;
  }
  [[nodiscard]] std::int64_t column_of(std::uint32_t x, std::uint32_t tap) const {
    return std::int64_t{x} * spec_.stride.width + std::int64_t{tap} * spec_.dilation.width -
           spec_.padding.width;
  }

  void add_tap(const std::int8_t* input, std::int64_t row, std::int64_t column,
               const std::int8_t* weights) {
    if (row < 0 || column < 0 || row >= spec_.input.height || column >= spec_.input.width) return;
    const std::int8_t* place = input + (row * spec_.input.width + column) * spec_.input.channels;
    add_products(weights, repeat(place), sums_.size(), sums_.data());
  }

  /// Each input channel as often as outputs see it.
  const std::int8_t* repeat(const std::int8_t* place) {
    const std::size_t outputs_per_input = spec_.output.channels / spec_.input.channels;
    if (outputs_per_input == 1) return place;
    for (std::size_t i = 0; i < repeated_.size(); ++i) repeated_[i] = place[i / outputs_per_input];
    return repeated_.data();
  }

  const LayerSpec& spec_;
  std::size_t taps_;
  /// `[taps, output channels]`.
  std::vector<std::int8_t> weights_;
  std::vector<std::int8_t> repeated_;
  std::vector<std::int32_t> sums_;
};

}  // namespace

bool is_depthwise(const LayerSpec& spec) {
  return spec.type == LayerType::convolution && spec.groups > 1 &&
         spec.groups == spec.input.channels;
}

void run_depthwise(const QuantizedLayer& layer, std::span<const std::int8_t> input,
                   std::span<std::int8_t> output) {
  const LayerSpec& spec = layer.spec;
  const std::size_t channels = spec.output.channels;
  Depthwise depthwise(layer);
  std::size_t place = 0;
  for (std::size_t n = 0; n < spec.batch; ++n) {
    const std::int8_t* map = input.data() + n * spec.input.elements();
    for (std::uint32_t y = 0; y < spec.output.height; ++y) {
      for (std::uint32_t x = 0; x < spec.output.width; ++x, ++place) {
        finish_row(depthwise.sums(map, y, x), layer.bias, layer.quantization.output,
                   output.subspan(place * channels, channels));
      }
    }
  }
}

}  // namespace nzsim::systolic
