#include "models/systolic/values/bfloat16_weights.h"

#include <algorithm>
#include <utility>

#include "models/systolic/values/transpose.h"

namespace nzsim::systolic {

SummationOrder summation_order_of(const Config& config) {
  if (config.dataflow == Dataflow::output_stationary) return {};
  return {config.rows, config.window_mapping == WindowMapping::by_position};
}

std::vector<InnerPart> cut_inner(const SummationOrder& order, std::size_t positions,
                                 std::size_t length) {
  const std::size_t stretches = order.cuts_at_positions ? positions : 1;
  const std::size_t stretch = positions * length / stretches;
  std::vector<InnerPart> parts;
  for (std::size_t n = 0; n < stretches; ++n) {
    for (std::size_t first = 0; first < stretch; first += parts.back().count) {
      parts.push_back({n * stretch + first, static_cast<std::size_t>(std::min<std::uint64_t>(
                                                stretch - first, order.tile_length))});
    }
  }
  return parts;
}

TiledBfloat16Weights::TiledBfloat16Weights(const MatrixView<const Bfloat16>& weights,
                                           std::vector<InnerPart> tiles, bool many_products)
    : weights_(weights), tiles_(std::move(tiles)) {
  if (!many_products) return;
  for (const InnerPart& tile : tiles_) packed_.push_back(pack(tile));
}

void TiledBfloat16Weights::multiply(const MatrixView<const Bfloat16>& left,
                                    const MatrixView<float>& sums) const {
  PackedBfloat16Weights fresh;
  for (std::size_t n = 0; n < tiles_.size(); ++n) {
    const InnerPart& tile = tiles_[n];
    if (packed_.empty()) fresh = pack(tile);
    systolic::multiply({left.data + tile.first, left.rows, tile.count, left.stride},
                       packed_.empty() ? fresh : packed_[n], sums,
                       n == 0 ? Accumulate::replace : Accumulate::add);
  }
}

PackedBfloat16Weights TiledBfloat16Weights::pack(const InnerPart& tile) const {
  std::vector<Bfloat16> right(tile.count * weights_.rows);
  const MatrixView<Bfloat16> matrix{right.data(), tile.count, weights_.rows, weights_.rows};
  transpose({weights_.data + tile.first, weights_.rows, tile.count, weights_.stride}, matrix);
  return PackedBfloat16Weights(MatrixView<const Bfloat16>(matrix));
}

}  // namespace nzsim::systolic
