#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/files.h"
#include "sim/report/result.h"
#include "sim/stats/registry.h"
#include "sim/workload/network.h"

namespace nzsim {

class ConfigNode;
struct MemoryConfig;

/// What is to be computed: a network and the seed of the run.
struct Workload {
  Network network;
  std::uint64_t seed = 0;
};

/// A workload compiled for one machine. Immutable; both modes run the same program.
class Program {
 public:
  virtual ~Program() = default;
  /// The program as one relocatable image that `Accelerator::load` maps back. Empty where a model
  /// compiles faster than a file is read: its programs are not cached.
  [[nodiscard]] virtual std::string serialize() const = 0;
  /// What the compiler made of the workload, as text for people; empty where a model shows none.
  [[nodiscard]] virtual std::string listing() const { return {}; }
};

struct SimulationOptions {
  /// Compute, check and hash the outputs; otherwise timing and counters alone.
  bool values = true;
  /// Record a counter of each PE over time, in each layer with weights. Only for machines that have
  /// one: `Accelerator::has_timeline`.
  bool timeline = false;
};

/// A machine elaborated in SystemC: reference mode. One per process (SystemC elaborates once).
class ReferenceMachine {
 public:
  virtual ~ReferenceMachine() = default;
  /// Runs the program to its end. Throws `SimulationError` where the watchdog ends it.
  virtual RunResult run() = 0;
};

/// An accelerator: the four things that a model provides, and what reports need to know of it.
/// Objects are immutable after construction and may be used from several threads.
class Accelerator {
 public:
  virtual ~Accelerator() = default;

  /// Throws `WorkloadError` naming layer and field where the workload cannot run on this machine.
  [[nodiscard]] virtual std::unique_ptr<Program> compile(const Workload& workload) const = 0;

  /// The program in `file`, as `Program::serialize` wrote it. Returns nothing where the file is of
  /// another version or damaged: it is then compiled again.
  [[nodiscard]] virtual std::unique_ptr<Program> load(MappedFile file) const = 0;

  /// The layers that `compile` takes, whatever their sizes; nothing: all.
  [[nodiscard]] virtual std::optional<LayerSupport> layer_support() const { return {}; }

  /// Everything of the configuration that `compile` sees, as text: two machines with one key share
  /// compiled programs.
  [[nodiscard]] virtual std::string compile_key() const = 0;

  /// The fast engine. Thread-safe.
  [[nodiscard]] virtual RunResult simulate(const Program& program,
                                           const SimulationOptions& options) const = 0;

  /// The module hierarchy of reference mode. `program` must outlive the machine.
  [[nodiscard]] virtual std::unique_ptr<ReferenceMachine> elaborate(
      const Program& program, const SimulationOptions& options) const = 0;

  /// Why the fast engine cannot express this configuration exactly; nothing where it can.
  [[nodiscard]] virtual std::optional<std::string> needs_reference() const { return {}; }

  /// The off-chip memory, as `memory_of_machine` read it; null where the machine has none. Its
  /// energies are added to the machine's table.
  [[nodiscard]] virtual const MemoryConfig* memory() const { return nullptr; }

  /// Whether runs can record a counter of each PE over time.
  [[nodiscard]] virtual bool has_timeline() const { return false; }

  [[nodiscard]] virtual Ceilings ceilings() const = 0;
  [[nodiscard]] virtual double clock_hz() const = 0;
  [[nodiscard]] virtual const StatisticsRegistry& statistics() const = 0;
  [[nodiscard]] virtual std::vector<AreaPart> area_parts() const = 0;
};

/// Builds a machine from the keys of its config that belong to the model. Called once with a
/// described document for `nzsim schema machine`; the result is then not used.
using AcceleratorFactory = std::unique_ptr<Accelerator> (*)(ConfigNode& config, double clock_hz);

/// The registry of models, the project's only mutable global; filled before `main`.
class AcceleratorRegistry {
 public:
  /// `model` is the value of a machine file's `"model"`. Returns true, for use in an initialiser.
  static bool add(std::string model, std::string description, AcceleratorFactory factory);

  struct Entry {
    std::string model;
    std::string description;
    AcceleratorFactory factory = nullptr;
  };
  /// All models, sorted by name.
  [[nodiscard]] static std::vector<Entry> all();
};

}  // namespace nzsim

/// The last line of a model's `.cpp`.
#define SIM_REGISTER_ACCELERATOR(MODEL, DESCRIPTION, FACTORY)         \
  namespace {                                                         \
  [[maybe_unused]] const bool kRegistered =                           \
      ::nzsim::AcceleratorRegistry::add(MODEL, DESCRIPTION, FACTORY); \
  }
