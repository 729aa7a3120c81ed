#include "models/systolic/work_counters.h"

namespace nzsim::systolic {
namespace {

/// Bytes of a sum of products.
constexpr std::uint64_t kSumBytes = 4;

/// Adds up the work of one layer's instructions.
class WorkCounter {
 public:
  WorkCounter(const Config& config, const Statistics& statistics, const SystolicProgram& program,
              CounterValues& counters)
      : config_(config), statistics_(statistics), program_(program), counters_(counters) {}

  void count(const Instruction& instruction) {
    switch (instruction.opcode) {
      case Opcode::matrix_multiply:
      case Opcode::convolve:
        return multiply(instruction);
      case Opcode::activate:
        return activate(instruction);
      case Opcode::vector:
        return work_on_vectors(instruction);
      case Opcode::read_host_memory:
        add(statistics_.host_bytes_read, instruction.bytes);
        return add(statistics_.unified_buffer_bytes_written, instruction.bytes);
      case Opcode::write_host_memory:
        add(statistics_.host_bytes_written, instruction.bytes);
        return add(statistics_.unified_buffer_bytes_read, instruction.bytes);
      case Opcode::read_weights:
      case Opcode::synchronize:
      case Opcode::set_configuration:
      case Opcode::halt:
        return;
    }
  }

  /// Multiply-accumulates of all elements of the array in all rows.
  [[nodiscard]] std::uint64_t offered_macs() const { return offered_macs_; }

 private:
  void add(CounterIndex counter, std::uint64_t count) { counters_[counter.value] += count; }

  void multiply(const Instruction& instruction) {
    offered_macs_ += instruction.rows * config_.elements();
    std::uint64_t read = 0;
    const std::uint64_t weights = instruction.from_buffer ? config_.elements() : 0;
    const std::uint64_t streamed = std::uint64_t{instruction.rows} * config_.rows;
    const std::uint64_t is_loaded = instruction.is_new_tile ? 1 : 0;
    switch (config_.dataflow) {
      case Dataflow::weight_stationary:
        read = streamed + is_loaded * weights;
        break;
      case Dataflow::input_stationary:
        read = is_loaded * config_.elements() + (instruction.from_buffer ? streamed : 0);
        break;
      case Dataflow::output_stationary:
        read = streamed;
        if (instruction.from_buffer) read += std::uint64_t{instruction.rows} * config_.columns;
        break;
    }
    add(statistics_.unified_buffer_bytes_read, read * config_.activation_bytes());
    write_sums(instruction);
  }

  void write_sums(const Instruction& instruction) {
    if (config_.dataflow == Dataflow::output_stationary) {
      if (instruction.ends_fold) {
        move_sums(statistics_.accumulator_row_writes, statistics_.unified_buffer_bytes_written,
                  instruction.held_rows);
      }
      return;
    }
    move_sums(statistics_.accumulator_row_writes, statistics_.unified_buffer_bytes_written,
              instruction.rows);
    if (!instruction.accumulates) return;
    move_sums(statistics_.accumulator_row_reads, statistics_.unified_buffer_bytes_read,
              instruction.rows);
  }

  /// Rows of sums, of the accumulators or else of the unified buffer.
  void move_sums(CounterIndex rows_counter, CounterIndex bytes_counter, std::uint64_t rows) {
    if (config_.accumulator_rows > 0) return add(rows_counter, rows);
    add(bytes_counter, rows * config_.columns * kSumBytes);
  }

  void activate(const Instruction& instruction) {
    add(statistics_.activation_rows, instruction.rows);
    move_sums(statistics_.accumulator_row_reads, statistics_.unified_buffer_bytes_read,
              instruction.rows);
    // Two rows of sums make one row of a recurrent layer's gates.
    const bool is_pair = program_.products[instruction.item].kind == ProductKind::gates_of_input;
    const std::uint64_t rows = is_pair ? instruction.rows / 2 : instruction.rows;
    add(statistics_.unified_buffer_bytes_written,
        rows * config_.columns * config_.activation_bytes());
  }

  void work_on_vectors(const Instruction& instruction) {
    add(statistics_.vector_rows, instruction.rows);
    add(statistics_.unified_buffer_bytes_read,
        std::uint64_t{instruction.rows} * config_.columns * config_.activation_bytes());
    const VectorWork& work = program_.vector_works[instruction.item];
    const Tensor& output = program_.tensors[work.output];
    const LayerSpec& spec = program_.spec(work.layer);
    const bool is_step = spec.type == LayerType::lstm || spec.type == LayerType::gru;
    const std::uint64_t elements = output.elements() / (is_step ? output.shape.height : 1);
    add(statistics_.unified_buffer_bytes_written, elements * config_.activation_bytes());
  }

  const Config& config_;
  const Statistics& statistics_;
  const SystolicProgram& program_;
  CounterValues& counters_;
  std::uint64_t offered_macs_ = 0;
};

}  // namespace

void count_work(const Config& config, const Statistics& statistics, const SystolicProgram& program,
                std::size_t layer, CounterValues& counters) {
  const ProgramLayer& part = program.layers[layer];
  WorkCounter counter(config, statistics, program, counters);
  for (const Section& section : program.sections) {
    if (section.layer != layer) continue;
    for (std::size_t n = section.first_instruction; n < section.end_instruction; ++n) {
      counter.count(program.instructions[n]);
    }
  }
  const LayerSpec& spec = program.spec(layer);
  const std::uint64_t useful = spec.batch * spec.dense_multiply_accumulates();
  counters[statistics.useful_macs.value] = useful;
  counters[statistics.unused_macs.value] = counter.offered_macs() - useful;
  counters[statistics.spilled_bytes.value] = part.spilled_bytes;
}

}  // namespace nzsim::systolic
