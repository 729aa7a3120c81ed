#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/node.h"
#include "sim/report/result.h"
#include "sim/run/accelerator.h"
#include "sim/run/machine.h"
#include "tools/nzsim/reproduce/tpu_runs.h"

namespace nzsim::reproduce {

/// The nine benchmark layers of the EIE paper's Table III, in its order.
[[nodiscard]] const std::vector<std::string>& benchmark_layers();

/// One benchmark layer on one machine, timing and counters.
struct LayerRun {
  const Machine* machine = nullptr;
  LayerResult result;

  /// Sum over all PEs of the counter with this short name (`busy_cycles`).
  [[nodiscard]] double total(std::string_view counter) const;
  [[nodiscard]] double pe_count() const;
  [[nodiscard]] double cycles() const { return static_cast<double>(result.cycles.value()); }
  [[nodiscard]] double seconds() const { return cycles() / machine->accelerator->clock_hz(); }
  /// Entries of the active columns, padding included, at one per PE and cycle: no idle PE.
  [[nodiscard]] double theoretical_seconds() const;
  /// 1 - bubble cycles / total cycles, as in Figs. 8 and 13.
  [[nodiscard]] double load_balance() const;
  /// 1 - padding entries / entries, as in Fig. 12.
  [[nodiscard]] double real_work() const;
  /// The run's energy, event by event.
  [[nodiscard]] std::vector<EnergyRow> energy() const;
  [[nodiscard]] double joules() const;
};

/// Simulates benchmark layers on demand with the fast engine, each combination once.
class Experiments {
 public:
  /// `uneven` takes the networks of uneven distribution instead of uniform ones.
  explicit Experiments(bool uneven) : uneven_(uneven) {}

  /// A machine that ships with nzsim, with overrides; read once. Throws `ConfigError`.
  const Machine& machine(const std::string& name, const std::vector<Override>& overrides = {});

  /// The result of `layer` on `machine`. Machines that the compiler cannot tell apart and that
  /// follow each other share one compiled program. Throws `WorkloadError` where the layer does not
  /// fit.
  const LayerRun& run(const Machine& machine, const std::string& layer);

  /// The machine of the paper's design point that holds `layer`: `eie-64pe`, or `eie-64pe-vgg6`
  /// with larger memories for vgg-6 and for the uneven alex-6, whose fullest PE has more entries
  /// than 16-bit pointers address.
  const Machine& design_point(const std::string& layer,
                              const std::vector<Override>& overrides = {});

  /// The design point with `pe_count` PEs, and memories as Figs. 11 to 13 need them.
  const Machine& scaled(std::uint32_t pe_count);

  /// The runs of the TPU's applications.
  [[nodiscard]] TpuRuns& tpu() { return tpu_; }

  [[nodiscard]] bool uneven() const { return uneven_; }
  /// What the networks are, for `Reproduction::simulated`.
  [[nodiscard]] std::string networks() const;

 private:
  const Program& program_of(const Machine& machine, const std::string& layer);

  bool uneven_ = false;
  TpuRuns tpu_;
  std::map<std::string, Machine> machines_;
  std::map<std::string, LayerRun> runs_;
  std::string program_key_;
  std::unique_ptr<Program> program_;
};

/// The TPU as built, with an application's operands, and one batch of it.
[[nodiscard]] const TpuRun& tpu_run(Experiments& experiments, const TpuApplication& application);
/// The same of all applications, to be prepared.
[[nodiscard]] std::vector<TpuRuns::Point> tpu_points(Experiments& experiments);

}  // namespace nzsim::reproduce
