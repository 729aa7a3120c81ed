#include "sim/run/sweep/plan.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/config/messages.h"
#include "sim/energy/table.h"
#include "sim/run/sweep/plan_choices.h"
#include "sim/run/sweep/plan_condition.h"
#include "sim/run/sweep/plan_errors.h"
#include "sim/run/sweep/plan_inputs.h"
#include "sim/run/sweep/result_numbers.h"
#include "sim/workload/values.h"

namespace nzsim::sweep {
namespace {

using Places = std::vector<std::size_t>;

/// What the plan needs to know of a machine or a network that was read.
struct Known {
  bool is_valid = false;
  bool is_wanted = true;
  std::string digest;
  /// Number of what the compiler sees of it.
  std::size_t program = 0;
  /// Of machines: model, and the layers that it computes.
  std::string model;
  std::optional<LayerSupport> support;
};

/// Numbers from 0 in the order in which they are asked for.
template <class Key>
class Numbering {
 public:
  std::size_t of(const Key& key) { return numbers_.emplace(key, numbers_.size()).first->second; }

 private:
  std::map<Key, std::size_t> numbers_;
};

/// Walks over all combinations and checks each.
class Planner {
 public:
  Planner(Plan& plan, const SweepDirectories& directories)
      : plan_(plan), reader_(plan.config, directories), errors_(plan.config) {
    if (!plan.config.where.empty()) condition_ = std::make_unique<Condition>(plan.config);
    for (const Axis& axis : plan.config.axes) {
      varies_workload_ = varies_workload_ || axis.target == AxisTarget::workload;
    }
  }

  void run() {
    if (condition_ && condition_->needs_machine()) check_names();
    for (std::size_t workload = 0; workload < plan_.config.workloads.size(); ++workload) {
      for_each_combination(plan_.config, [&](const Places& places) {
        add_point({workload, places});
        return !errors_.is_full();
      });
    }
    errors_.finish();
    check_keys();
    check_objectives();
  }

 private:
  void add_point(const Choice& choice) {
    if (condition_ && !condition_->needs_machine() && !is_wanted(choice, nullptr)) return;
    const std::vector<std::string> values = values_of(plan_.config, choice);
    const Known& network = known_network(choice, values);
    const Known machine = known_machine(choice, values);
    if (!machine.is_valid || !network.is_valid) return;
    if (!machine.is_wanted) {
      ++plan_.excluded;
      return;
    }
    if (!is_supported(machine, network, choice, values)) return;
    Point point;
    point.index = plan_.points.size();
    point.key = point_key(machine.digest, network.digest, plan_.config.options);
    point.workload = choice.workload;
    point.program = programs_.of({machine.program, network.program});
    point.values = values;
    plan_.points.push_back(point);
  }

  /// Whether the machine has the network's kinds of layers. That depends on its model and on what
  /// the compiler sees of the network, and is looked at once for each pair.
  bool is_supported(const Known& machine, const Known& network, const Choice& choice,
                    const std::vector<std::string>& values) {
    const auto [place, is_new] = supported_.try_emplace({machine.model, network.program}, true);
    if (!is_new || !machine.support) return place->second;
    try {
      require_supported(reader_.network(choice.workload, values), *machine.support);
    } catch (const WorkloadError& error) {
      place->second = false;
      errors_.add(error, AxisTarget::workload, choice);
    }
    return place->second;
  }

  /// Whether the sweep's condition holds; where it has no value, that is an error of the point.
  bool is_wanted(const Choice& choice, const Json* machine) {
    try {
      const bool holds = condition_->holds(choice, machine);
      if (machine == nullptr && !holds) ++plan_.excluded;
      return holds;
    } catch (const ExpressionError& error) {
      errors_.add("/where", error.what(), choice);
      return false;
    }
  }

  /// Networks of the axes' values are few, those that are kept in memory fewer.
  const Known& known_network(const Choice& choice, const std::vector<std::string>& values) {
    const auto [place, is_new] =
        networks_.try_emplace(places_of(AxisTarget::workload, choice, true));
    if (!is_new) return place->second;
    Known& known = place->second;
    try {
      const NetworkIdentity& identity = reader_.network_identity(choice.workload, values);
      check_files(reader_.network(choice.workload, values));
      known.digest = identity.digest;
      known.program = network_programs_.of(identity.program);
      known.is_valid = true;
    } catch (const InputError& error) {
      errors_.add(error, AxisTarget::workload, choice);
    }
    return known;
  }

  /// A machine comes again with the next workload, and then is not read again. A condition that
  /// looks at the machine may look at the workload too.
  Known known_machine(const Choice& choice, const std::vector<std::string>& values) {
    const bool comes_again = plan_.config.workloads.size() > 1 || varies_workload_;
    const bool has_condition = condition_ && condition_->needs_machine();
    if (!comes_again || has_condition) return read_machine(choice, values);
    const auto [place, is_new] =
        machines_.try_emplace(places_of(AxisTarget::machine, choice, false));
    if (is_new) place->second = read_machine(choice, values);
    return place->second;
  }

