#include "models/systolic/reference/core.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "sim/base/errors.h"

namespace nzsim::systolic {
namespace {

/// Cycles in which a memory surely answers what the FIFO waits for. Assumption: no memory is slower
/// than its peak rate by more than this factor, its latency aside.
std::uint64_t fetch_limit(const Config& config) {
  if (!config.memory) return 0;
  constexpr double kSlowest = 64.0;
  const double bytes =
      static_cast<double>(config.weight_fifo_tiles) * static_cast<double>(config.tile_bytes());
  const auto* ideal = std::get_if<IdealMemoryConfig>(&config.memory->memory);
  const double latency =
      ideal == nullptr ? 0.0 : static_cast<double>(ideal->latency_femtoseconds) * 1e-15;
  const double seconds = kSlowest * bytes / config.memory->peak_bytes_per_second() + 2.0 * latency;
  return static_cast<std::uint64_t>(std::min(seconds * config.clock_hz, 1e18));
}

/// The watchdog waits longer than the machine's own longest silence: a row crosses the array.
std::uint64_t watchdog_limit(const Config& config) {
  return Watchdog::kDefaultLimit + 2 * std::uint64_t{config.rows} + config.columns +
         fetch_limit(config);
}

}  // namespace

Core::Core(const sc_core::sc_module_name& name, const Config& config,
           const SystolicProgram& program, FetchObserver& observer, bool values, Stepping stepping)
    : sc_core::sc_module(name),
      config_(config),
      program_(program),
      accumulators_(config),
      weight_fifo_(config.memory ? std::make_unique<WeightFifo>(config) : nullptr),
      clock_("clock", config.clock_hz, stepping, watchdog_limit(config)),
      sequencer_("sequencer", clock_, config, program, progress_),
      datapath_(make_datapath(config, program, values)),
      accumulators_module_("accumulators", accumulators_),
      host_interface_("host_interface", clock_, config, program, sequencer_, progress_, *datapath_),
      matrix_unit_("matrix_unit", clock_, matrix_parts(), datapath_->make_array(matrix_parts())),
      activation_unit_("activation_unit", clock_, config, sequencer_, progress_, accumulators_,
                       *datapath_) {
  if (!config.memory) return;
  SIM_ASSERT(stepping == Stepping::kernel, this->name(), 0,
             "a memory has times of the kernel, which does not step this machine");
  weight_fifo_module_ = std::make_unique<Part<WeightFifo>>("weight_fifo", *weight_fifo_);
  weight_fetcher_ = std::make_unique<WeightFetcher>("weight_fetcher", clock_, config, sequencer_,
                                                    *weight_fifo_, *datapath_, observer);
}

MatrixParts Core::matrix_parts() {
  return {config_, program_, sequencer_, progress_, accumulators_, weight_fifo_.get()};
}

MachineRun Core::run() {
  if (!program_.sections.empty()) clock_.run(*this);
  return std::move(run_);
}

bool Core::after_cycle(std::uint64_t cycle) {
  while (kept_ < program_.sections.size() &&
         sequencer_.section_ends()[kept_].activations <= progress_.activations) {
    datapath_->keep_outputs(program_.sections[kept_++], run_);
  }
  // After what the places of these inputs held has been kept.
  if (!config_.host_bytes_per_second) host_interface_.have_inputs();
  while (section_ < program_.sections.size() && has_ended(section_)) end_section(cycle + 1);
  return section_ < program_.sections.size();
}

bool Core::has_ended(std::size_t section) const {
  const SectionEnd& end = sequencer_.section_ends()[section];
  const bool is_last = section + 1 == program_.sections.size();
  return progress_.multiplications >= end.multiplications &&
         progress_.activations >= end.activations &&
         (!is_last || progress_.host_transfers >= end.host_transfers);
}

void Core::end_section(std::uint64_t end) {
  SectionTime time;
  time.counters = matrix_unit_.take_counters();
  time.counters.cycles = end - section_begin_;
  run_.times.push_back(time);
  section_begin_ = end;
  ++section_;
  if (section_ < program_.sections.size()) return;
  // Transfers of a section may go on while others run.
  for (std::size_t index = 0; index < run_.times.size(); ++index) {
    run_.times[index].counters.host_busy_cycles = host_interface_.busy_cycles(index);
  }
}

}  // namespace nzsim::systolic
