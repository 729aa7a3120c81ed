#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/run/machine.h"
#include "sim/workload/network.h"

namespace nzsim {

enum class Mode { fast, reference };

/// How one design point is run.
struct RunOptions {
  Mode mode = Mode::fast;
  bool values = true;
  /// Record PEs over time; only for machines with timelines.
  bool timeline = false;
  std::uint64_t seed = 0;
  /// Directory of compiled programs (`--cache`); nothing: compile each time.
  std::optional<std::filesystem::path> cache = {};
};

/// One simulation of a compiled program, before anything is written about it.
struct ProgramRun {
  RunResult result;
  /// The mode that was run, and why it is not the one that was asked for (else empty).
  Mode mode = Mode::fast;
  std::string mode_note;
  /// Those of the program where it decides them, else of the machine.
  Ceilings ceilings;
  /// Time that the simulation took on the host.
  double host_seconds = 0.0;
  /// Whether every checked layer matches the independent computation; else the first difference.
  bool values_match = true;
  std::string difference;
};

/// Simulates `program`, which `machine` or one with the same `compile_key` has compiled, and checks
/// that no layer beats the machine's peaks. Throws `SimulationError` where a simulation fails.
[[nodiscard]] ProgramRun run_program(const Machine& machine, const Program& program,
                                     const RunOptions& options);

/// The text of `report.json` of such a run of `network`.
[[nodiscard]] std::string report_of(const Machine& machine, const Network& network,
                                    const RunOptions& options, const ProgramRun& run);

/// One finished run.
struct RunOutcome {
  /// The text of `report.json`.
  std::string report;
  /// Resolved machine, workload and options, JSON.
  std::string config;
  RunResult result;
  /// Whether every checked layer matches the independent computation; else the first difference.
  bool values_match = true;
  std::string difference;
};

/// Compiles (or maps) the network, simulates it and writes the report, all in memory.
/// Throws `InputError` before anything is simulated and `SimulationError` where a simulation fails.
[[nodiscard]] RunOutcome run_design_point(const Machine& machine, const Network& network,
                                          const RunOptions& options);

}  // namespace nzsim
