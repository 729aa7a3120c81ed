#include "models/systolic/schedule.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim::systolic {
namespace {

constexpr const char* kName = "tpu.matrix_unit";

/// Cycles of [begin, end), 0 where it is empty.
std::uint64_t length(std::uint64_t begin, std::uint64_t end) {
  return end > begin ? end - begin : 0;
}

}  // namespace

Schedule::Schedule(const ScheduleConfig& config, Memory& memory)
    : config_(config), memory_(memory), times_(config.clock_hz) {}

ScheduleCounters Schedule::run(const InstructionList& program) {
  // The fetcher runs ahead of all other units.
  for (const Instruction& instruction : program) read_weights(instruction);
  for (const Instruction& instruction : program) {
    switch (instruction.opcode) {
      case Opcode::read_weights:
        break;
      case Opcode::matrix_multiply:
        multiply(instruction);
        break;
      case Opcode::activate:
        activate(instruction);
        break;
      case Opcode::vector:
        work_on_vectors(instruction);
        break;
      case Opcode::read_host_memory:
      case Opcode::write_host_memory:
        transfer(instruction);
        break;
      case Opcode::synchronize:
        synchronize();
        break;
    }
  }
  counters_.cycles = std::max({last_row_end_, activations_end_, host_end_});
  counters_.non_matrix_cycles += length(last_row_end_, counters_.cycles);
  return counters_;
}

void Schedule::read_weights(const Instruction& instruction) {
  for (std::uint32_t tile = 0; tile < instruction.tiles; ++tile) {
    addresses_.push_back(instruction.address + tile * config_.tile_bytes);
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
    memory_.send({sent_, Access::read, addresses_[sent_], config_.tile_bytes},
                 times_.femtoseconds(cycle));
    port_free_at_ = memory_.free_at();
    ++sent_;
  }
}

Schedule::Tile Schedule::take_tile() {
  SIM_ASSERT(taken_ < addresses_.size(), kName, last_row_end_,
             "multiplies with tile {}, but {} are read", taken_, addresses_.size());
  send_requests();
  Tile tile;
  tile.whole = times_.first_cycle_at(memory_.run_until_answered(taken_) + 1) + 1;
  const std::uint64_t empty = taken_ == 0 ? 0 : last_row_end_ + config_.rows + config_.columns - 2;
  tile.shift_begin = std::max(tile.whole, config_.weight_double_buffering ? switched_ : empty);
  places_free_.push_back(tile.shift_begin + config_.rows);
  ++taken_;
  ++counters_.tiles;
  return tile;
}

std::uint64_t Schedule::accumulators_free(const Instruction& instruction) {
  if (instruction.accumulates) return 0;
  std::uint64_t free = 0;
  const std::uint32_t end = instruction.accumulator + instruction.rows;
  const auto overlaps = [&](const Block& block) {
    return block.first < end && instruction.accumulator < block.first + block.rows;
  };
  for (const Block& block : blocks_) {
    if (!overlaps(block)) continue;
    SIM_ASSERT(block.is_drained, kName, last_row_end_,
               "overwrites accumulators from {} on, which nothing has activated", block.first);
    free = std::max(free, block.drained);
  }
  std::erase_if(blocks_, overlaps);
  blocks_.push_back({instruction.accumulator, instruction.rows, 0, 0, false});
  return free;
}

Schedule::Block& Schedule::block_of(const Instruction& instruction) {
  const auto found = std::find_if(blocks_.begin(), blocks_.end(), [&](const Block& block) {
    return block.first == instruction.accumulator && block.rows == instruction.rows;
  });
  SIM_ASSERT(found != blocks_.end(), kName, last_row_end_,
             "uses {} accumulators from {} on, which no multiplication has written as a block",
             instruction.rows, instruction.accumulator);
  return *found;
}

void Schedule::multiply(const Instruction& instruction) {
  const std::uint64_t dependency = std::max(synchronized_, accumulators_free(instruction));
  std::uint64_t start = std::max(last_row_end_, dependency);
  std::uint64_t whole = 0;
  if (instruction.is_new_tile) {
    const Tile tile = take_tile();
    whole = tile.whole;
    start = std::max(start, tile.shift_begin + config_.rows);
    switched_ = start;
  }
  count_idle(start, dependency, whole);
  const std::uint64_t active = std::uint64_t{instruction.rows} * instruction.cycles_per_row;
  counters_.array_active_cycles += active;
  last_row_end_ = start + active;
  block_of(instruction).readable = last_row_end_ - 1 + config_.rows + config_.columns;
}

void Schedule::count_idle(std::uint64_t start, std::uint64_t dependency, std::uint64_t whole) {
  const std::uint64_t begin = last_row_end_;
  const std::uint64_t free = std::max(begin, std::min(dependency, start));
  const std::uint64_t arrived = std::max(free, std::min(whole, start));
  counters_.non_matrix_cycles += free - begin;
  counters_.weight_stall_cycles += arrived - free;
  counters_.weight_shift_cycles += start - arrived;
  counters_.raw_stall_cycles += length(begin, std::min(raw_ready_, start));
  counters_.input_stall_cycles += length(begin, std::min(input_ready_, start));
}

void Schedule::activate(const Instruction& instruction) {
  Block& block = block_of(instruction);
  const std::uint64_t begin = std::max(activations_end_, block.readable);
  activations_end_ = begin + instruction.rows;
  block.drained = activations_end_;
  block.is_drained = true;
}

void Schedule::work_on_vectors(const Instruction& instruction) {
  activations_end_ = std::max(activations_end_, host_reads_end_) + instruction.rows;
}

void Schedule::transfer(const Instruction& instruction) {
  const bool is_read = instruction.opcode == Opcode::read_host_memory;
  const auto cycles = static_cast<std::uint64_t>(std::ceil(
      static_cast<double>(instruction.bytes) / config_.host_bytes_per_second * config_.clock_hz));
  const std::uint64_t begin = is_read ? host_free_ : std::max(host_free_, activations_end_);
  host_free_ = begin + cycles;
  host_end_ = std::max(host_end_, host_free_);
  if (is_read) host_reads_end_ = host_free_;
}

void Schedule::synchronize() {
  raw_ready_ = activations_end_;
  input_ready_ = host_reads_end_;
  synchronized_ = std::max(activations_end_, host_reads_end_) + config_.synchronization_wait_cycles;
}

}  // namespace nzsim::systolic
