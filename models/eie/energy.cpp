#include "models/eie/energy.h"

#include <numeric>

#include "sim/energy/dram_energy.h"

namespace nzsim::eie {
namespace {

/// Activations and shared weights: 16-bit fixed point.
constexpr std::uint32_t kValueBits = 16;
constexpr std::uint64_t kValueBytes = kValueBits / 8;
/// Assumption: a queue item is a 16-bit activation and a 16-bit column index; the paper gives no
/// width.
constexpr std::uint32_t kQueueItemBits = 32;
/// Fan-in of a node of the detection tree.
constexpr std::uint64_t kLnzdFanIn = 4;

constexpr const char* kStatic = "leakage_and_clock";

/// Where an event takes place, and the geometry that its energy scales with.
struct Part {
  const char* module;
  const char* component;
  std::uint32_t width_bits = 0;
  std::uint64_t capacity_bytes = 0;

  [[nodiscard]] EnergyEvent event(const char* action, std::uint64_t count) const {
    return {module, component, action, count, width_bits, capacity_bytes};
  }
};

std::uint64_t queue_bytes(const Config& config) {
  return std::uint64_t{config.activation_queue_depth} * (kQueueItemBits / 8);
}

std::uint64_t register_file_bytes(const Config& config) {
  return config.activation_registers * kValueBytes;
}

/// Activation SRAM, source and destination register file of one PE.
std::uint64_t activation_bytes(const Config& config) {
  return config.activation_sram_bytes + 2 * register_file_bytes(config);
}

std::uint64_t sum_of(const CounterVector& vector, const CounterValues& counters) {
  const auto values = vector.of(counters);
  return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
}

/// What the rules of `energy_events` count, over all PEs.
struct Activity {
  std::uint64_t pe_cycles = 0;
  std::uint64_t lnzd_cycles = 0;
  std::uint64_t broadcasts = 0;
  std::uint64_t queue_items = 0;
  std::uint64_t bank_reads = 0;
  std::uint64_t line_reads = 0;
  std::uint64_t entries = 0;
  std::uint64_t multiply_accumulates = 0;
  std::uint64_t sram_reads = 0;
  std::uint64_t sram_writes = 0;
  /// Activations in one access of the activation SRAM.
  std::uint64_t activations_per_access = 0;
};

Activity activity_of(const Config& config, const Statistics& statistics,
                     const CounterValues& counters) {
  const auto value = [&](CounterIndex index) { return counters[index.value]; };
  Activity activity;
  activity.pe_cycles = value(statistics.cycles) * config.pe_count;
  activity.lnzd_cycles = value(statistics.cycles) * lnzd_nodes(config.pe_count);
  activity.broadcasts = value(statistics.broadcasts);
  activity.queue_items = activity.broadcasts * config.pe_count;
  activity.bank_reads = 2 * sum_of(statistics.pointer_reads, counters);
  activity.line_reads = sum_of(statistics.sparse_matrix_line_reads, counters);
  activity.entries = sum_of(statistics.busy_cycles, counters);
  activity.multiply_accumulates = sum_of(statistics.multiply_accumulates, counters);
  activity.sram_reads = value(statistics.activation_sram_reads);
  activity.sram_writes = value(statistics.activation_sram_writes);
  activity.activations_per_access = config.activation_sram_width_bits / kValueBits;
  return activity;
}

void add_memory_events(const Config& config, const Activity& activity,
                       std::vector<EnergyEvent>& events) {
  const Part queue{"ActQueue", "activation_queue", kQueueItemBits, queue_bytes(config)};
  events.push_back(queue.event("push", activity.queue_items));
  events.push_back(queue.event("pop", activity.queue_items));
  events.push_back(queue.event(kStatic, activity.pe_cycles));

  const Part bank{"PtrRead", "pointer_sram", config.pointer_bits, config.pointer_bytes / 2};
  const Part pointers{"PtrRead", "pointer_sram", config.pointer_bits, config.pointer_bytes};
  events.push_back(bank.event("bank_read", activity.bank_reads));
  events.push_back(pointers.event(kStatic, activity.pe_cycles));

  const Part matrix{"SpmatRead", "sparse_matrix_sram", config.sparse_matrix_width_bits,
                    config.sparse_matrix_bytes};
  events.push_back(matrix.event("line_read", activity.line_reads));
  events.push_back(matrix.event(kStatic, activity.pe_cycles));
}

/// Segments on their way into the SRAMs, and the memory that they come from.
void add_streaming_events(const Config& config, const StreamingStatistics& statistics,
                          const CounterValues& counters, std::vector<EnergyEvent>& events) {
  const Part bank{"PtrRead", "pointer_sram", config.pointer_bits, config.pointer_bytes / 2};
  events.push_back(bank.event("bank_write", counters[statistics.pointer_writes.value]));
  const Part matrix{"SpmatRead", "sparse_matrix_sram", config.sparse_matrix_width_bits,
                    config.sparse_matrix_bytes};
  events.push_back(
      matrix.event("line_write", counters[statistics.sparse_matrix_line_writes.value]));
  const std::vector<EnergyEvent> dram =
      dram_energy_events(*config.memory, statistics.dram.sum(counters));
  events.insert(events.end(), dram.begin(), dram.end());
}

void add_arithmetic_events(const Config& config, const Activity& activity,
                           std::vector<EnergyEvent>& events) {
  const Part codebook{"ArithmUnit", "codebook", kValueBits, config.codebook_entries * kValueBytes};
  events.push_back(codebook.event("look_up", activity.entries));

  const Part unit{"ArithmUnit", "arithmetic_unit"};
  events.push_back(unit.event("row_add", activity.entries));
  events.push_back(unit.event("multiply", activity.entries));
  events.push_back(unit.event("add", activity.entries));
  events.push_back(unit.event(kStatic, activity.pe_cycles));
}

void add_activation_events(const Config& config, const Activity& activity,
                           std::vector<EnergyEvent>& events) {
  const std::uint64_t loaded = activity.sram_reads * activity.activations_per_access;
  const std::uint64_t written_back = activity.sram_writes * activity.activations_per_access;
  const Part registers{"ActRW", "activation_registers", kValueBits, register_file_bytes(config)};
  events.push_back(registers.event("read", activity.broadcasts + activity.entries + written_back));
  events.push_back(registers.event("write", activity.multiply_accumulates + loaded));

  const Part sram{"ActRW", "activation_sram", config.activation_sram_width_bits,
                  config.activation_sram_bytes};
  events.push_back(sram.event("read", activity.sram_reads));
  events.push_back(sram.event("write", activity.sram_writes));

  const Part unit{"ActRW", "activation_read_write", kValueBits, activation_bytes(config)};
  events.push_back(unit.event(kStatic, activity.pe_cycles));
}

}  // namespace

std::uint64_t lnzd_nodes(std::uint32_t pe_count) {
  std::uint64_t nodes = 0;
  std::uint64_t inputs = pe_count;
  do {
    inputs = (inputs + kLnzdFanIn - 1) / kLnzdFanIn;
    nodes += inputs;
  } while (inputs > 1);
  return nodes;
}

std::vector<EnergyEvent> energy_events(const Config& config, const Statistics& statistics,
                                       const CounterValues& counters) {
  const Activity activity = activity_of(config, statistics, counters);
  std::vector<EnergyEvent> events;
  add_memory_events(config, activity, events);
  add_arithmetic_events(config, activity, events);
  add_activation_events(config, activity, events);
  const Part detector{"LNZD", "leading_nonzero_detector"};
  events.push_back(detector.event(kStatic, activity.lnzd_cycles));
  if (statistics.streaming) {
    add_streaming_events(config, *statistics.streaming, counters, events);
  }
  return events;
}

std::vector<AreaPart> area_parts(const Config& config) {
  const std::uint64_t pes = config.pe_count;
  return {
      {"activation_queue", pes, queue_bytes(config)},
      {"pointer_sram", pes, config.pointer_bytes},
      {"sparse_matrix_sram", pes, config.sparse_matrix_bytes},
      {"arithmetic_unit", pes, 0},
      {"activation_read_write", pes, activation_bytes(config)},
      {"filler_cells", pes, 0},
      {"leading_nonzero_detector", lnzd_nodes(config.pe_count), 0},
  };
}

std::vector<WidthEnergy> compare_sram_rule(const EnergyTable& table,
                                           const std::vector<std::uint32_t>& widths,
                                           std::uint64_t capacity_bytes) {
  std::vector<WidthEnergy> energies;
  energies.reserve(widths.size());
  for (const std::uint32_t width : widths) {
    const Part matrix{"SpmatRead", "sparse_matrix_sram", width, capacity_bytes};
    // An energy per read does not depend on the clock.
    const std::vector<EnergyRow> rows = energy_of(table, {matrix.event("line_read", 1)}, 1.0);
    energies.push_back({width, rows.front().picojoules_each});
  }
  return energies;
}

}  // namespace nzsim::eie
