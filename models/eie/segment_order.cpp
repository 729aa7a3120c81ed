#include "models/eie/segment_order.h"

namespace nzsim::eie {

SegmentOrder::SegmentOrder(const LayerProgram& layer, const std::vector<std::vector<Pass>>& passes)
    : passes_(&passes), inputs_left_(layer.is_streamed() ? layer.spec.batch : 0) {
  const bool is_convolution = layer.spec.type == LayerType::convolution;
  products_per_group_ =
      is_convolution ? std::uint64_t{layer.spec.output.height} * layer.spec.output.width : 1;
}

std::optional<MatrixSegment> SegmentOrder::next() {
  if (inputs_left_ == 0) return {};
  const std::vector<Pass>& passes = (*passes_)[group_];
  const MatrixSegment segment = passes[pass_].segment;
  if (++pass_ < passes.size()) return segment;
  pass_ = 0;
  if (++product_ < products_per_group_) return segment;
  product_ = 0;
  if (++group_ < passes_->size()) return segment;
  group_ = 0;
  --inputs_left_;
  return segment;
}

}  // namespace nzsim::eie
