#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include <systemc>

#include "sim/base/cycle_times.h"
#include "sim/kernel/watchdog.h"

namespace nzsim {

class ClockedModule;

/// Who advances a clock domain.
enum class Stepping {
  /// A process of the SystemC kernel, at the absolute time of each cycle.
  kernel,
  /// A plain loop without the kernel's time. Modules see the same cycles; a test may then build and
  /// destroy any number of machines in one process, as nothing is elaborated.
  direct,
};

/// Looks at the modules between two cycles and decides when a run ends. Not hardware.
class CycleObserver {
 public:
  virtual ~CycleObserver() = default;
  /// Called after all modules have committed `cycle`; returns whether to go on with the next.
  [[nodiscard]] virtual bool after_cycle(std::uint64_t cycle) = 0;
};

/// A clock and the modules that it steps.
///
/// One process calls `compute` of all modules and then `commit` of all. It asks the kernel for the
/// absolute time of the next cycle, and for nothing while no run is in progress: there is no
/// toggling clock signal. Time has a resolution of 1 fs; cycle k begins at floor(k / frequency).
class ClockDomain final : public sc_core::sc_module {
 public:
  /// `frequency_hz`: a whole number of hertz in [1, 1e12]; other values are rounded to that.
  ClockDomain(const sc_core::sc_module_name& name, double frequency_hz,
              Stepping stepping = Stepping::kernel,
              std::uint64_t watchdog_limit = Watchdog::kDefaultLimit);

  /// Called by `ClockedModule`'s constructor.
  void add(ClockedModule& module);

  /// Calls the modules in another order from now on, one for `compute` and one for `commit`, drawn
  /// from `seed`. Results must not change.
  void shuffle(std::uint64_t seed);

  /// Steps cycle after cycle until `observer` ends the run; the next run continues with the next
  /// cycle. Throws `SimulationError` with a dump of who waits for what where there is no progress
  /// for the watchdog's limit, and whatever a module throws.
  void run(CycleObserver& observer);

  /// The cycle that is being computed, or comes next.
  [[nodiscard]] const std::uint64_t& cycle() const { return cycle_; }
  /// Start of cycle `cycle` in fs.
  [[nodiscard]] std::uint64_t femtoseconds(std::uint64_t cycle) const;

  /// Called in a cycle in which a module got on with its work.
  void note_progress() { watchdog_.note_progress(cycle_); }

 private:
  using Order = std::vector<std::reference_wrapper<ClockedModule>>;

  /// One cycle; returns whether the run goes on.
  bool step();
  /// The process: one cycle, then sleeps until the next.
  void tick();
  [[noreturn]] void fail_without_progress() const;

  CycleTimes times_;
  Stepping stepping_;
  Watchdog watchdog_;
  std::uint64_t cycle_ = 0;
  Order compute_order_;
  Order commit_order_;
  CycleObserver* observer_ = nullptr;
  /// Thrown in the process; the kernel would turn it into an `sc_report`.
  std::exception_ptr failure_;
  sc_core::sc_event wake_{"wake"};
};

}  // namespace nzsim
