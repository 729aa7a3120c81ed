#include "models/systolic/reference/reference_machine.h"

#include <utility>
#include <vector>

#include "models/systolic/reference/core.h"
#include "sim/base/errors.h"
#include "sim/memory/memory_target.h"

namespace nzsim::systolic {

/// The module hierarchy, and what the memory counts by section.
class ReferenceTpu::Machine final : private FetchObserver {
 public:
  Machine(const Config& config, const SystolicProgram& program, const ReferenceOptions& options)
      : own_memory_(config.memory && options.memory == nullptr ? make_memory(*config.memory)
                                                               : nullptr),
        memory_(config.memory ? (own_memory_ ? own_memory_.get() : options.memory) : nullptr),
        dram_(memory_ ? std::make_unique<MemoryTarget>("dram", *memory_) : nullptr),
        core_("tpu", config, program, *this, options.values,
              options.uses_kernel ? Stepping::kernel : Stepping::direct),
        counted_(memory_ ? memory_->channels() : 0),
        spans_(program.sections.size()) {
    for (std::vector<ChannelSpan>& spans : spans_) spans.resize(counted_.size());
    if (dram_) core_.memory_port()->socket.bind(dram_->socket);
    if (options.shuffle_seed) core_.clock().shuffle(*options.shuffle_seed);
  }

  [[nodiscard]] MachineRun run() {
    MachineRun run = core_.run();
    if (memory_ != nullptr && !spans_.empty()) count_rest();
    for (std::size_t section = 0; section < run.times.size(); ++section) {
      run.times[section].memory = std::move(spans_[section]);
    }
    return run;
  }

 private:
  void before_first_tile(std::uint32_t section_before) override {
    for (std::uint32_t channel = 0; channel < counted_.size(); ++channel) {
      count(section_before, channel, dram_->counters(channel));
    }
  }

  /// Nothing is unanswered: the memory goes on to the begin of the cycle behind the program.
  void count_rest() {
    const ClockDomain& clock = core_.clock();
    SIM_ASSERT(memory_->unanswered() == 0, "dram", clock.cycle(), "{} transfers at the end",
               memory_->unanswered());
    const auto end = static_cast<Femtoseconds>(clock.femtoseconds(clock.cycle()));
    std::vector<MemoryEvent> events;
    memory_->advance(end, events);
    const std::vector<TileRead>& tiles = core_.sequencer().tiles();
    const std::size_t last = tiles.empty() ? 0 : tiles.back().section;
    for (std::uint32_t channel = 0; channel < counted_.size(); ++channel) {
      count(last, channel, memory_->counters(channel, end));
    }
  }

  void count(std::size_t section, std::uint32_t channel, const ChannelCounters& now) {
    spans_[section][channel] = {counted_[channel], now};
    counted_[channel] = now;
  }

  std::unique_ptr<Memory> own_memory_;
  /// Null where the machine has no memory.
  Memory* memory_;
  std::unique_ptr<MemoryTarget> dram_;
  Core core_;
  /// What each channel had counted when it was last asked, and what belongs to each section.
  std::vector<ChannelCounters> counted_;
  std::vector<std::vector<ChannelSpan>> spans_;
};

ReferenceTpu::ReferenceTpu(const Config& config, const SystolicProgram& program,
                           const ReferenceOptions& options)
    : machine_(std::make_unique<Machine>(config, program, options)) {}

ReferenceTpu::ReferenceTpu(ReferenceTpu&&) noexcept = default;
ReferenceTpu& ReferenceTpu::operator=(ReferenceTpu&&) noexcept = default;
ReferenceTpu::~ReferenceTpu() = default;

MachineRun ReferenceTpu::run() { return machine_->run(); }

}  // namespace nzsim::systolic
