#include "sim/run/design_point.h"

#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/report/report.h"
#include "sim/run/program_cache.h"

namespace nzsim {
namespace {

using Json = nlohmann::ordered_json;

std::string_view to_string(Mode mode) { return mode == Mode::fast ? "fast" : "reference"; }

/// The mode that is run, and why it is not the one that was asked for.
struct ModeChoice {
  Mode mode = Mode::fast;
  std::string note;
};

ModeChoice choose_mode(const Accelerator& accelerator, Mode asked) {
  if (asked == Mode::reference) return {Mode::reference, ""};
  if (const auto reason = accelerator.needs_reference()) return {Mode::reference, *reason};
  return {Mode::fast, ""};
}

RunResult simulate(const Accelerator& accelerator, const Program& program, Mode mode,
                   const SimulationOptions& options) {
  if (mode == Mode::fast) return accelerator.simulate(program, options);
  return accelerator.elaborate(program, options)->run();
}

/// The resolved inputs of a run: what `config.json` holds.
std::string config_json(const Machine& machine, const Network& network, const RunOptions& options) {
  Json config;
  config["schema"] = "nzsim.config/1";
  config["nzsim_version"] = NZSIM_VERSION;
  config["machine"] = Json::parse(machine.resolved);
  config["workload"] = Json::parse(network.resolved);
  config["options"] = {{"mode", to_string(options.mode)},
                       {"values", options.values},
                       {"timeline", options.timeline},
                       {"seed", options.seed}};
  return config.dump(2) + "\n";
}

/// Fills in whether every checked layer matches; the first difference is named.
void compare_values(ProgramRun& run) {
  for (const LayerResult& layer : run.result.layers) {
    if (!layer.values.checked || layer.values.matches) continue;
    run.values_match = false;
    run.difference = fmt::format("layer {}: {}", layer.name, layer.values.difference);
    return;
  }
}

/// No layer may be faster than the machine's own peaks allow: a model that counts wrong fails here.
/// Bytes may be fetched while earlier layers run, so that those of the whole run are compared.
void check_ceilings(const RunResult& result, const Ceilings& ceilings, double clock_hz) {
  // Both sides are products of few doubles.
  constexpr double kRounding = 1.0 + 1e-9;
  double all_seconds = 0.0;
  double bytes = 0.0;
  for (const LayerResult& layer : result.layers) {
    const double seconds = static_cast<double>(layer.cycles.value()) / clock_hz * kRounding;
    const auto operations = static_cast<double>(layer.operations.value());
    SIM_ASSERT(operations <= ceilings.operations_per_second * seconds, layer.name,
               layer.cycles.value(), "{} operations are more than the peak rate allows",
               operations);
    all_seconds += seconds;
    bytes += static_cast<double>(layer.roofline_bytes.value());
  }
  SIM_ASSERT(bytes <= ceilings.bytes_per_second * all_seconds, ceilings.memory, 0,
             "{} bytes are more than the peak bandwidth allows", bytes);
}

}  // namespace

ProgramRun run_program(const Machine& machine, const Program& program, const RunOptions& options) {
  const Accelerator& accelerator = *machine.accelerator;
  ModeChoice choice = choose_mode(accelerator, options.mode);
  ProgramRun run;
  run.mode = choice.mode;
  run.mode_note = std::move(choice.note);
  const auto start = std::chrono::steady_clock::now();
  run.result = simulate(accelerator, program, run.mode,
                        {.values = options.values, .timeline = options.timeline});
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  run.host_seconds = elapsed.count();
  run.ceilings = run.result.ceilings.value_or(accelerator.ceilings());
  check_ceilings(run.result, run.ceilings, accelerator.clock_hz());
  compare_values(run);
  return run;
}

std::string report_of(const Machine& machine, const Network& network, const RunOptions& options,
                      const ProgramRun& run) {
  const Accelerator& accelerator = *machine.accelerator;
  ReportContext context;
  context.machine = machine.name;
  context.machine_source = machine.source;
  context.workload = network.name;
  context.workload_source = network.source;
  context.mode = to_string(run.mode);
  context.mode_note = run.mode_note;
  context.seed = options.seed;
  context.clock_hz = accelerator.clock_hz();
  context.ceilings = run.ceilings;
  context.statistics = &accelerator.statistics();
  context.energy = &machine.energy;
  context.areas = area_of(machine.energy, accelerator.area_parts());
  context.host_seconds = run.host_seconds;
  return report_json(context, run.result);
}

RunOutcome run_design_point(const Machine& machine, const Network& network,
                            const RunOptions& options) {
  const std::unique_ptr<Program> program =
      obtain_program(machine, Workload{network, options.seed}, options.cache);
  ProgramRun run = run_program(machine, *program, options);
  RunOutcome outcome;
  outcome.report = report_of(machine, network, options, run);
  outcome.config = config_json(machine, network, options);
  outcome.result = std::move(run.result);
  outcome.values_match = run.values_match;
  outcome.difference = std::move(run.difference);
  return outcome;
}

}  // namespace nzsim
