// Convolutions whose groups have one input channel each, of bfloat16.

#include <algorithm>
#include <vector>

#include "models/systolic/values/bfloat16_products.h"
#include "models/systolic/values/bfloat16_vector_unit.h"
#include "models/systolic/values/bfloat16_weights.h"
#include "sim/base/vector.h"

namespace nzsim::systolic {
namespace {

SIM_VECTOR_CLONES
void add_products(const float* weights, const float* inputs, std::size_t count, float* sums) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += weights[i] * inputs[i];
}

SIM_VECTOR_CLONES
void end_tile(float* tile, std::size_t count, float* sums) {
  for (std::size_t i = 0; i < count; ++i) {
    sums[i] += tile[i];
    tile[i] = 0.0F;
  }
}

/// One such layer; all rows have one element per output channel.
class Bfloat16Depthwise {
 public:
  Bfloat16Depthwise(const RoundedLayer& layer, const SummationOrder& order)
      : spec_(layer.spec),
        taps_(std::size_t{spec_.kernel.height} * spec_.kernel.width),
        tiles_(cut_inner(order, taps_, 1)),
        weights_(layer.weights.size()),
        inputs_(spec_.output.channels),
        tile_(spec_.output.channels),
        sums_(spec_.output.channels) {
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      weights_[i % taps_ * sums_.size() + i / taps_] = to_float(layer.weights[i]);
    }
  }

  /// The sums of the place (y, x) of one input.
  std::span<const float> sums(const Bfloat16* input, std::uint32_t y, std::uint32_t x) {
    std::fill(sums_.begin(), sums_.end(), 0.0F);
    for (const InnerPart& tile : tiles_) {
      for (std::size_t tap = tile.first; tap < tile.first + tile.count; ++tap) {
        add_tap(input, y, x, tap);
      }
      // No sum is -0, so that the first one added to +0 is itself.
      end_tile(tile_.data(), tile_.size(), sums_.data());
    }
    return sums_;
  }

 private:
  void add_tap(const Bfloat16* input, std::uint32_t y, std::uint32_t x, std::size_t tap) {
    const auto ky = static_cast<std::int64_t>(tap / spec_.kernel.width);
    const auto kx = static_cast<std::int64_t>(tap % spec_.kernel.width);
    const std::int64_t row =
        std::int64_t{y} * spec_.stride.height + ky * spec_.dilation.height - spec_.padding.height;
    const std::int64_t column =
        std::int64_t{x} * spec_.stride.width + kx * spec_.dilation.width - spec_.padding.width;
    if (row < 0 || column < 0 || row >= spec_.input.height || column >= spec_.input.width) return;
    widen(input + (row * spec_.input.width + column) * spec_.input.channels);
    add_products(weights_.data() + tap * sums_.size(), inputs_.data(), sums_.size(), tile_.data());
  }

  /// Each input channel as often as outputs see it.
  void widen(const Bfloat16* place) {
    const std::size_t outputs_per_input = spec_.output.channels / spec_.input.channels;
    if (outputs_per_input == 1) {
      to_float({place, inputs_.size()}, inputs_);
      return;
    }
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      inputs_[i] = to_float(place[i / outputs_per_input]);
    }
  }

  const LayerSpec& spec_;
  std::size_t taps_;
  std::vector<InnerPart> tiles_;
  /// `[taps, output channels]`.
  std::vector<float> weights_;
  std::vector<float> inputs_;
  std::vector<float> tile_;
  std::vector<float> sums_;
};

}  // namespace

void run_depthwise(const RoundedLayer& layer, const SummationOrder& order,
                   std::span<const Bfloat16> input, std::span<Bfloat16> output) {
  const LayerSpec& spec = layer.spec;
  const std::size_t channels = spec.output.channels;
  Bfloat16Depthwise depthwise(layer, order);
  std::size_t place = 0;
  for (std::size_t n = 0; n < spec.batch; ++n) {
    const Bfloat16* map = input.data() + n * spec.input.elements();
    for (std::uint32_t y = 0; y < spec.output.height; ++y) {
      for (std::uint32_t x = 0; x < spec.output.width; ++x, ++place) {
        finish_row(depthwise.sums(map, y, x), layer.bias, spec.activation,
                   output.subspan(place * channels, channels));
      }
    }
  }
}

}  // namespace nzsim::systolic
