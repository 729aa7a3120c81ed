#include "models/systolic/results.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "models/systolic/closed_forms.h"
#include "models/systolic/energy.h"
#include "models/systolic/values/bfloat16_weights.h"
#include "models/systolic/values_check.h"
#include "models/systolic/work_counters.h"

namespace nzsim::systolic {
namespace {

double ratio(double numerator, double denominator) {
  return denominator == 0.0 ? 0.0 : numerator / denominator;
}

void add_times(const Statistics& statistics, const SectionTime& time, CounterValues& values) {
  const ScheduleCounters& counted = time.counters;
  CounterValues section = statistics.registry.zeros();
  const auto set = [&](CounterIndex index, std::uint64_t value) { section[index.value] = value; };
  set(statistics.cycles, counted.cycles);
  set(statistics.array_active_cycles, counted.array_active_cycles);
  set(statistics.weight_stall_cycles, counted.weight_stall_cycles);
  set(statistics.weight_shift_cycles, counted.weight_shift_cycles);
  set(statistics.non_matrix_cycles, counted.non_matrix_cycles);
  set(statistics.raw_stall_cycles, counted.raw_stall_cycles);
  set(statistics.input_stall_cycles, counted.input_stall_cycles);
  set(statistics.synchronization_cycles, counted.synchronization_cycles);
  set(statistics.weight_tiles, counted.tiles);
  set(statistics.stationary_loads, counted.loads + counted.drains);
  set(statistics.host_busy_cycles, counted.host_busy_cycles);
  for (std::uint32_t channel = 0; channel < time.memory.size(); ++channel) {
    statistics.dram->fill(section, channel, time.memory[channel].from, time.memory[channel].to);
  }
  accumulate(values, section);
}

/// The counters of one layer, over all its sections.
CounterValues counters_of(const Config& config, const Statistics& statistics,
                          const SystolicProgram& program, std::size_t layer,
                          const MachineRun& run) {
  CounterValues values = statistics.registry.zeros();
  for (std::size_t section = 0; section < program.sections.size(); ++section) {
    if (program.sections[section].layer == layer) {
      add_times(statistics, run.times[section], values);
    }
  }
  count_work(config, statistics, program, layer, values);
  return values;
}

/// Where most cycles went, named by what would have to change.
std::string bottleneck(const Statistics& statistics, const CounterValues& values) {
  const auto value = [&](CounterIndex index) { return values[index.value]; };
  const std::uint64_t idle = value(statistics.non_matrix_cycles);
  const std::uint64_t synchronization = std::min(idle, value(statistics.synchronization_cycles));
  const std::uint64_t input =
      std::min(idle - synchronization, value(statistics.input_stall_cycles));
  struct Cause {
    const char* name;
    std::uint64_t cycles;
  };
  const std::array<Cause, 6> causes{{
      {"array", value(statistics.array_active_cycles)},
      {"weight_memory", value(statistics.weight_stall_cycles)},
      {"weight_shift", value(statistics.weight_shift_cycles)},
      {"host", input},
      {"synchronization", synchronization},
      {"activation_unit", idle - synchronization - input},
  }};
  return std::max_element(causes.begin(), causes.end(),
                          [](const Cause& a, const Cause& b) { return a.cycles < b.cycles; })
      ->name;
}

void add_closed_forms(const Config& config, const LayerSpec& spec, LayerResult& result) {
  const auto add = [&](const char* name, std::uint64_t value, const char* description) {
    result.details.push_back({name, value, "cycles", description});
  };
  const auto [gemm, count] = gemm_of(spec);
  const ScalesimCycles separate =
      scalesim_cycles(config.rows, config.columns, config.dataflow, gemm);
  const SavedCycles saved = saved_cycles(config.rows, config.columns, config.dataflow, gemm);
  add("separate_fold_cycles", count * separate.total.value(),
      "Closed form of SCALE-Sim: folds that do not overlap, ideal memory, no accumulators. "
      "SCALE-Sim prints one cycle less.");
  add("double_buffered_cycles", count * saved.double_buffered.value(),
      "The same with the next stationary operand loaded behind the active one.");
  add("overlapped_cycles", count * saved.overlapped.value(),
      "And with folds that follow each other without a gap.");
}

/// The rows of the TPU paper's Table 3, as shares of the layer's cycles.
void add_states(const Statistics& statistics, LayerResult& result) {
  const auto all = static_cast<double>(result.cycles.value());
  const auto add = [&](const char* name, CounterIndex counter, const char* description) {
    const auto cycles = static_cast<double>(result.counters[counter.value]);
    result.details.push_back({name, ratio(cycles, all), "ratio", description});
  };
  add("array_active", statistics.array_active_cycles, "Share of cycles in which a row enters.");
  add("weight_stall", statistics.weight_stall_cycles, "Share that waits for a weight tile.");
  add("weight_shift", statistics.weight_shift_cycles, "Share that waits for a shift.");
  add("non_matrix", statistics.non_matrix_cycles, "Share with nothing to multiply.");
}

void add_details(const Config& config, const Statistics& statistics, const SystolicProgram& program,
                 std::size_t layer, LayerResult& result) {
  const LayerSpec& spec = program.spec(layer);
  const ProgramLayer& part = program.layers[layer];
  add_states(statistics, result);
  if (spec.has_weights()) {
    result.details.push_back({"weight_bytes", part.weight_bytes, "bytes",
                              "Weights in whole tiles, each once; what the memory holds of them."});
    add_closed_forms(config, spec, result);
  }
  if (part.pieces > 1) {
    result.details.push_back({"pieces", std::uint64_t{part.pieces}, "count",
                              "Parts of the batch that run one after the other, since the unified "
                              "buffer does not hold all of it."});
  }
  if (part.spilled_bytes == 0) return;
  result.details.push_back({"spilled_bytes", part.spilled_bytes, "bytes",
                            "Bytes to and from the host for want of room in the unified buffer."});
}

LayerResult layer_result(const Config& config, const Statistics& statistics,
                         const SystolicProgram& program, std::size_t layer, const MachineRun& run) {
  const LayerSpec& spec = program.spec(layer);
  LayerResult result;
  result.name = spec.name;
  result.type = to_string(spec.type);
  result.counters = counters_of(config, statistics, program, layer, run);
  const auto value = [&](CounterIndex index) { return result.counters[index.value]; };
  result.cycles = Cycles{value(statistics.cycles)};
  const std::uint64_t macs = value(statistics.useful_macs);
  result.operations = Operations{2 * macs};
  result.dense_operations = result.operations;
  if (config.memory) {
    result.dram_bytes = Bytes{value(statistics.weight_tiles) * config.tile_bytes()};
    result.roofline_bytes = result.dram_bytes;
  } else {
    result.roofline_bytes = Bytes{value(statistics.array_active_cycles) * config.rows};
  }
  result.utilization =
      ratio(static_cast<double>(macs),
            config.peak_macs_per_cycle() * static_cast<double>(result.cycles.value()));
  result.bottleneck = bottleneck(statistics, result.counters);
  result.events = energy_events(config, statistics, result.counters);
  add_details(config, statistics, program, layer, result);
  return result;
}

}  // namespace

Ceilings ceilings_of(const Config& config) {
  const double operations = 2.0 * config.peak_macs_per_cycle() * config.clock_hz;
  if (config.memory) return {operations, config.memory->peak_bytes_per_second(), "dram"};
  return {operations, config.rows * config.clock_hz, "unified_buffer"};
}

RunResult to_result(const Config& config, const Statistics& statistics,
                    const SystolicProgram& program, const MachineRun& run) {
  RunResult result;
  for (std::size_t layer = 0; layer < program.layers.size(); ++layer) {
    result.layers.push_back(layer_result(config, statistics, program, layer, run));
  }
  if (!run.outputs.empty()) check_values(program.values(), run.outputs, result);
  if (!run.bfloat16_outputs.empty()) {
    check_values(program.bfloat16_values(), summation_order_of(config), run.bfloat16_outputs,
                 result);
  }
  return result;
}

}  // namespace nzsim::systolic
