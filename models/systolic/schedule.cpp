#include "models/systolic/schedule.h"

#include <algorithm>
#include <utility>

#include "models/systolic/host_link.h"
#include "sim/base/errors.h"

namespace nzsim::systolic {
namespace {

constexpr const char* kName = "tpu.matrix_unit";

/// Cycles of [begin, end), 0 where it is empty.
std::uint64_t length(std::uint64_t begin, std::uint64_t end) {
  return end > begin ? end - begin : 0;
}

}  // namespace

Schedule::Schedule(const Config& config, Memory* memory)
    : config_(config), memory_(memory), times_(config.clock_hz) {
  if (memory_ == nullptr) return;
  front_end_.emplace(*memory_);
  counted_.resize(memory_->channels());
}

std::vector<SectionTime> Schedule::run(const InstructionList& program,
                                       std::span<const std::size_t> section_ends) {
  sections_.resize(section_ends.size());
  for (SectionTime& section : sections_) section.memory.resize(counted_.size());
  collect_tiles(program, section_ends);
  std::size_t next = 0;
  for (std::size_t section = 0; section < section_ends.size(); ++section) {
    counters_ = {};
    while (next < section_ends[section]) execute(program[next++]);
    end_section(section + 1 == section_ends.size());
    sections_[section].counters = counters_;
  }
  SIM_ASSERT(taken_ == addresses_.size(), kName, last_row_end_, "uses {} tiles of {} that are read",
             taken_, addresses_.size());
  if (memory_ != nullptr && !sections_.empty()) {
    sample_memory(last_with_tiles_, times_.femtoseconds(counted_to_));
  }
  return std::move(sections_);
}

/// The fetcher runs ahead of all other units.
void Schedule::collect_tiles(const InstructionList& program,
                             std::span<const std::size_t> section_ends) {
  std::size_t next = 0;
  for (std::size_t section = 0; section < section_ends.size(); ++section) {
    const std::uint64_t first_tile = addresses_.size();
    for (; next < section_ends[section]; ++next) {
      const Instruction& instruction = program[next];
      if (instruction.opcode != Opcode::read_weights) continue;
      for (std::uint32_t tile = 0; tile < instruction.tiles; ++tile) {
        addresses_.push_back(instruction.address + tile * config_.tile_bytes());
      }
    }
    if (addresses_.size() == first_tile) continue;
    if (first_tile > 0) boundaries_.push_back({first_tile, last_with_tiles_});
    last_with_tiles_ = section;
  }
}

void Schedule::execute(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::matrix_multiply:
    case Opcode::convolve:
      return multiply(instruction);
    case Opcode::activate:
      return activate(instruction);
    case Opcode::vector:
      return work_on_vectors(instruction);
    case Opcode::read_host_memory:
    case Opcode::write_host_memory:
      return transfer(instruction);
    case Opcode::synchronize:
      return synchronize(instruction);
    case Opcode::read_weights:
    case Opcode::set_configuration:
    case Opcode::halt:
      return;
  }
}

void Schedule::send_requests() {
  const std::uint64_t fifo = config_.weight_fifo_tiles;
  while (sent_ < addresses_.size() && sent_ < taken_ + fifo) {
    std::uint64_t cycle = times_.first_cycle_at(port_free_at_);
    if (sent_ >= fifo) {
      cycle = std::max(cycle, places_free_.front());
      places_free_.pop_front();
    }
    const Femtoseconds time = times_.femtoseconds(cycle);
    if (!boundaries_.empty() && boundaries_.front().first_tile == sent_) {
      sample_memory(boundaries_.front().section_before, time);
      boundaries_.pop_front();
    }
    front_end_->send({sent_, Access::read, addresses_[sent_], config_.tile_bytes()}, time);
    port_free_at_ = front_end_->free_at();
    ++sent_;
  }
}

void Schedule::sample_memory(std::size_t section, Femtoseconds time) {
  front_end_->advance_to(time);
  for (std::uint32_t channel = 0; channel < counted_.size(); ++channel) {
    const ChannelCounters now = memory_->counters(channel, time);
    sections_[section].memory[channel] = {counted_[channel], now};
    counted_[channel] = now;
  }
}

