#include "sim/kernel/clock_domain.h"

#include <cmath>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/kernel/clocked_module.h"
#include "sim/kernel/time_resolution.h"

namespace nzsim {
namespace {

/// Fisher-Yates; the standard's `shuffle` differs between libraries.
template <class T>
void permute(std::vector<T>& items, std::mt19937_64& random) {
  for (std::size_t left = items.size(); left > 1; --left) {
    std::swap(items[left - 1], items[random() % left]);
  }
}

}  // namespace

ClockDomain::ClockDomain(const sc_core::sc_module_name& name, double frequency_hz,
                         Stepping stepping, std::uint64_t watchdog_limit)
    : sc_core::sc_module(name),
      times_(frequency_hz),
      stepping_(stepping),
      watchdog_(watchdog_limit) {
  const long long rounded_hz = std::llround(frequency_hz);
  SIM_ASSERT(rounded_hz > 0 && rounded_hz <= 1'000'000'000'000, this->name(), 0, "a clock of {} Hz",
             frequency_hz);
  if (stepping_ == Stepping::direct) return;
  use_femtoseconds();
  SC_HAS_PROCESS(ClockDomain);
  SC_METHOD(tick);
  sensitive << wake_;
  dont_initialize();
}

void ClockDomain::add(ClockedModule& module) {
  compute_order_.emplace_back(module);
  commit_order_.emplace_back(module);
}

void ClockDomain::shuffle(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  permute(compute_order_, random);
  permute(commit_order_, random);
}

std::uint64_t ClockDomain::femtoseconds(std::uint64_t cycle) const {
  return static_cast<std::uint64_t>(times_.femtoseconds(cycle));
}

void ClockDomain::run(CycleObserver& observer) {
  observer_ = &observer;
  note_progress();
  if (stepping_ == Stepping::direct) {
    while (step()) {
    }
    return;
  }
  wake_.notify(sc_core::sc_time::from_value(femtoseconds(cycle_)) - sc_core::sc_time_stamp());
  // Returns in the run's last cycle; what others have still asked the kernel for stays for the next
  // run.
  sc_core::sc_start();
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void ClockDomain::tick() {
  try {
    if (!step()) {
      sc_core::sc_pause();
      return;
    }
  } catch (...) {
    failure_ = std::current_exception();
    sc_core::sc_pause();
    return;
  }
  next_trigger(sc_core::sc_time::from_value(femtoseconds(cycle_)) - sc_core::sc_time_stamp());
}

bool ClockDomain::step() {
  for (ClockedModule& module : compute_order_) module.compute();
  for (ClockedModule& module : commit_order_) module.commit();
  const bool goes_on = observer_->after_cycle(cycle_);
  if (goes_on && watchdog_.is_expired(cycle_)) fail_without_progress();
  ++cycle_;
  return goes_on;
}

void ClockDomain::fail_without_progress() const {
  std::string dump;
  for (const ClockedModule& module : compute_order_) {
    const std::string waiting = module.waits_for();
    if (!waiting.empty()) dump += fmt::format("; {}: {}", module.name(), waiting);
  }
  throw SimulationError(fmt::format("{}: no progress since cycle {}, now cycle {}{}", name(),
                                    watchdog_.last_progress(), cycle_, dump));
}

}  // namespace nzsim
