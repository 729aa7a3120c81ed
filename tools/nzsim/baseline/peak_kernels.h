#pragma once

#include <cstdint>

#include "tools/nzsim/baseline/instruction_set.h"

namespace nzsim::baseline {

/// What a loop of multiply-adds did, by one thread.
struct PeakWork {
  /// In `float32`; a multiply-add is two.
  std::uint64_t operations = 0;
  /// Mean of all accumulators. They start with different numbers, 0, 1, 2 and so on, and each step
  /// halves them and adds one, so that it is 2 after many steps; a compiler cannot leave out what
  /// this number is made of.
  double mean = 0.0;
};

/// Runs `steps` steps of multiply-adds on as many independent accumulators as keep the units busy.
/// `set` is one of `instruction_sets()`.
[[nodiscard]] PeakWork run_multiply_adds(InstructionSet set, std::uint64_t steps);

}  // namespace nzsim::baseline