std::uint64_t Schedule::wait_for_tile() {
  SIM_ASSERT(taken_ < addresses_.size(), kName, last_row_end_,
             "multiplies with tile {}, but {} are read", taken_, addresses_.size());
  send_requests();
  return times_.first_cycle_at(front_end_->run_until_answered(taken_) + 1) + 1;
}

std::uint64_t Schedule::active_cycles(const Instruction& instruction) const {
  return std::uint64_t{instruction.rows} * config_.cycles_per_row();
}

std::uint64_t Schedule::empty_from() const {
  return has_multiplied_ ? last_row_end_ + config_.rows + config_.columns - 2 : 0;
}

std::uint64_t Schedule::accumulators_free(const Instruction& instruction) {
  if (config_.accumulator_rows == 0) return 0;
  const bool is_output_stationary = config_.dataflow == Dataflow::output_stationary;
  if (is_output_stationary ? !instruction.ends_fold : instruction.accumulates) return 0;
  const std::uint32_t rows = is_output_stationary ? instruction.held_rows : instruction.rows;
  const std::uint32_t end = instruction.accumulator + rows;
  const auto overlaps = [&](const Block& block) {
    return block.first < end && instruction.accumulator < block.first + block.rows;
  };
  std::uint64_t free = 0;
  for (const Block& block : blocks_) {
    if (!overlaps(block)) continue;
    SIM_ASSERT(block.is_drained, kName, last_row_end_,
               "overwrites accumulators from {} on, which nothing has activated", block.first);
    free = std::max(free, block.drained);
  }
  std::erase_if(blocks_, overlaps);
  blocks_.push_back({instruction.accumulator, rows, 0, 0, false});
  return free;
}

void Schedule::write_accumulators(const Instruction& instruction) {
  const std::uint64_t skew = config_.rows + config_.columns;
  if (config_.accumulator_rows == 0) {
    // The last product of the block; `activate` takes it from here.
    blocks_.assign(1, {0, 0, last_row_end_ + skew - 2, 0, false});
    return;
  }
  const bool is_output_stationary = config_.dataflow == Dataflow::output_stationary;
  if (is_output_stationary && !instruction.ends_fold) return;
  const std::uint32_t rows = is_output_stationary ? instruction.held_rows : instruction.rows;
  const auto found = std::find_if(blocks_.begin(), blocks_.end(), [&](const Block& block) {
    return block.first == instruction.accumulator && block.rows == rows;
  });
  SIM_ASSERT(found != blocks_.end(), kName, last_row_end_,
             "adds to {} accumulators from {} on, which no multiplication has written as a block",
             rows, instruction.accumulator);
  found->readable = last_row_end_ - 1 + skew + (is_output_stationary ? config_.rows - 1 : 0);
}

std::uint64_t Schedule::shift_in(const Instruction& instruction, std::uint64_t whole) {
  const bool is_shifted =
      instruction.is_new_tile && config_.dataflow != Dataflow::output_stationary;
  if (!is_shifted) return 0;
  const bool is_weights = config_.dataflow == Dataflow::weight_stationary && instruction.takes_tile;
  // Weights without a memory are always there; a head's are activations.
  const bool is_always_there = config_.dataflow == Dataflow::weight_stationary &&
                               !instruction.takes_tile && !instruction.from_buffer;
  const std::uint64_t there = is_weights ? whole : (is_always_there ? 0 : synchronized_);
  const std::uint64_t free =
      config_.weight_double_buffering ? switched_ : std::max(empty_from(), synchronized_);
  const std::uint64_t begin = std::max(there, free);
  ++counters_.loads;
  return begin + config_.rows;
}

std::uint64_t Schedule::dependency_of(const Instruction& instruction) {
  std::uint64_t dependency = std::max(synchronized_, accumulators_free(instruction));
  if (config_.dataflow != Dataflow::output_stationary) return dependency;
  if (instruction.is_new_tile && !config_.weight_double_buffering) {
    dependency = std::max(dependency, empty_from());
  }
  if (!instruction.ends_fold || !has_folded_) return dependency;
  const std::uint64_t drained =
      fold_end_ + config_.rows + (config_.accumulator_rows == 0 ? config_.columns - 1 : 0);
  return std::max(dependency, drained - std::min(drained, active_cycles(instruction)));
}

