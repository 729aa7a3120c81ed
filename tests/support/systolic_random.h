#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/results.h"
#include "sim/memory/memory.h"
#include "sim/run/accelerator.h"
#include "tests/support/int8_layers.h"

namespace nzsim::systolic::test {

/// A machine and a workload drawn from a seed.
struct RandomCase {
  Config config;
  Workload workload;
  std::uint64_t seed = 0;
  /// Takes the place of the config's memory; null where that is used, or there is none.
  [[nodiscard]] std::unique_ptr<Memory> make_random_memory() const;
  bool has_random_memory = false;
  /// Both in words, for the message of a failing test.
  std::string description;
};

/// Draws a small machine (1 to 9 rows and columns, all parameters of `Config`; no memory, an ideal
/// one, a DRAM or one with times of its own; a unified buffer that holds all of the network or
/// little more than one layer), and a network of one to five layers of all types, with batches,
/// biases, chains, concatenations and residuals. Files of values (random_values.h) are written to
/// `directory`.
[[nodiscard]] RandomCase random_case(std::uint64_t seed, const std::filesystem::path& directory);

/// A run in words, all of it, line by line.
[[nodiscard]] std::string describe(const MachineRun& run);

/// The outputs of all layers by `plain_int8_network`, as a run gives them.
[[nodiscard]] std::vector<std::vector<std::int8_t>> plain_outputs(
    const std::vector<QuantizedLayer>& layers);

}  // namespace nzsim::systolic::test
