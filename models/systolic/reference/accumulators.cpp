#include "models/systolic/reference/accumulators.h"

#include <algorithm>

namespace nzsim::systolic {

Accumulators::Accumulators(const Config& config) : is_limited_(config.accumulator_rows > 0) {}

bool Accumulators::is_free(std::uint32_t first, std::uint32_t rows) const {
  return std::none_of(reserved_.begin(), reserved_.end(),
                      [&](const Block& block) { return block.overlaps(first, rows); });
}

void Accumulators::reserve(std::uint32_t first, std::uint32_t rows) {
  if (is_limited_) reserved_.push_back({first, rows});
}

void Accumulators::release(std::uint32_t first, std::uint32_t rows) {
  std::erase_if(reserved_, [&](const Block& block) { return block.overlaps(first, rows); });
}

template <class Sum>
void SumRows<Sum>::write(std::size_t row, std::span<const Sum> sums, bool adds) {
  if (sums_.size() < (row + 1) * columns_) sums_.resize((row + 1) * columns_);
  Sum* target = sums_.data() + row * columns_;
  for (std::size_t c = 0; c < columns_; ++c) target[c] = adds ? target[c] + sums[c] : sums[c];
}

template class SumRows<std::int32_t>;
template class SumRows<float>;

}  // namespace nzsim::systolic
