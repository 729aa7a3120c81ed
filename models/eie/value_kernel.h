#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/eie/program.h"
#include "models/eie/timing_kernel.h"

namespace nzsim::eie {

/// EIE's results without its pipeline: for each broadcast activation, in order, every non-zero of
/// its column adds one saturated product to its row's 16-bit accumulator. A row's additions come in
/// the machine's order, so that saturation is the same; padding adds nothing.
class ValueKernel {
 public:
  explicit ValueKernel(const LayerProgram& layer);

  /// Accumulates one pass into `accumulators` `[rows of the output batch, rounded up to 64]`.
  void run(const MatrixImage& image, const Pass& pass, std::span<const Item> items,
           std::span<std::int16_t> accumulators);

 private:
  void add_lists(const MatrixImage& image, const Pass& pass, std::span<const Item> items,
                 std::int16_t* accumulators);
  void add_dense(const MatrixImage& image, const Pass& pass, std::span<const Item> items,
                 std::int16_t* accumulators);
  void multiply_codebook(std::int16_t activation, std::int16_t* products) const;

  const LayerProgram& layer_;
  int shift_;
  /// Products of one activation with every shared weight.
  std::vector<std::int16_t> products_;
};

/// Columns of 4-bit codes that `add_dense_columns` takes at once.
inline constexpr std::size_t kDenseColumns = 4;

/// Up to four columns of dense codes with the products of their activations, `[16]` each.
struct DenseColumns {
  const std::uint8_t* codes[kDenseColumns];
  std::int16_t products[kDenseColumns][16];
};

/// Adds the columns one after the other to `accumulators` `[groups x 64]`, saturating. All four
/// columns must be there; a missing one has products of zero.
void add_dense_columns(const DenseColumns& columns, std::size_t groups, std::int16_t* accumulators);
/// The same without vector instructions: the definition.
void add_dense_columns_plain(const DenseColumns& columns, std::size_t groups,
                             std::int16_t* accumulators);

}  // namespace nzsim::eie
