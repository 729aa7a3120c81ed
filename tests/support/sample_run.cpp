#include "tests/support/sample_run.h"

#include <utility>

namespace nzsim {
namespace {

EnergyTable sample_table() {
  EnergyTable table;
  table.name = "sample-45nm";
  table.node_nm = 45.0;
  table.source = "A made-up table";
  EnergyEntry read;
  read.component = "weight_sram";
  read.action = "read";
  read.picojoules = 2.0;
  read.provenance = Provenance::published;
  read.source = "Table 1, \"SRAM\"";
  EnergyEntry leakage;
  leakage.component = "weight_sram";
  leakage.action = "leakage_and_clock";
  leakage.milliwatts = 3.0;
  leakage.provenance = Provenance::calibrated;
  leakage.source = "Table 2";
  table.entries = {read, leakage};
  return table;
}

/// `cycles` of two PEs, of which PE 0 is busy in all and PE 1 in half.
LayerResult sample_layer(std::string name, std::uint64_t cycles) {
  LayerResult layer;
  layer.name = std::move(name);
  layer.type = "fully_connected";
  layer.cycles = Cycles{cycles};
  layer.operations = Operations{3 * cycles};
  layer.dense_operations = Operations{30 * cycles};
  layer.dram_bytes = Bytes{7};
  layer.roofline_bytes = Bytes{4 * cycles};
  layer.utilization = 0.75;
  layer.bottleneck = "load_imbalance";
  layer.counters = {cycles, cycles, cycles / 2};
  layer.events = {{"Memory", "weight_sram", "read", cycles, 0, 0},
                  {"Memory", "weight_sram", "leakage_and_clock", 2 * cycles, 0, 0}};
  layer.values.checked = true;
  layer.values.matches = true;
  layer.values.sha256 = std::string(64, 'a');
  layer.values.rms_error = 0.125;
  layer.details = {
      {"load_balance", 0.75, "ratio", "Busy cycles over all PE cycles."},
      {"non_zeros", std::uint64_t{12345}, "entries", "Non-zero weights."},
      {"accumulator", std::string("saturating, 16 bits"), "", "Arithmetic of the sums."}};
  return layer;
}

/// A layer that the host computes.
LayerResult host_layer(CounterValues zeros) {
  LayerResult layer;
  layer.name = "pool";
  layer.type = "pooling";
  layer.bottleneck = "host";
  layer.counters = std::move(zeros);
  return layer;
}

}  // namespace

SampleRun::SampleRun() : table(sample_table()) {
  const CounterIndex cycles = statistics.add("chip.cycles", Unit::cycles, "Clock cycles.");
  const CounterVector busy =
      statistics.add_vector("chip.pe_{}.busy_cycles", 2, Unit::cycles, "Cycles with an entry.");
  statistics.add_formula("chip.load_balance", Unit::ratio, "Busy cycles over all PE cycles.",
                         [=](const CounterValues& values) {
                           const auto part = busy.of(values);
                           const auto all = static_cast<double>(2 * values[cycles.value]);
                           return all > 0.0 ? static_cast<double>(part[0] + part[1]) / all : 0.0;
                         });
  context.machine = "sample";
  context.machine_source = "A made-up machine";
  context.workload = "two layers";
  context.workload_source = "A made-up network";
  context.mode = "fast";
  context.seed = 7;
  context.clock_hz = 1e9;
  context.ceilings = {4e9, 8e9, "weight_sram"};
  context.statistics = &statistics;
  context.energy = &table;
  context.areas = {{"weight_sram", 2, 1000.0, Provenance::published, "Table 2"}};
  context.host_seconds = 0.25;
  result.layers = {sample_layer("first", 1000), sample_layer("second", 3000),
                   host_layer(statistics.zeros())};
}

}  // namespace nzsim
