#include "models/systolic/compiler/batch_segments.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "sim/workload/layer_shape.h"

namespace nzsim::systolic {
namespace {

/// Looks for the segments of one network.
class SegmentSearch {
 public:
  SegmentSearch(const Config& config, const Network& network)
      : config_(config), layers_(network.layers), last_use_(last_uses(network)) {
    for (const LayerSpec& spec : layers_) {
      outputs_.push_back(spec.output.elements() * config.activation_bytes());
      beside_.push_back(bytes_beside_outputs(config, spec));
    }
  }

  std::vector<BatchSegment> search() {
    std::vector<BatchSegment> segments;
    std::uint32_t from = 0;
    for (std::uint32_t layer = 0; layer < count(); ++layer) {
      if (layer < from || fits_whole(layer)) continue;
      std::uint32_t end = layer + 1;
      while (end < count() && !fits_whole(end)) ++end;
      if (const auto best = best_around(from, layer, end)) {
        segments.push_back(*best);
        end = best->end;
      }
      from = end;
    }
    return segments;
  }

 private:
  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(layers_.size()); }

  /// Outputs of earlier layers that layer `at` or a later one takes, from `first` on, of one input.
  [[nodiscard]] std::uint64_t live_before(std::uint32_t first, std::uint32_t at) const {
    std::uint64_t bytes = 0;
    for (std::uint32_t layer = first; layer < at; ++layer) {
      if (last_use_[layer] >= at) bytes += outputs_[layer];
    }
    return bytes;
  }

  [[nodiscard]] bool fits_whole(std::uint32_t layer) const {
    const std::uint64_t one = live_before(0, layer) + outputs_[layer] + beside_[layer];
    return one * layers_[layer].batch <= config_.unified_buffer_bytes;
  }

  /// The best segment within [from, all) that holds [first, end).
  [[nodiscard]] std::optional<BatchSegment> best_around(std::uint32_t from, std::uint32_t first,
                                                        std::uint32_t end) const {
    std::optional<BatchSegment> best;
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (std::uint32_t begin = first + 1; begin-- > from;) {
      for (std::uint32_t behind = end; behind <= count(); ++behind) {
        const std::uint32_t most = inputs_that_fit(begin, behind);
        if (most == 0) continue;
        // Fewer inputs at a time may fill the accumulators better.
        const std::uint32_t fewest_parts = parts_of(begin, most);
        for (std::uint32_t parts = fewest_parts; parts <= 2 * fewest_parts; ++parts) {
          const std::uint32_t inputs = (layers_[begin].batch + parts - 1) / parts;
          // Each layer fills and drains the array once more for each part, about a tile's time.
          const std::int64_t cost = bytes_fetched_again(begin, behind, inputs) +
                                    std::int64_t{parts} * (behind - begin) *
                                        static_cast<std::int64_t>(config_.tile_bytes());
          if (cost >= least) continue;
          least = cost;
          best = BatchSegment{begin, behind, inputs};
        }
      }
    }
    return best;
  }

  [[nodiscard]] std::uint32_t parts_of(std::uint32_t layer, std::uint32_t inputs) const {
    return (layers_[layer].batch + inputs - 1) / inputs;
  }

  /// Inputs of the batch that layers [first, end) can run together; 0 where not even one.
  [[nodiscard]] std::uint32_t inputs_that_fit(std::uint32_t first, std::uint32_t end) const {
    const std::uint32_t batch = layers_[first].batch;
    std::uint64_t whole = live_before(0, first);
    for (std::uint32_t layer = first; layer < end; ++layer) {
      if (layers_[layer].batch != batch) return 0;
      if (last_use_[layer] >= end) whole += outputs_[layer];
    }
    if (whole * batch >= config_.unified_buffer_bytes) return 0;
    std::uint64_t most = 1;
    for (std::uint32_t layer = first; layer < end; ++layer) {
      std::uint64_t one = beside_[layer] + (last_use_[layer] < end ? outputs_[layer] : 0);
      for (std::uint32_t source = first; source < layer; ++source) {
        const bool is_live = last_use_[source] >= layer && last_use_[source] < end;
        if (is_live) one += outputs_[source];
      }
      most = std::max(most, one);
    }
    const std::uint64_t left = config_.unified_buffer_bytes - whole * batch;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(left / most, batch));
  }

