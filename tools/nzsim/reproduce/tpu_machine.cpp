#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "tools/nzsim/reproduce/figures.h"

namespace nzsim::reproduce {
namespace {

constexpr const char* kMachine = "tpu-v1";
constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;
constexpr double kMebibyte = 1024.0 * 1024.0;
/// Modules of the energy table's events.
constexpr const char* kStatic = "Static";
constexpr const char* kMemory = "DRAM";

/// Bytes of a memory among the machine's parts.
double capacity_bytes(const Machine& machine, const std::string& component) {
  for (const AreaPart& part : machine.accelerator->area_parts()) {
    if (part.component == component) {
      return static_cast<double>(part.instances * part.capacity_bytes);
    }
  }
  throw SimulationError(fmt::format("expected a part {} of {}, got none", component, machine.name));
}

/// Power of a run by module: of all but the DRAM, of the static part alone, and of the DRAM.
struct Power {
  double die = 0.0;
  double idle = 0.0;
  double memory = 0.0;
};

Power power_of(const TpuRun& run) {
  Power power;
  const double watts_per_picojoule = 1e-12 / run.seconds();
  for (const EnergyRow& row :
       energy_of(run.machine->energy, run.events, run.machine->accelerator->clock_hz())) {
    const double watts = row.energy.value() * watts_per_picojoule;
    (row.module == kMemory ? power.memory : power.die) += watts;
    if (row.module == kStatic) power.idle += watts;
  }
  return power;
}

const TpuRun& run_of(Experiments& experiments, const TpuApplication& application) {
  return experiments.tpu().run(
      experiments.machine(kMachine, {{"/operand_type", application.operand_type}}),
      application.network);
}

ComparisonTable machine_table(const Published& published, Experiments& experiments) {
  const Machine& machine = experiments.machine(kMachine);
  const Ceilings ceilings = machine.accelerator->ceilings();
  const TpuRun& lstm0 = run_of(experiments, tpu_application("LSTM0"));
  const double tile_bytes = 65536.0;
  ComparisonTable table{published.table("machine"), {}};
  table.add("peak, TOPS", "value", 1e-12 * ceilings.operations_per_second);
  table.add("ridge point, operations per byte", "value",
            0.5 * ceilings.operations_per_second / ceilings.bytes_per_second);
  table.add("weight memory, GB/s", "value", 1e-9 * ceilings.bytes_per_second);
  table.add("weights delivered, GiB/s", "value",
            lstm0.counter("weight_tiles") * tile_bytes / lstm0.seconds() / kGibibyte);
  table.add("on-chip memory, MiB", "value",
            (capacity_bytes(machine, "unified_buffer") + capacity_bytes(machine, "accumulators")) /
                kMebibyte);
  return table;
}

ComparisonTable power_table(const Published& published, Experiments& experiments) {
  ComparisonTable table{published.table("power"), {}};
  const Power busy = power_of(run_of(experiments, tpu_application("CNN0")));
  table.add("idle", "power", busy.idle);
  for (const TpuApplication& application : tpu_applications()) {
    const Power power = power_of(run_of(experiments, application));
    table.add("busy, " + application.name, "power", power.die);
  }
  table.add("CNN0's DRAM beside it", "power", busy.memory);
  return table;
}

}  // namespace

Reproduction tpu_table2(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin("tpu-table2", published);
  reproduction.simulated =
      "machine tpu-v1, one batch of each application; peak rates from its configuration, weights "
      "delivered in the run of LSTM0, which waits for them most";
  std::vector<TpuRuns::Point> points;
  for (const TpuApplication& application : tpu_applications()) {
    points.push_back({&experiments.machine(kMachine, {{"/operand_type", application.operand_type}}),
                      application.network});
  }
  experiments.tpu().prepare(points);
  reproduction.tables = {machine_table(published, experiments),
                         power_table(published, experiments)};
  reproduction.assumptions.push_back(tpu_assumption());
  reproduction.assumptions.push_back(
      "Static power is the published idle power (table tpu-28nm), so that it agrees by "
      "construction. Everything dynamic is a published constant; nothing else is calibrated. The "
      "die is taken without the DRAM, on which the paper is silent.");
  return reproduction;
}

}  // namespace nzsim::reproduce
