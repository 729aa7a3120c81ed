#pragma once

#include <cstdint>

namespace nzsim::test {

/// What the test program takes on its command line beside Google Test's own options.
struct Options {
  /// `--differential_cases=N`: random machines and workloads that both modes are compared on.
  std::uint64_t differential_cases = 1000;
};

/// The options of this run; set by `main`.
[[nodiscard]] Options& options();

}  // namespace nzsim::test
