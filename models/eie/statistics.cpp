#include "models/eie/statistics.h"

#include <numeric>

namespace nzsim::eie {
namespace {

double sum(const CounterVector& counters, const CounterValues& values) {
  const std::span<const std::uint64_t> part = counters.of(values);
  return static_cast<double>(std::accumulate(part.begin(), part.end(), std::uint64_t{0}));
}

double ratio(double numerator, double denominator) {
  return denominator == 0.0 ? 0.0 : numerator / denominator;
}

}  // namespace

StreamingStatistics::StreamingStatistics(StatisticsRegistry& registry, const MemoryConfig& memory)
    : matrix_wait_cycles(
          registry.add("eie.matrix_wait_cycles", Unit::cycles,
                       "Cycles in which the next segment of a streamed matrix is waited for; part "
                       "of scan_idle_cycles.")),
      matrix_segments(registry.add("eie.matrix_segments", Unit::count,
                                   "Segments of streamed matrices, one pass each.")),
      matrix_bytes(registry.add("eie.matrix_bytes", Unit::bytes,
                                "Bytes of these segments, as they are requested.")),
      sparse_matrix_line_writes(
          registry.add("eie.sparse_matrix_line_writes", Unit::count,
                       "Lines written to all PEs' sparse-matrix SRAMs as segments arrive.")),
      pointer_writes(registry.add("eie.pointer_writes", Unit::count,
                                  "Pointers written to all PEs' pointer SRAMs as segments "
                                  "arrive.")),
      dram(registry, memory) {}

Statistics::Statistics(const Config& config) {
  cycles = registry.add("eie.cycles", Unit::cycles, "Clock cycles of all passes and transfers.");
  broadcasts = registry.add("eie.broadcasts", Unit::cycles,
                            "Cycles in which a non-zero activation is broadcast to all queues.");
  broadcast_blocked_cycles =
      registry.add("eie.broadcast_blocked_cycles", Unit::cycles,
                   "Cycles in which a found activation waits because some queue is full.");
  scan_idle_cycles =
      registry.add("eie.scan_idle_cycles", Unit::cycles,
                   "Cycles in which no activation is found, or all are broadcast already.");
  activation_transfer_cycles =
      registry.add("eie.activation_transfer_cycles", Unit::cycles,
                   "Cycles in which register files are loaded from, or written to, the activation "
                   "SRAM between batches; part of scan_idle_cycles.");
  activation_sram_reads = registry.add("eie.activation_sram_reads", Unit::count,
                                       "Read accesses of all PEs' activation SRAMs.");
  activation_sram_writes = registry.add("eie.activation_sram_writes", Unit::count,
                                        "Write accesses of all PEs' activation SRAMs.");

  const auto per_pe = [&](std::string name, Unit unit, std::string description) {
    return registry.add_vector("eie.pe_{}." + name, config.pe_count, unit, std::move(description));
  };
  busy_cycles = per_pe("busy_cycles", Unit::cycles, "Cycles in which an entry is processed.");
  empty_column_cycles = per_pe("empty_column_cycles", Unit::cycles,
                               "Cycles lost to broadcast columns that hold no entry in this PE.");
  line_stall_cycles = per_pe("line_stall_cycles", Unit::cycles,
                             "Cycles lost to changes of the sparse-matrix SRAM line.");
  starved_cycles =
      per_pe("starved_cycles", Unit::cycles, "Cycles in which the activation queue has nothing.");
  pointer_reads =
      per_pe("pointer_reads", Unit::count, "Accesses of the pointer SRAM; each reads both banks.");
  sparse_matrix_line_reads =
      per_pe("sparse_matrix_line_reads", Unit::count, "Lines read from the sparse-matrix SRAM.");
  multiply_accumulates = per_pe("multiply_accumulates", Unit::operations,
                                "Multiply-accumulates with a non-zero weight.");
  padding_entries = per_pe("padding_entries", Unit::entries,
                           "Padding entries processed: a cycle each, without a result.");

  const double pes = config.pe_count;
  registry.add_formula(
      "eie.load_balance", Unit::ratio,
      "Share of all PE cycles that process an entry, padding included (Fig. 8 of the EIE paper).",
      [busy = busy_cycles, total = cycles, pes](const CounterValues& values) {
        return ratio(sum(busy, values), pes * static_cast<double>(values[total.value]));
      });
  registry.add_formula(
      "eie.real_work", Unit::ratio,
      "Multiply-accumulates over entries processed: 1 minus the padding share (Fig. 12).",
      [macs = multiply_accumulates, busy = busy_cycles](const CounterValues& values) {
        return ratio(sum(macs, values), sum(busy, values));
      });
  if (config.memory) streaming.emplace(registry, *config.memory);
}

}  // namespace nzsim::eie
