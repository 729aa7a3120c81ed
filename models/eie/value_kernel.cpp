#include "models/eie/value_kernel.h"

#include "sim/base/fixed_point.h"

namespace nzsim::eie {

ValueKernel::ValueKernel(const LayerProgram& layer)
    : layer_(layer), shift_(layer.product_shift()), products_(layer.codebook.size()) {}

void ValueKernel::run(const MatrixImage& image, const Pass& pass, std::span<const Item> items,
                      std::span<std::int16_t> accumulators) {
  const std::int16_t* codebook = layer_.codebook.data();
  for (const Item& item : items) {
    const std::size_t column =
        std::size_t{pass.output_batch} * image.columns + pass.column_begin + item.column;
    const std::uint64_t begin = image.value_offsets[column];
    const std::uint64_t end = image.value_offsets[column + 1];
    if (end - begin < products_.size()) {
      for (std::uint64_t n = begin; n < end; ++n) {
        std::int16_t& sum = accumulators[image.value_rows[n]];
        sum =
            add_saturated(sum, multiply_fixed(codebook[image.value_codes[n]], item.value, shift_));
      }
      continue;
    }
    for (std::size_t code = 0; code < products_.size(); ++code) {
      products_[code] = multiply_fixed(codebook[code], item.value, shift_);
    }
    for (std::uint64_t n = begin; n < end; ++n) {
      std::int16_t& sum = accumulators[image.value_rows[n]];
      sum = add_saturated(sum, products_[image.value_codes[n]]);
    }
  }
}

}  // namespace nzsim::eie
