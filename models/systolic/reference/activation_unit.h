#pragma once

#include <cstdint>
#include <string>

#include "models/systolic/config.h"
#include "models/systolic/reference/accumulators.h"
#include "models/systolic/reference/datapath.h"
#include "models/systolic/reference/progress.h"
#include "models/systolic/reference/sequencer.h"
#include "sim/kernel/clocked_module.h"

namespace nzsim::systolic {

/// The activation unit, `tpu.activation_unit`: takes activations and vector works in order, a row a
/// cycle. Rows of two products that make gates: those of the first are taken before the second's,
/// with which they give outputs. Vector works take effect in their last cycle.
///
/// Without accumulators it is the matrix unit that finishes outputs; activations take no time here
/// and end with their sums.
class ActivationUnit final : public ClockedModule {
 public:
  /// All arguments must outlive the module.
  ActivationUnit(const sc_core::sc_module_name& name, ClockDomain& domain, const Config& config,
                 const Sequencer& sequencer, Progress& progress, Accumulators& accumulators,
                 Datapath& datapath);

  void compute() override;
  void commit() override;
  [[nodiscard]] std::string waits_for() const override;

 private:
  [[nodiscard]] bool is_done() const { return next_ == sequencer_.activations().size(); }
  [[nodiscard]] const ActivationWork& work() const { return sequencer_.activations()[next_]; }
  /// Whether the next work is done as soon as its sums are there.
  [[nodiscard]] bool takes_no_time() const;
  [[nodiscard]] bool may_begin() const;
  void end_work();

  const Config& config_;
  const Sequencer& sequencer_;
  Progress& progress_;
  Accumulators& accumulators_;
  Datapath& datapath_;

  /// The work that is done, or comes next; its first cycle, and the cycle behind its last one.
  std::size_t next_ = 0;
  bool is_busy_ = false;
  std::uint64_t begins_at_ = 0;
  std::uint64_t ends_at_ = 0;
};

}  // namespace nzsim::systolic
