#include "tools/nzsim/reproduce/experiments.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/workload/network.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/eie_benchmark.h"

namespace nzsim::reproduce {
namespace {

constexpr const char* kDesignPoint = "eie-64pe";
constexpr const char* kLargerMemories = "eie-64pe-vgg6";
constexpr const char* kTpu = "tpu-v1";

/// Assumptions of Figs. 11 to 13, whose memories the paper does not give. Smaller machines keep the
/// totals of 64 PEs (registers, activation SRAM), so that batches do not shrink; larger ones have
/// PEs of the published design: Fig. 12 has padding at 256 PEs, which shorter batches could not
/// have. The sparse-matrix SRAM is large enough for VGG-6 on one PE, where padding is most; a PE
/// needs one pointer per column, however many PEs there are.
constexpr std::uint64_t kSparseMatrixBytes = std::uint64_t{16} << 20;
constexpr std::uint64_t kActivationSramBytes = std::uint64_t{128} << 10;
constexpr std::uint64_t kActivationSramBytesPerPe = 2048;
constexpr std::uint64_t kRegisters = 4096;
constexpr std::uint64_t kRegistersPerPe = 64;
constexpr std::uint64_t kPointerBytesPerPe = std::uint64_t{128} << 10;
constexpr std::uint64_t kPointerBits = 32;

const StatisticsRegistry::Group& group_of(const Machine& machine, std::string_view counter) {
  const auto& groups = machine.accelerator->statistics().groups();
  const auto found = std::find_if(groups.begin(), groups.end(),
                                  [&](const auto& group) { return group.short_name == counter; });
  if (found == groups.end()) {
    throw SimulationError(
        fmt::format("machine {}: expected a counter {} per PE, got none", machine.name, counter));
  }
  return *found;
}

Override set(std::string pointer, std::uint64_t value) {
  return {std::move(pointer), std::to_string(value)};
}

double ratio(double numerator, double denominator) {
  return denominator == 0.0 ? 0.0 : numerator / denominator;
}

}  // namespace

const std::vector<std::string>& benchmark_layers() {
  static const std::vector<std::string> layers(kEieLayers.begin(), kEieLayers.end());
  return layers;
}

double LayerRun::total(std::string_view counter) const {
  const auto values = group_of(*machine, counter).counters.of(result.counters);
  return static_cast<double>(std::accumulate(values.begin(), values.end(), std::uint64_t{0}));
}

double LayerRun::pe_count() const {
  return static_cast<double>(group_of(*machine, "busy_cycles").counters.count);
}

double LayerRun::theoretical_seconds() const {
  return total("busy_cycles") / pe_count() / machine->accelerator->clock_hz();
}

double LayerRun::load_balance() const { return ratio(total("busy_cycles"), pe_count() * cycles()); }

double LayerRun::real_work() const {
  return 1.0 - ratio(total("padding_entries"), total("busy_cycles"));
}

std::vector<EnergyRow> LayerRun::energy() const {
  return energy_of(machine->energy, result.events, machine->accelerator->clock_hz());
}

double LayerRun::joules() const {
  double picojoules = 0.0;
  for (const EnergyRow& row : energy()) picojoules += row.energy.value();
  return picojoules * 1e-12;
}

const Machine& Experiments::machine(const std::string& name,
                                    const std::vector<Override>& overrides) {
  std::string key = name;
  for (const Override& entry : overrides) key += " " + entry.pointer + "=" + entry.value;
  const auto found = machines_.find(key);
  if (found != machines_.end()) return found->second;
  Machine machine = load_machine(cli::find_file(cli::Shelf::machines, name), overrides,
                                 cli::shipped_directories());
  return machines_.emplace(std::move(key), std::move(machine)).first->second;
}

const Machine& Experiments::design_point(const std::string& layer,
                                         const std::vector<Override>& overrides) {
  const bool is_larger = layer == "vgg-6" || (uneven_ && layer == "alex-6");
  return machine(is_larger ? kLargerMemories : kDesignPoint, overrides);
}

const Machine& Experiments::scaled(std::uint32_t pe_count) {
  return machine(kDesignPoint,
                 {set("/pe_count", pe_count),
                  set("/sparse_matrix_sram/capacity_bytes", kSparseMatrixBytes / pe_count),
                  set("/activation_sram/capacity_bytes",
                      std::max(kActivationSramBytesPerPe, kActivationSramBytes / pe_count)),
                  set("/activation_registers", std::max(kRegistersPerPe, kRegisters / pe_count)),
                  set("/pointer_sram/capacity_bytes", kPointerBytesPerPe),
                  set("/pointer_sram/pointer_bits", kPointerBits)});
}

const LayerRun& Experiments::run(const Machine& machine, const std::string& layer) {
  const std::string key = layer + "\n" + machine.resolved;
  const auto found = runs_.find(key);
  if (found != runs_.end()) return found->second;
  const Program& program = program_of(machine, layer);
  RunResult result = machine.accelerator->simulate(program, {.values = false});
  LayerRun run{&machine, std::move(result.layers.front())};
  return runs_.emplace(key, std::move(run)).first->second;
}

std::string Experiments::networks() const {
  return uneven_ ? "synthetic matrices of Table III's rounded densities, rows and columns unevenly "
                   "filled (workloads/networks/*-uneven.json)"
                 : "synthetic uniform matrices of Table III's rounded densities "
                   "(workloads/networks)";
}

const Program& Experiments::program_of(const Machine& machine, const std::string& layer) {
  std::string key = layer + "\n" + machine.model + "\n" + machine.accelerator->compile_key();
  if (key != program_key_) {
    program_.reset();
    program_key_.clear();
    const std::string name = layer + (uneven_ ? "-uneven" : "");
    const Workload workload{load_network(cli::find_file(cli::Shelf::networks, name)), 0};
    program_ = machine.accelerator->compile(workload);
    program_key_ = std::move(key);
  }
  return *program_;
}

std::vector<TpuRuns::Point> tpu_points(Experiments& experiments) {
  std::vector<TpuRuns::Point> points;
  for (const TpuApplication& application : tpu_applications()) {
    points.push_back({&experiments.machine(kTpu, {{"/operand_type", application.operand_type}}),
                      application.network});
  }
  return points;
}

const TpuRun& tpu_run(Experiments& experiments, const TpuApplication& application) {
  return experiments.tpu().run(
      experiments.machine(kTpu, {{"/operand_type", application.operand_type}}),
      application.network);
}

}  // namespace nzsim::reproduce
