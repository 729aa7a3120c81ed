#pragma once

#include <cstdint>
#include <limits>

namespace nzsim {

/// How a machine adds the products of one output in binary32. The inner dimension of a product is
/// cut into tiles. The sum of a tile starts at +0 and takes its products in ascending order, each
/// rounded and then added with one rounding; the first tile's sum is what later tiles' sums are
/// added to, one after the other.
///
/// Inner elements come in the order of the weights' columns, but for convolutions: there in the
/// order kernel height, kernel width, channels of the group.
struct SummationOrder {
  /// Products of one tile at most, 1 or more. The default is one running sum over all products.
  std::uint64_t tile_length = std::numeric_limits<std::uint64_t>::max();
  /// Whether a tile of a convolution ends with the channels of each position of the window, too.
  bool cuts_at_positions = false;
};

}  // namespace nzsim
