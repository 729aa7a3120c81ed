#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/eie/program.h"

namespace nzsim::eie {

/// The segments of a streamed layer in the order in which they are used: those of one
/// matrix-vector product after the other, for each input of the batch, each group and each output
/// pixel. The matrix is streamed anew for each product, as the registers hold the partial sums of
/// one product alone.
class SegmentOrder {
 public:
  /// No segments.
  SegmentOrder() = default;
  /// Those of `layer`, none where it is not streamed. `passes` are those of each of its images;
  /// they must outlive the order.
  SegmentOrder(const LayerProgram& layer, const std::vector<std::vector<Pass>>& passes);

  /// The next segment; nothing behind the last one.
  [[nodiscard]] std::optional<MatrixSegment> next();

 private:
  const std::vector<std::vector<Pass>>* passes_ = nullptr;
  std::uint64_t inputs_left_ = 0;
  std::uint64_t products_per_group_ = 0;
  std::size_t group_ = 0;
  std::uint64_t product_ = 0;
  std::size_t pass_ = 0;
};

}  // namespace nzsim::eie
