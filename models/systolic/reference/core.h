#pragma once

#include <cstdint>
#include <memory>

#include "models/systolic/config.h"
#include "models/systolic/reference/accumulators.h"
#include "models/systolic/reference/activation_unit.h"
#include "models/systolic/reference/datapath.h"
#include "models/systolic/reference/host_interface.h"
#include "models/systolic/reference/matrix_control.h"
#include "models/systolic/reference/sequencer.h"
#include "models/systolic/reference/weight_fetcher.h"
#include "models/systolic/reference/weight_fifo.h"
#include "models/systolic/results.h"
#include "sim/kernel/clock_domain.h"
#include "sim/kernel/part.h"

namespace nzsim::systolic {

/// The machine, `tpu`: its clock and its units, and the run of one program.
class Core final : public sc_core::sc_module, private CycleObserver {
 public:
  /// Builds the hierarchy. All arguments must outlive the module.
  Core(const sc_core::sc_module_name& name, const Config& config, const SystolicProgram& program,
       FetchObserver& observer, bool values, Stepping stepping);

  /// Runs the program from cycle 0 on; called once. What memories count is left out. Throws
  /// `SimulationError`.
  [[nodiscard]] MachineRun run();

  [[nodiscard]] ClockDomain& clock() { return clock_; }
  [[nodiscard]] const Sequencer& sequencer() const { return sequencer_; }
  /// To be bound to a memory; null where the machine has none.
  [[nodiscard]] MemoryPort* memory_port() {
    return weight_fetcher_ ? &weight_fetcher_->port() : nullptr;
  }

 private:
  [[nodiscard]] MatrixParts matrix_parts();
  bool after_cycle(std::uint64_t cycle) override;
  [[nodiscard]] bool has_ended(std::size_t section) const;
  void end_section(std::uint64_t end);

  const Config& config_;
  const SystolicProgram& program_;
  Progress progress_;
  Accumulators accumulators_;
  /// Null, as all that fetches weights, where the machine has no memory.
  std::unique_ptr<WeightFifo> weight_fifo_;

  ClockDomain clock_;
  Sequencer sequencer_;
  std::unique_ptr<Datapath> datapath_;
  Part<Accumulators> accumulators_module_;
  std::unique_ptr<Part<WeightFifo>> weight_fifo_module_;
  std::unique_ptr<WeightFetcher> weight_fetcher_;
  HostInterface host_interface_;
  MatrixControl matrix_unit_;
  ActivationUnit activation_unit_;

  MachineRun run_;
  /// The section that runs, and the cycle in which it began.
  std::size_t section_ = 0;
  std::uint64_t section_begin_ = 0;
  /// Sections whose outputs were kept.
  std::size_t kept_ = 0;
};

}  // namespace nzsim::systolic