  Known read_machine(const Choice& choice, const std::vector<std::string>& values) {
    Known known;
    try {
      const Machine machine = reader_.machine(values);
      const std::string canonical = canonical_json(machine.resolved);
      known.digest = machine_digest(machine, canonical);
      known.model = machine.model;
      known.support = machine.accelerator->layer_support();
      known.program = machine_programs_.of({machine.model, machine.accelerator->compile_key()});
      // An energy table that is another machine's lacks parts of this one.
      static_cast<void>(area_of(machine.energy, machine.accelerator->area_parts()));
      if (models_.insert(machine.model).second) add_columns(machine);
      known.is_valid = true;
      if (condition_ && condition_->needs_machine()) {
        const Json resolved = Json::parse(canonical);
        known.is_wanted = is_wanted(choice, &resolved);
      }
    } catch (const InputError& error) {
      errors_.add(error, AxisTarget::machine, choice);
    }
    return known;
  }

  /// Reads the values of the network's files, each once.
  void check_files(const Network& network) {
    for (std::size_t layer = 0; layer < network.layers.size(); ++layer) {
      const LayerSpec& known = network.layers[layer];
      const bool has_file = std::holds_alternative<FileSource>(known.weights) ||
                            std::holds_alternative<FileSource>(known.activations);
      const std::uint64_t seed = plan_.config.options.seed;
      if (!has_file || !files_.insert(values_digest(network, layer, seed)).second) continue;
      static_cast<void>(load_values(network, layer, seed));
    }
  }

  void add_columns(const Machine& machine) {
    for (const auto& [name, value] : numbers_of(machine, {})) columns_.insert(name);
  }

  /// Results must have the columns that a front is made of.
  void check_objectives() const {
    std::vector<Diagnostic> problems;
    const std::vector<std::string> candidates(columns_.begin(), columns_.end());
    for (std::size_t index = 0; index < plan_.config.objectives.size(); ++index) {
      const std::string& column = plan_.config.objectives[index].column;
      // What a run counts says which modules there are.
      if (columns_.contains(column) || column.starts_with("dynamic_joules.")) continue;
      problems.push_back({plan_.config.path.string(), fmt::format("/objectives/{}/column", index),
                          fmt::format("expected a column of numbers of the results, got {}{}",
                                      in_quotes(column), suggestion(column, candidates))});
    }
    if (!problems.empty()) throw ConfigError(std::move(problems));
  }

  [[nodiscard]] Places places_of(AxisTarget target, const Choice& choice,
                                 bool with_workload) const {
    Places places;
    if (with_workload) places.push_back(choice.workload);
    for (std::size_t index = 0; index < choice.places.size(); ++index) {
      if (plan_.config.axes[index].target == target) places.push_back(choice.places[index]);
    }
    return places;
  }

  /// Names of the condition that are no axes must exist in the machine of the first values.
  void check_names() {
    const Choice first{0, Places(plan_.config.axes.size(), 0)};
    std::string resolved;
    try {
      resolved = reader_.machine(values_of(plan_.config, first)).resolved;
    } catch (const InputError& error) {
      errors_.add(error, AxisTarget::machine, first);
      errors_.finish();
    }
    condition_->check_names(Json::parse(resolved));
  }

  [[nodiscard]] std::string describe_point(const Point& point) const {
    return point_text(plan_.config, point.values, point.workload);
  }

  /// Results are found by their keys.
  void check_keys() const {
    std::unordered_map<PointKey, std::uint32_t, PointKeyHash> indices;
    for (std::size_t index = 0; index < plan_.points.size(); ++index) {
      const auto [place, is_new] =
          indices.emplace(plan_.points.key(index), static_cast<std::uint32_t>(index));
      if (is_new) continue;
      throw ConfigError(plan_.config.path.string(), "/axes",
                        fmt::format("expected points that differ, got one machine and network as "
                                    "points {} ({}) and {} ({})",
                                    place->second, describe_point(plan_.points[place->second]),
                                    index, describe_point(plan_.points[index])));
    }
    if (plan_.points.empty()) {
      throw ConfigError(plan_.config.path.string(), "/where",
                        "expected a condition that a point meets, got one that none does");
    }
  }

  Plan& plan_;
  PointReader reader_;
  PlanErrors errors_;
  std::unique_ptr<Condition> condition_;
  bool varies_workload_ = false;
  std::map<Places, Known> networks_;
  std::map<Places, Known> machines_;
  std::map<std::pair<std::string, std::size_t>, bool> supported_;
  /// Digests of values of files that were read.
  std::set<std::string> files_;
  std::set<std::string> models_;
  /// Columns of numbers that results of these models have.
  std::set<std::string> columns_;
  Numbering<std::pair<std::string, std::string>> machine_programs_;
  Numbering<std::string> network_programs_;
  Numbering<std::pair<std::size_t, std::size_t>> programs_;
};

}  // namespace

Plan make_plan(SweepConfig config, const SweepDirectories& directories) {
  Plan plan;
  plan.config = std::move(config);
  Planner(plan, directories).run();
  return plan;
}

}  // namespace nzsim::sweep
