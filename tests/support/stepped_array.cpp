#include "tests/support/stepped_array.h"

#include <algorithm>
#include <cmath>

namespace nzsim::systolic::test {
namespace {

bool overlaps(const Instruction& a, const Instruction& b) {
  return a.accumulator < b.accumulator + b.rows && b.accumulator < a.accumulator + a.rows;
}

}  // namespace

SteppedArray::SteppedArray(const ScheduleConfig& config, Memory& memory,
                           const InstructionList& program)
    : config_(config), memory_(memory), times_(config.clock_hz) {
  Work work;
  std::size_t activations = 0;
  std::size_t host_reads = 0;
  std::size_t multiplications = 0;
  for (const Instruction& instruction : program) {
    work.instruction = instruction;
    work.activations = activations;
    work.host_reads = host_reads;
    work.multiplications = multiplications;
    if (instruction.opcode == Opcode::read_weights) {
      for (std::uint32_t tile = 0; tile < instruction.tiles; ++tile) {
        addresses_.push_back(instruction.address + tile * config.tile_bytes);
      }
    } else if (instruction.opcode == Opcode::synchronize) {
      work.synchronized_activations = activations;
      work.synchronized_host_reads = host_reads;
      work.is_synchronized = true;
    } else if (instruction.opcode == Opcode::matrix_multiply) {
      matrix_.works.push_back(work);
      ++multiplications;
    } else if (instruction.opcode == Opcode::activate || instruction.opcode == Opcode::vector) {
      activation_.works.push_back(work);
      ++activations;
    } else {
      host_.works.push_back(work);
      host_reads += instruction.opcode == Opcode::read_host_memory ? 1 : 0;
    }
  }
  whole_.resize(addresses_.size());
}

ScheduleCounters SteppedArray::run() {
  std::uint64_t cycle = 0;
  for (; !is_done(); ++cycle) {
    fetch(cycle);
    step_host(cycle);
    step_activation(cycle);
    is_switching_ = false;
    step_matrix(cycle);
    shift(cycle);
  }
  counters_.cycles = cycle;
  return counters_;
}

bool SteppedArray::is_done() const {
  const auto is_through = [](const Progress& unit) {
    return unit.next == unit.works.size() && unit.left == 0;
  };
  return is_through(matrix_) && is_through(activation_) && is_through(host_);
}

/// Answers that came before this cycle are taken; what they bring is in the FIFO in the next one.
void SteppedArray::fetch(std::uint64_t cycle) {
  const Femtoseconds now = times_.femtoseconds(cycle);
  while (now > 0) {
    const auto answer = memory_.take_answer(now - 1);
    if (!answer) break;
    whole_[answer->id] = cycle + 1;
  }
  const bool has_place =
      sent_ < addresses_.size() && sent_ < left_fifo_ + config_.weight_fifo_tiles;
  if (!has_place || memory_.free_at() > now) return;
  memory_.send({sent_, Access::read, addresses_[sent_], config_.tile_bytes}, now);
  ++sent_;
}

void SteppedArray::shift(std::uint64_t cycle) {
  if (shift_left_ > 0) {
    --shift_left_;
    if (shift_left_ == 0) {
      has_shadow_ = true;
      ++left_fifo_;
    }
    return;
  }
  // The shadow registers are free in the very cycle in which the switch sets out.
  const bool is_free = config_.weight_double_buffering
                           ? !has_shadow_ && shifted_ == switched_
                           : shifted_ == switched_ && matrix_.left == 0 && cycle >= empty_from_;
  const bool is_there =
      shifted_ < addresses_.size() && whole_[shifted_].has_value() && *whole_[shifted_] <= cycle;
  if (!is_free || !is_there) return;
  ++shifted_;
  shift_left_ = config_.rows - 1;
  if (shift_left_ == 0) {
    has_shadow_ = true;
    ++left_fifo_;
  }
}

void SteppedArray::step_host(std::uint64_t cycle) {
  if (host_.left == 0 && host_.next < host_.works.size()) {
    const Work& work = host_.works[host_.next];
    const bool is_read = work.instruction.opcode == Opcode::read_host_memory;
    const bool has_results =
        activation_.ends.size() >= work.activations &&
        (work.activations == 0 || activation_.ends[work.activations - 1] <= cycle);
    if (is_read || has_results) {
      host_.left =
          static_cast<std::uint64_t>(std::ceil(static_cast<double>(work.instruction.bytes) /
                                               config_.host_bytes_per_second * config_.clock_hz));
    }
  }
  if (host_.left == 0) return;
  if (--host_.left > 0) return;
  if (host_.works[host_.next].instruction.opcode == Opcode::read_host_memory) {
    host_read_ends_.push_back(cycle + 1);
  }
  ++host_.next;
}

bool SteppedArray::is_readable(const Work& activation, std::uint64_t cycle) const {
  // The last multiplication before it into its block.
  for (std::size_t m = activation.multiplications; m-- > 0;) {
    if (!overlaps(matrix_.works[m].instruction, activation.instruction)) continue;
    if (matrix_.ends.size() <= m) return false;
    return cycle >= matrix_.ends[m] - 1 + config_.rows + config_.columns;
  }
  return false;
}

void SteppedArray::step_activation(std::uint64_t cycle) {
  if (activation_.left == 0 && activation_.next < activation_.works.size()) {
    const Work& work = activation_.works[activation_.next];
    const bool is_vector = work.instruction.opcode == Opcode::vector;
    const bool has_inputs = host_read_ends_.size() >= work.host_reads &&
                            (work.host_reads == 0 || host_read_ends_[work.host_reads - 1] <= cycle);
    if (is_vector ? has_inputs : is_readable(work, cycle)) {
      activation_.left = work.instruction.rows;
    }
  }
  if (activation_.left == 0 || --activation_.left > 0) return;
  activation_.ends.push_back(cycle + 1);
  ++activation_.next;
}

bool SteppedArray::is_synchronized(const Work& work, std::uint64_t cycle) const {
  if (!work.is_synchronized) return true;
  const std::size_t activations = work.synchronized_activations;
  const std::size_t reads = work.synchronized_host_reads;
  if (activation_.ends.size() < activations || host_read_ends_.size() < reads) return false;
  std::uint64_t ready = 0;
  if (activations > 0) ready = std::max(ready, activation_.ends[activations - 1]);
  if (reads > 0) ready = std::max(ready, host_read_ends_[reads - 1]);
  return cycle >= ready + config_.synchronization_wait_cycles;
}

bool SteppedArray::has_accumulators(const Work& work, std::uint64_t cycle) const {
  if (work.instruction.accumulates) return true;
  for (std::size_t a = 0; a < work.activations; ++a) {
    const Instruction& other = activation_.works[a].instruction;
    if (other.opcode == Opcode::vector || !overlaps(other, work.instruction)) continue;
    if (activation_.ends.size() <= a || activation_.ends[a] > cycle) return false;
  }
  return true;
}

void SteppedArray::step_matrix(std::uint64_t cycle) {
  if (matrix_.left == 0) start_multiplication(cycle);
  if (matrix_.left == 0) return;
  ++counters_.array_active_cycles;
  if (--matrix_.left > 0) return;
  matrix_.ends.push_back(cycle + 1);
  empty_from_ = cycle + 1 + config_.rows + config_.columns - 2;
  ++matrix_.next;
}

void SteppedArray::start_multiplication(std::uint64_t cycle) {
  if (matrix_.next == matrix_.works.size()) {
    ++counters_.non_matrix_cycles;
    return;
  }
  const Work& work = matrix_.works[matrix_.next];
  const bool is_free = is_synchronized(work, cycle) && has_accumulators(work, cycle);
  const bool has_tile = !work.instruction.is_new_tile || has_shadow_;
  if (is_free && has_tile) {
    matrix_.left = std::uint64_t{work.instruction.rows} * work.instruction.cycles_per_row;
    if (!work.instruction.is_new_tile) return;
    has_shadow_ = false;
    ++switched_;
    ++counters_.tiles;
    return;
  }
  const auto waits_for = [&](const std::vector<std::uint64_t>& ends, std::size_t count) {
    return count > 0 && (ends.size() < count || ends[count - 1] > cycle);
  };
  counters_.raw_stall_cycles += waits_for(activation_.ends, work.synchronized_activations) ? 1 : 0;
  counters_.input_stall_cycles += waits_for(host_read_ends_, work.synchronized_host_reads) ? 1 : 0;
  const bool is_whole = whole_[switched_].has_value() && *whole_[switched_] <= cycle;
  if (!is_free) {
    ++counters_.non_matrix_cycles;
  } else if (!is_whole) {
    ++counters_.weight_stall_cycles;
  } else {
    ++counters_.weight_shift_cycles;
  }
}

}  // namespace nzsim::systolic::test
