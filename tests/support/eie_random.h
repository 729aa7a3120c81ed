#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "models/eie/config.h"
#include "sim/run/accelerator.h"

namespace nzsim::eie::test {

/// A machine and a workload drawn from a seed.
struct RandomCase {
  Config config;
  Workload workload;
  /// Both in words, for the message of a failing test.
  std::string description;
};

/// Draws a small machine (1 to 70 PEs, all parameters of `Config`) and a network of one to three
/// layers: matrices with empty rows and columns, dense and sparse ones, biases, convolutions with
/// padding, stride and groups, pooling, chains, batches, signed and rectified inputs, vectors
/// longer than the register files. Half of the machines have a memory, and SRAMs that hold some of
/// the layers or none. Matrices with biases are written to files in `directory`.
[[nodiscard]] RandomCase random_case(std::uint64_t seed, const std::filesystem::path& directory);

}  // namespace nzsim::eie::test
