#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sim/memory/config.h"
#include "sim/run/machine.h"

namespace nzsim::test {

/// What a fake accelerator was asked to do.
struct FakeCalls {
  int compiled = 0;
  int simulated = 0;
  int elaborated = 0;
};

/// How a fake accelerator behaves.
struct FakeBehaviour {
  std::string compile_key = "key";
  std::string image = "fake program";
  std::optional<std::string> needs_reference = {};
  /// Nothing: the values match.
  std::optional<std::string> difference = {};
  /// Operations of its only layer, which takes 5 cycles.
  std::uint64_t operations = 0;
  /// Nothing: it has no off-chip memory.
  std::optional<MemoryConfig> memory = {};
  /// Called by each simulation, in both modes.
  std::function<void()> on_simulate = [] {};
};

/// An accelerator that only counts what is asked of it in `calls`, which must outlive it.
[[nodiscard]] std::unique_ptr<Accelerator> fake_accelerator(FakeCalls& calls,
                                                            FakeBehaviour behaviour = {});

/// A machine whose accelerator only counts what is asked of it in `calls`, which must outlive it.
/// It accepts no program file but one that holds exactly its image.
[[nodiscard]] Machine fake_machine(FakeCalls& calls, FakeBehaviour behaviour = {});

}  // namespace nzsim::test
