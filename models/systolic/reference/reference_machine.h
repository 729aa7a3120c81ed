#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "models/systolic/config.h"
#include "models/systolic/program.h"
#include "models/systolic/results.h"
#include "sim/memory/memory.h"

namespace nzsim::systolic {

/// How a reference machine is driven. But for `values` and `memory` none of it may change a result.
struct ReferenceOptions {
  /// By the SystemC kernel, once per process; or by a plain loop over the same modules, so that one
  /// process can build any number of machines. A machine with a memory needs the kernel.
  bool uses_kernel = true;
  /// Whether data move with the cycles; otherwise the array is fed zeros.
  bool values = true;
  /// Calls the modules in an order drawn from this seed.
  std::optional<std::uint64_t> shuffle_seed;
  /// Takes the place of the memory that the config describes; it is new, and outlives the machine.
  Memory* memory = nullptr;
};

/// The reference mode: the definition of the machine, SystemC modules that step every register at
/// every clock edge (`Core`), under the names `tpu` and, where there is a memory, `dram`. The rules
/// that its units follow are those of `Schedule`, in cycles instead of terms.
class ReferenceTpu {
 public:
  /// Elaborates the module hierarchy. All arguments must outlive the machine.
  ReferenceTpu(const Config& config, const SystolicProgram& program,
               const ReferenceOptions& options = {});
  ReferenceTpu(ReferenceTpu&&) noexcept;
  ReferenceTpu& operator=(ReferenceTpu&&) noexcept;
  ~ReferenceTpu();

  /// Runs the program from cycle 0 on; called once. Throws `SimulationError` where a unit's rules
  /// are broken, and where the watchdog ends the simulation.
  [[nodiscard]] MachineRun run();

 private:
  class Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace nzsim::systolic
