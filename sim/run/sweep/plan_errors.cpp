#include "sim/run/sweep/plan_errors.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "sim/config/pointer.h"
#include "sim/config/state.h"

namespace nzsim::sweep {
namespace {

constexpr std::size_t kMostErrors = 10;

bool is_below(const std::string& pointer, const std::string& above) {
  return pointer.starts_with(above + '/');
}

/// What an axis changes of a network, for comparison with the pointer of an error: the batch of all
/// layers is `/layers/N/batch`.
bool is_batch_of_all(const Axis& axis, const std::string& pointer) {
  return axis.target == AxisTarget::workload && axis.pointer == "/batch" &&
         (pointer == "/batch" || (is_below(pointer, "/layers") && pointer.ends_with("/batch")));
}

/// The error at its place in the sweep file; nothing where no axis is to blame.
std::optional<Diagnostic> at_axis(const SweepConfig& config, const Diagnostic& problem,
                                  AxisTarget target, const Choice& choice) {
  for (std::size_t index = config.axes.size(); index-- > 0;) {
    const Axis& axis = config.axes[index];
    if (axis.target != target) continue;
    const std::string place = child_pointer("/axes", axis.name);
    const std::string value = axis.is_listed ? child_pointer(place, choice.places[index]) : place;
    const bool is_name = problem.message.starts_with("unknown key");
    if (problem.pointer == axis.pointer || is_batch_of_all(axis, problem.pointer)) {
      return Diagnostic{config.path.string(), is_name ? place : value, problem.message};
    }
    if (is_below(problem.pointer, axis.pointer)) {
      return Diagnostic{config.path.string(), value + problem.pointer.substr(axis.pointer.size()),
                        problem.message};
    }
    // An object on the way to the key that the axis has made, or should have been able to.
    if (is_below(axis.pointer, problem.pointer)) {
      return Diagnostic{config.path.string(), place,
                        fmt::format("{} (at {})", problem.message, problem.pointer)};
    }
  }
  return {};
}

/// The same for what an object lacks that an axis has made by a key in it.
std::optional<Diagnostic> at_sibling(const SweepConfig& config, const Diagnostic& problem,
                                     AxisTarget target) {
  for (const Axis& axis : config.axes) {
    const std::string object = axis.pointer.substr(0, axis.pointer.rfind('/'));
    if (axis.target != target || object.empty() || !is_below(problem.pointer, object)) continue;
    return Diagnostic{config.path.string(), child_pointer("/axes", axis.name),
                      fmt::format("{} (at {})", problem.message, problem.pointer)};
  }
  return {};
}

/// The same for the batch that a workload states.
std::optional<Diagnostic> at_workload(const SweepConfig& config, const Diagnostic& problem,
                                      const Choice& choice) {
  if (!config.workloads[choice.workload].batch || !problem.pointer.ends_with("/batch")) return {};
  return Diagnostic{config.path.string(), fmt::format("/workloads/{}/batch", choice.workload),
                    problem.message};
}

/// The same for what the sweep changes of all points.
std::optional<Diagnostic> at_setting(const SweepConfig& config, const Diagnostic& problem) {
  for (std::size_t index = config.overrides.size(); index-- > 0;) {
    const std::string& pointer = config.overrides[index].pointer;
    if (problem.pointer == pointer || is_below(problem.pointer, pointer) ||
        is_below(pointer, problem.pointer)) {
      return Diagnostic{config.path.string(), child_pointer("/set", index), problem.message};
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> values_of(const SweepConfig& config, const Choice& choice) {
  std::vector<std::string> values;
  values.reserve(config.axes.size());
  for (std::size_t index = 0; index < config.axes.size(); ++index) {
    values.push_back(config.axes[index].values[choice.places[index]]);
  }
  return values;
}

std::string point_text(const SweepConfig& config, const std::vector<std::string>& values,
                       std::size_t workload) {
  std::string text;
  for (std::size_t axis = 0; axis < config.axes.size(); ++axis) {
    text += fmt::format("{}{} = {}", axis == 0 ? "" : ", ", config.axes[axis].name, values[axis]);
  }
  if (!text.empty()) text += " of ";
  return text + config.workloads.at(workload).network;
}

void PlanErrors::add(const InputError& error, AxisTarget target, const Choice& choice) {
  for (const Diagnostic& problem : error.diagnostics()) {
    std::optional<Diagnostic> placed;
    if (problem.file == kOverrideName) {
      placed = at_axis(config_, problem, target, choice);
      if (!placed) {
        placed = target == AxisTarget::machine ? at_setting(config_, problem)
                                               : at_workload(config_, problem, choice);
      }
      if (!placed) placed = at_sibling(config_, problem, target);
    }
    if (placed) {
      // Networks differ in what they have.
      const bool is_of_network = target == AxisTarget::workload && config_.workloads.size() > 1;
      add(std::move(*placed),
          is_of_network
              ? fmt::format(" (network {})", config_.workloads.at(choice.workload).network)
              : "");
    } else {
      add(problem, in_point(choice));
    }
  }
}

void PlanErrors::add(const std::string& pointer, const std::string& message, const Choice& choice) {
  add({config_.path.string(), pointer, message}, in_point(choice));
}

std::string PlanErrors::in_point(const Choice& choice) const {
  return " in the point " + point_text(config_, values_of(config_, choice), choice.workload);
}

bool PlanErrors::is_full() const { return diagnostics_.size() >= kMostErrors; }

void PlanErrors::add(Diagnostic diagnostic, const std::string& addition) {
  if (is_full() || !known_.insert(to_string(diagnostic)).second) return;
  diagnostic.message += addition;
  diagnostics_.push_back(std::move(diagnostic));
}

void PlanErrors::finish() const {
  if (diagnostics_.empty()) return;
  std::vector<Diagnostic> all = diagnostics_;
  if (is_full()) {
    all.push_back({config_.path.string(), "",
                   fmt::format("these are the first {} errors; more may follow", kMostErrors)});
  }
  throw ConfigError(std::move(all));
}

}  // namespace nzsim::sweep