void Schedule::multiply(const Instruction& instruction) {
  const std::uint64_t dependency = dependency_of(instruction);
  const std::uint64_t whole = instruction.takes_tile ? wait_for_tile() : 0;
  const std::uint64_t shifted = shift_in(instruction, whole);
  const std::uint64_t start = std::max({last_row_end_, dependency, whole, shifted});
  if (instruction.is_new_tile) switched_ = start;
  count_idle(start, dependency, whole);
  counters_.array_active_cycles += active_cycles(instruction);
  last_row_end_ = start + active_cycles(instruction);
  has_multiplied_ = true;
  if (instruction.ends_fold) {
    fold_end_ = last_row_end_;
    has_folded_ = true;
    ++counters_.drains;
  }
  if (instruction.takes_tile) {
    const bool is_stationary = config_.dataflow == Dataflow::weight_stationary;
    places_free_.push_back(is_stationary ? shifted : last_row_end_);
    ++taken_;
    ++counters_.tiles;
  }
  write_accumulators(instruction);
}

void Schedule::count_idle(std::uint64_t start, std::uint64_t dependency, std::uint64_t whole) {
  const std::uint64_t begin = std::max(last_row_end_, counted_to_);
  const std::uint64_t free = std::max(begin, std::min(dependency, start));
  const std::uint64_t arrived = std::max(free, std::min(whole, start));
  counters_.non_matrix_cycles += free - begin;
  counters_.weight_stall_cycles += arrived - free;
  counters_.weight_shift_cycles += start - arrived;
  counters_.raw_stall_cycles += length(last_row_end_, std::min(raw_ready_, start));
  counters_.input_stall_cycles += length(last_row_end_, std::min(input_ready_, start));
  counters_.synchronization_cycles +=
      length(std::max({last_row_end_, raw_ready_, input_ready_}), std::min(synchronized_, start));
}

void Schedule::activate(const Instruction& instruction) {
  if (config_.accumulator_rows == 0) {
    SIM_ASSERT(!blocks_.empty(), kName, last_row_end_, "activates what nothing has multiplied");
    activations_end_ = std::max(activations_end_, blocks_[0].readable);
    return;
  }
  const std::uint32_t end = instruction.accumulator + instruction.rows;
  std::uint64_t readable = 0;
  std::uint32_t covered = 0;
  const auto overlaps = [&](const Block& block) {
    return block.first < end && instruction.accumulator < block.first + block.rows;
  };
  for (const Block& block : blocks_) {
    if (!overlaps(block)) continue;
    readable = std::max(readable, block.readable);
    covered += block.rows;
  }
  SIM_ASSERT(covered == instruction.rows, kName, last_row_end_,
             "activates {} accumulators from {} on, of which {} are written", instruction.rows,
             instruction.accumulator, covered);
  activations_end_ = std::max(activations_end_, readable) + instruction.rows;
  for (Block& block : blocks_) {
    if (!overlaps(block)) continue;
    block.drained = activations_end_;
    block.is_drained = true;
  }
}

void Schedule::work_on_vectors(const Instruction& instruction) {
  activations_end_ =
      std::max({activations_end_, host_reads_end_, host_writes_awaited_}) + instruction.rows;
}

void Schedule::transfer(const Instruction& instruction) {
  if (!config_.host_bytes_per_second) return;
  const bool is_read = instruction.opcode == Opcode::read_host_memory;
  const std::uint64_t cycles = host_cycles(config_, instruction.bytes);
  const bool waits = !is_read || instruction.waits;
  const std::uint64_t begin = waits ? std::max(host_free_, activations_end_) : host_free_;
  host_free_ = begin + cycles;
  counters_.host_busy_cycles += cycles;
  if (is_read) host_reads_end_ = host_free_;
}

void Schedule::synchronize(const Instruction& instruction) {
  if (instruction.waits) host_writes_awaited_ = host_free_;
  raw_ready_ = activations_end_;
  input_ready_ = std::max(host_reads_end_, host_writes_awaited_);
  synchronized_ = std::max(raw_ready_, input_ready_) + config_.synchronization_wait_cycles;
}

void Schedule::end_section(bool is_last) {
  const std::uint64_t end = std::max(
      {counted_to_, last_row_end_, activations_end_, is_last ? host_free_ : std::uint64_t{0}});
  counters_.cycles = end - counted_to_;
  counters_.non_matrix_cycles += length(std::max(last_row_end_, counted_to_), end);
  counted_to_ = end;
}

}  // namespace nzsim::systolic
