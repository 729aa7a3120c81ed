#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/reference/datapath.h"
#include "models/systolic/reference/progress.h"
#include "models/systolic/reference/sequencer.h"
#include "sim/kernel/clocked_module.h"

namespace nzsim::systolic {

/// Moves tensors between the host and the unified buffer, `tpu.host_interface`, one transfer after
/// the other, each in whole cycles. A transfer's bytes arrive in its last cycle. A machine without
/// an interface has all inputs when they are wanted, and all transfers done.
class HostInterface final : public ClockedModule {
 public:
  /// All arguments must outlive the module.
  HostInterface(const sc_core::sc_module_name& name, ClockDomain& domain, const Config& config,
                const SystolicProgram& program, const Sequencer& sequencer, Progress& progress,
                Datapath& datapath);

  /// Cycles in which transfers of section `section` were under way.
  [[nodiscard]] std::uint64_t busy_cycles(std::size_t section) const {
    return busy_cycles_[section];
  }
  /// Without an interface, between cycles: inputs whose places in the unified buffer are free now
  /// are there.
  void have_inputs();

  void compute() override;
  void commit() override;
  [[nodiscard]] std::string waits_for() const override;

 private:
  [[nodiscard]] bool is_done() const { return next_ == sequencer_.transfers().size(); }

  const Config& config_;
  const Sequencer& sequencer_;
  Progress& progress_;
  Datapath& datapath_;
  std::vector<std::uint64_t> busy_cycles_;

  /// The transfer that is under way, or comes next; the cycle behind its last one.
  std::size_t next_ = 0;
  bool is_busy_ = false;
  std::uint64_t ends_at_ = 0;
};

}  // namespace nzsim::systolic
