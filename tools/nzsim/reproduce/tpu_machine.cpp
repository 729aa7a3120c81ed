#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "models/platform/layer_time.h"
#include "models/platform/platform.h"
#include "sim/base/errors.h"
#include "tools/nzsim/catalogue.h"
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

ComparisonTable machine_table(const Published& published, Experiments& experiments) {
  const Machine& machine = experiments.machine(kMachine);
  const Ceilings ceilings = machine.accelerator->ceilings();
  const TpuRun& lstm0 = tpu_run(experiments, tpu_application("LSTM0"));
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
  const Power busy = power_of(tpu_run(experiments, tpu_application("CNN0")));
  table.add("idle", "power", busy.idle);
  for (const TpuApplication& application : tpu_applications()) {
    const Power power = power_of(tpu_run(experiments, application));
    table.add("busy, " + application.name, "power", power.die);
  }
  table.add("CNN0's DRAM beside it", "power", busy.memory);
  return table;
}

std::optional<double> value_of(const std::optional<platform::Figure>& figure) {
  if (!figure) return {};
  return figure->value;
}

/// The fastest of the types that are given, in TOPS; nothing where the platform has none.
std::optional<double> peak_tops(const platform::Platform& platform, platform::NumberType type) {
  const platform::Rate* rate = platform.fastest(type, true);
  if (rate == nullptr) return {};
  return 1e-12 * rate->operations_per_second;
}

/// What the file of a platform says, and the ridge point that follows from it for `type`.
ComparisonTable file_table(const Published& published, const char* name, const char* file,
                           platform::NumberType type) {
  const platform::Platform platform =
      platform::load_platform(cli::find_file(cli::Shelf::platforms, file));
  std::optional<double> ridge = platform::ridge_operations_per_byte(platform, type);
  if (ridge) *ridge *= 0.5;
  const std::vector<std::pair<const char*, std::optional<double>>> rows{
      {"die, mm2", value_of(platform.die_mm2)},
      {"process, nm", value_of(platform.process_nm)},
      {"clock, MHz", value_of(platform.base_clock_mhz)},
      {"TDP, W", value_of(platform.thermal_watts)},
      {"idle, W", value_of(platform.idle_watts)},
      {"busy, W", value_of(platform.busy_watts)},
      {"8-bit peak, TOPS", peak_tops(platform, platform::NumberType::int8)},
      {"floating point peak, TOPS", peak_tops(platform, platform::NumberType::float32)},
      {"memory, GB/s", value_of(platform.memory_gigabytes_per_second)},
      {"on-chip memory, MiB", value_of(platform.on_chip_mebibytes)},
      {"ridge point, MAC = 1, per byte", ridge}};
  ComparisonTable table{published.table(name), {}};
  for (const auto& [row, value] : rows) {
    if (value || table.published.at(row, "value")) table.add(row, "value", value);
  }
  return table;
}

}  // namespace

Reproduction tpu_table2(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin("tpu-table2", published);
  reproduction.simulated =
      "machine tpu-v1 and files of three platforms; one batch of each application; peak rates from "
      "its configuration, weights "
      "delivered in the run of LSTM0, which waits for them most";
  experiments.tpu().prepare(tpu_points(experiments));
  reproduction.tables = {
      machine_table(published, experiments), power_table(published, experiments),
      file_table(published, "haswell", "xeon-e5-2699-v3", platform::NumberType::float32),
      file_table(published, "k80", "tesla-k80", platform::NumberType::float32),
      file_table(published, "tpu", "tpu-v1", platform::NumberType::int8)};
  reproduction.assumptions.push_back(tpu_assumption());
  reproduction.assumptions.push_back(
      "Static power is the published idle power (table tpu-28nm), so that it agrees by "
      "construction. Everything dynamic is a published constant; nothing else is calibrated. The "
      "die is taken without the DRAM, on which the paper is silent.");
  reproduction.notes.push_back(
      "The three tables of files compare what configs/platforms copied from Table 2, so they guard "
      "against slips; ridge points are derived: half the peak rate (a multiply-accumulate counted "
      "once) over the memory's bandwidth.");
  return reproduction;
}

}  // namespace nzsim::reproduce
