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

  /// Accumulates one pass into `accumulators` `[rows of the output batch]`.
  void run(const MatrixImage& image, const Pass& pass, std::span<const Item> items,
           std::span<std::int16_t> accumulators);

 private:
  const LayerProgram& layer_;
  int shift_;
  /// Products of one activation with every shared weight.
  std::vector<std::int16_t> products_;
};

}  // namespace nzsim::eie
