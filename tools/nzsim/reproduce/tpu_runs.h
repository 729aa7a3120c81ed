#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/result.h"
#include "sim/run/accelerator.h"
#include "sim/run/machine.h"

namespace nzsim::reproduce {

/// One of the six applications of the TPU paper, as it is simulated.
struct TpuApplication {
  /// As the paper calls it: `MLP0`.
  std::string name;
  /// `MLP`, `LSTM` or `CNN`: the paper gives the deployment of both applications of a kind
  /// together.
  std::string kind;
  /// Under `workloads/networks`.
  std::string network;
  /// The machine's `operand_type`.
  std::string operand_type;
};

/// All of them, in the paper's order. Assumptions: see `tpu_assumption`.
[[nodiscard]] const std::vector<TpuApplication>& tpu_applications();
/// Throws `SimulationError` where there is none.
[[nodiscard]] const TpuApplication& tpu_application(std::string_view name);
/// What the applications' networks and operands assume.
[[nodiscard]] std::string tpu_assumption();

/// A whole network on one machine, timing and counters.
struct TpuRun {
  const Machine* machine = nullptr;
  CounterValues counters;
  std::vector<EnergyEvent> events;

  /// The counter `tpu.NAME`.
  [[nodiscard]] double counter(std::string_view name) const;
  /// Per cent of all cycles that the counter `tpu.NAME` has.
  [[nodiscard]] double share(std::string_view name) const;
  /// Per cent of the multiply-accumulates that the array could do at its operands' speed.
  [[nodiscard]] double useful_share() const;
  [[nodiscard]] double seconds() const;
  [[nodiscard]] double tera_operations_per_second() const;
};

/// The paper's name of a row of Table 3, and the run's value, in per cent of all cycles.
struct TpuShare {
  const char* row = nullptr;
  double percent = 0.0;
};
[[nodiscard]] std::vector<TpuShare> tpu_shares(const TpuRun& run);

/// Runs whole networks with the fast engine, each combination once.
class TpuRuns {
 public:
  struct Point {
    const Machine* machine = nullptr;
    std::string network;
  };

  const TpuRun& run(const Machine& machine, const std::string& network);
  /// Runs what has not been run yet, on all processors.
  void prepare(const std::vector<Point>& points);

 private:
  const Network& network(const std::string& name);

  std::map<std::string, Network> networks_;
  std::map<std::string, TpuRun> runs_;
};

}  // namespace nzsim::reproduce
