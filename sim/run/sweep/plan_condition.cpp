#include "sim/run/sweep/plan_condition.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/base/errors.h"
#include "sim/config/messages.h"
#include "sim/config/pointer.h"

namespace nzsim::sweep {
namespace {

constexpr const char* kWorkloadName = "workload";
/// Characters of a word of a condition's name.
constexpr const char* kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

/// The name of an axis in an expression: `/a/b` is a.b, `workload:/a` is workload.a.
std::string dotted(const Axis& axis) {
  const auto tokens = split_pointer(axis.pointer).value_or(std::vector<std::string>{});
  const std::string name = fmt::format("{}", fmt::join(tokens, "."));
  return axis.target == AxisTarget::workload ? fmt::format("{}.{}", kWorkloadName, name) : name;
}

std::vector<std::string> split_name(std::string_view name) {
  std::vector<std::string> tokens(1);
  for (const char c : name) {
    if (c == '.') {
      tokens.emplace_back();
    } else {
      tokens.back() += c;
    }
  }
  return tokens;
}

/// Names of all plain values of `tree`.
void collect_names(const Json& tree, const std::string& prefix, std::vector<std::string>& names) {
  if (!tree.is_object()) return;
  for (const auto& [key, member] : tree.items()) {
    // What a condition cannot name is no help.
    if (key.find_first_not_of(kNameCharacters) != std::string::npos) continue;
    const std::string name = prefix.empty() ? key : prefix + '.' + key;
    if (member.is_primitive()) names.push_back(name);
    collect_names(member, name, names);
  }
}

ExpressionValue plain_value(const Json& value, const ExpressionName& name) {
  if (value.is_number()) return value.get<double>();
  if (value.is_boolean()) return value.get<bool>() ? 1.0 : 0.0;
  if (value.is_string()) return value.get<std::string>();
  throw ExpressionError(fmt::format("expected a number or text as {}, got {} in column {}",
                                    name.text, describe_value(&value), name.column));
}

}  // namespace

Condition::Condition(const SweepConfig& config)
    : config_(config), expression_(config.where), axis_values_(config.axes.size()) {
  for (const ExpressionName& name : expression_.names()) {
    Binding binding = binding_of(name.text);
    if (binding.kind == Binding::Kind::machine) needs_machine_ = true;
    if (binding.kind == Binding::Kind::axis && axis_values_[binding.axis].empty()) {
      for (const std::string& value : config.axes[binding.axis].values) {
        axis_values_[binding.axis].push_back(Json::parse(value));
      }
    }
    bindings_.push_back(std::move(binding));
  }
}

Condition::Binding Condition::binding_of(const std::string& name) const {
  if (name == kWorkloadName) return {Binding::Kind::workload, 0, {}};
  for (std::size_t index = 0; index < config_.axes.size(); ++index) {
    if (dotted(config_.axes[index]) == name) return {Binding::Kind::axis, index, {}};
  }
  return {Binding::Kind::machine, 0, split_name(name)};
}

void Condition::check_names(const Json& machine) const {
  std::vector<Diagnostic> problems;
  for (std::size_t index = 0; index < bindings_.size(); ++index) {
    if (bindings_[index].kind != Binding::Kind::machine) continue;
    const ExpressionName& name = expression_.names()[index];
    const Json* const found = find_value(machine, bindings_[index].tokens);
    if (found != nullptr && found->is_primitive() && !found->is_null()) continue;
    std::vector<std::string> candidates{kWorkloadName};
    for (const Axis& axis : config_.axes) candidates.push_back(dotted(axis));
    collect_names(machine, "", candidates);
    problems.push_back(
        {config_.path.string(), "/where",
         fmt::format("expected the name of an axis or of a value of the machine in "
                     "column {}, got {}{}",
                     name.column, in_quotes(name.text), suggestion(name.text, candidates))});
  }
  if (!problems.empty()) throw ConfigError(std::move(problems));
}

bool Condition::holds(const Choice& choice, const Json* machine) const {
  std::vector<ExpressionValue> values;
  values.reserve(bindings_.size());
  for (std::size_t index = 0; index < bindings_.size(); ++index) {
    values.push_back(value(index, choice, machine));
  }
  return expression_.holds(values);
}

ExpressionValue Condition::value(std::size_t name, const Choice& choice,
                                 const Json* machine) const {
  const Binding& binding = bindings_[name];
  const ExpressionName& text = expression_.names()[name];
  if (binding.kind == Binding::Kind::workload) return config_.workloads[choice.workload].network;
  if (binding.kind == Binding::Kind::axis) {
    return plain_value(axis_values_[binding.axis][choice.places[binding.axis]], text);
  }
  const Json* const found = machine == nullptr ? nullptr : find_value(*machine, binding.tokens);
  return plain_value(found == nullptr ? Json() : *found, text);
}

}  // namespace nzsim::sweep