  /// Weight bytes of layers [first, end) that are fetched with parts of `inputs`, beyond those of
  /// the whole batch at once.
  [[nodiscard]] std::int64_t bytes_fetched_again(std::uint32_t first, std::uint32_t end,
                                                 std::uint32_t inputs) const {
    std::int64_t bytes = 0;
    for (std::uint32_t layer = first; layer < end; ++layer) {
      const std::uint32_t batch = layers_[layer].batch;
      const std::uint64_t last = batch % inputs;
      const std::uint64_t fetches =
          batch / inputs * fetches_of(layer, inputs) + (last > 0 ? fetches_of(layer, last) : 0);
      bytes += static_cast<std::int64_t>(layers_[layer].weight_elements()) *
               (static_cast<std::int64_t>(fetches) -
                static_cast<std::int64_t>(fetches_of(layer, batch)));
    }
    return bytes;
  }

  /// How often a layer's weights are fetched for `inputs` at once (`mapping.h`).
  [[nodiscard]] std::uint64_t fetches_of(std::uint32_t layer, std::uint64_t inputs) const {
    const LayerSpec& spec = layers_[layer];
    const bool is_recurrent = spec.type == LayerType::lstm || spec.type == LayerType::gru;
    const std::uint64_t steps = is_recurrent ? spec.output.height : 1;
    const std::uint64_t pixels = std::uint64_t{spec.output.height} * spec.output.width;
    const std::uint64_t rows = inputs * (is_recurrent ? 1 : pixels);
    std::uint64_t rows_each = config_.accumulator_rows / (is_recurrent ? 4 : 2);
    switch (config_.dataflow) {
      case Dataflow::weight_stationary: {
        const bool has_one_tile =
            spec.matrix_inputs() <= config_.rows && spec.kernel.height * spec.kernel.width == 1;
        if (has_one_tile || config_.accumulator_rows == 0) return steps;
        break;
      }
      case Dataflow::input_stationary:
        rows_each = config_.columns;
        break;
      case Dataflow::output_stationary:
        rows_each = config_.rows;
        break;
    }
    rows_each = std::max<std::uint64_t>(rows_each, 1);
    return steps * ((rows + rows_each - 1) / rows_each);
  }

  const Config& config_;
  const std::vector<LayerSpec>& layers_;
  std::vector<std::uint32_t> last_use_;
  /// Of one input, by layer.
  std::vector<std::uint64_t> outputs_;
  std::vector<std::uint64_t> beside_;
};

}  // namespace

std::uint64_t bytes_beside_outputs(const Config& config, const LayerSpec& spec) {
  const auto* chain = std::get_if<ChainedSource>(&spec.activations);
  const bool joins = chain != nullptr && chain->layers.size() > 1 && !takes_operands(spec.type);
  std::uint64_t elements = chain == nullptr || joins ? spec.input_elements() : 0;
  if (spec.type == LayerType::lstm || spec.type == LayerType::gru) {
    // Cell states have two elements each.
    const std::uint64_t states = spec.type == LayerType::lstm ? 2 : 1;
    elements += spec.matrix_outputs() + states * spec.output.channels;
  }
  return elements * config.activation_bytes();
}

std::vector<std::uint32_t> last_uses(const Network& network) {
  std::vector<std::uint32_t> uses;
  for (std::uint32_t layer = 0; layer < network.layers.size(); ++layer) {
    uses.push_back(layer);
    const auto* chain = std::get_if<ChainedSource>(&network.layers[layer].activations);
    if (chain == nullptr) continue;
    for (const std::size_t source : chain->layers) uses[source] = layer;
  }
  return uses;
}

std::vector<BatchSegment> batch_segments(const Config& config, const Network& network) {
  return SegmentSearch(config, network).search();
}

}  // namespace nzsim::systolic
