#include "models/systolic/array/data_setup.h"

#include <algorithm>

#include "models/systolic/values/bfloat16_kernel.h"

namespace nzsim::systolic {

template <class Element>
TriangularDelay<Element>::TriangularDelay(std::size_t lanes, Slope slope)
    : lanes_(lanes), slope_(slope), rows_(lanes * lanes) {}

template <class Element>
std::size_t TriangularDelay<Element>::delay(std::size_t lane) const {
  return slope_ == Slope::rising ? lane : lanes_ - 1 - lane;
}

template <class Element>
void TriangularDelay<Element>::step(std::span<const Element> entering, std::span<Element> leaving) {
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    const std::size_t row = now_ + delay(lane);
    rows_[(row < lanes_ ? row : row - lanes_) * lanes_ + lane] = entering[lane];
  }
  std::copy_n(rows_.data() + now_ * lanes_, lanes_, leaving.data());
  now_ = now_ + 1 < lanes_ ? now_ + 1 : 0;
}

template class TriangularDelay<std::int8_t>;
template class TriangularDelay<std::int32_t>;
template class TriangularDelay<Bfloat16>;
template class TriangularDelay<float>;

}  // namespace nzsim::systolic
