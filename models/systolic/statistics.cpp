#include "models/systolic/statistics.h"

namespace nzsim::systolic {
namespace {

/// A formula: the share of counter `part` in counter `whole`.
StatisticsRegistry::Formula share(CounterIndex part, CounterIndex whole) {
  return [part, whole](const CounterValues& values) {
    const auto all = static_cast<double>(values[whole.value]);
    return all == 0.0 ? 0.0 : static_cast<double>(values[part.value]) / all;
  };
}

}  // namespace

Statistics::Statistics(const Config& config) {
  const auto cycle_counter = [&](const char* name, const char* description) {
    return registry.add(name, Unit::cycles, description);
  };
  const auto count = [&](const char* name, Unit unit, const char* description) {
    return registry.add(name, unit, description);
  };
  cycles = cycle_counter("tpu.cycles", "Clock cycles from the first instruction to the last.");
  array_active_cycles =
      cycle_counter("tpu.array_active_cycles", "Cycles in which a row enters the array.");
  weight_stall_cycles = cycle_counter(
      "tpu.weight_stall_cycles", "Cycles in which nothing is missing but a weight tile's arrival.");
  weight_shift_cycles =
      cycle_counter("tpu.weight_shift_cycles",
                    "Cycles in which nothing is missing but the shift of a stationary operand "
                    "into the array.");
  non_matrix_cycles =
      cycle_counter("tpu.non_matrix_cycles",
                    "Cycles in which the array has nothing to multiply: activations, inputs, "
                    "accumulators or synchronisation are missing, or all is done.");
  raw_stall_cycles = cycle_counter("tpu.raw_stall_cycles",
                                   "Idle cycles until the activations of the layer before are in "
                                   "the unified buffer; part of non_matrix_cycles.");
  input_stall_cycles =
      cycle_counter("tpu.input_stall_cycles",
                    "Idle cycles until inputs have come from the host; part of non_matrix_cycles.");
  synchronization_cycles =
      cycle_counter("tpu.synchronization_cycles",
                    "Idle cycles of the configured synchronisation wait; part of "
                    "non_matrix_cycles.");
  useful_macs = count("tpu.useful_macs", Unit::operations, "Multiply-accumulates of the layers.");
  unused_macs = count("tpu.unused_macs", Unit::operations,
                      "Multiply-accumulates of active cycles beside those: padding of tiles.");
  weight_tiles = count("tpu.weight_tiles", Unit::count, "Weight tiles taken from the FIFO.");
  stationary_loads =
      count("tpu.stationary_loads", Unit::count,
            "Operands shifted into the array, or sums of output-stationary folds out of it.");
  accumulator_row_writes = count("tpu.accumulator_row_writes", Unit::count,
                                 "Accumulator rows written, those that are added to included.");
  accumulator_row_reads = count("tpu.accumulator_row_reads", Unit::count,
                                "Accumulator rows read, by the activation unit or to be added to.");
  activation_rows = count("tpu.activation_rows", Unit::count,
                          "Accumulator rows that the activation unit takes, one in a cycle.");
  vector_rows = count("tpu.vector_rows", Unit::count,
                      "Rows of vector work of the activation unit, one in a cycle.");
  unified_buffer_bytes_read =
      count("tpu.unified_buffer_bytes_read", Unit::bytes, "Bytes read from the unified buffer.");
  unified_buffer_bytes_written = count("tpu.unified_buffer_bytes_written", Unit::bytes,
                                       "Bytes written to the unified buffer.");
  host_bytes_read = count("tpu.host_bytes_read", Unit::bytes, "Bytes that come from the host.");
  host_bytes_written = count("tpu.host_bytes_written", Unit::bytes, "Bytes that go to the host.");
  host_busy_cycles =
      cycle_counter("tpu.host_busy_cycles", "Cycles in which the host interface moves bytes.");
  spilled_bytes = count("tpu.spilled_bytes", Unit::bytes,
                        "Bytes to and from the host for want of room in the unified buffer.");
  registry.add_formula("tpu.array_active_share", Unit::ratio,
                       "Share of all cycles in which a row enters the array (Table 3).",
                       share(array_active_cycles, cycles));
  registry.add_formula("tpu.weight_stall_share", Unit::ratio,
                       "Share of all cycles that wait for a weight tile (Table 3).",
                       share(weight_stall_cycles, cycles));
  registry.add_formula("tpu.weight_shift_share", Unit::ratio,
                       "Share of all cycles that wait for a shift (Table 3).",
                       share(weight_shift_cycles, cycles));
  registry.add_formula("tpu.non_matrix_share", Unit::ratio,
                       "Share of all cycles with nothing to multiply (Table 3).",
                       share(non_matrix_cycles, cycles));
  if (config.memory) dram.emplace(registry, *config.memory);
}

}  // namespace nzsim::systolic
