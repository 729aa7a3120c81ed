#include "sim/config/node.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/config/access.h"
#include "sim/config/messages.h"
#include "sim/config/pointer.h"

namespace nzsim {
namespace {

/// `default`, where a rule has one.
template <class Value>
void add_default(SchemaProperty& property, const std::optional<Value>& value) {
  if (value) property.annotations["default"] = *value;
}

}  // namespace

ConfigNode::ConfigNode(ConfigDocument::State& state, std::string pointer)
    : state_(&state), pointer_(std::move(pointer)) {}

std::int64_t ConfigNode::integer(std::string_view key, const IntegerRule& rule) {
  const std::int64_t fallback = rule.default_value.value_or(rule.minimum);
  if (describing()) {
    add_default(
        Access::describe(*this, key, schema_of(rule), rule.description, !rule.default_value),
        rule.default_value);
    return fallback;
  }
  const Json* const value = Access::find(*this, key);
  const auto number = value == nullptr ? rule.default_value : integer_of(*value, rule);
  if (!number) {
    Access::reject(*this, key, describe_rule(rule), value);
    return fallback;
  }
  Access::echo(*this, key, *number);
  return *number;
}

double ConfigNode::number(std::string_view key, const NumberRule& rule) {
  const double fallback = rule.default_value.value_or(rule.minimum);
  if (describing()) {
    add_default(
        Access::describe(*this, key, schema_of(rule), rule.description, !rule.default_value),
        rule.default_value);
    return fallback;
  }
  const Json* const value = Access::find(*this, key);
  const auto number = value == nullptr ? rule.default_value : number_of(*value, rule);
  if (!number) {
    Access::reject(*this, key, describe_rule(rule), value);
    return fallback;
  }
  if (value == nullptr) Access::echo(*this, key, *number);
  return *number;
}

bool ConfigNode::boolean(std::string_view key, std::optional<bool> default_value,
                         std::string_view description) {
  if (describing()) {
    add_default(Access::describe(*this, key, {{"type", "boolean"}}, description, !default_value),
                default_value);
    return default_value.value_or(false);
  }
  const Json* const value = Access::find(*this, key);
  if (value != nullptr && value->is_boolean()) return value->get<bool>();
  if (value != nullptr || !default_value) {
    Access::reject(*this, key, "true or false", value);
  } else {
    Access::echo(*this, key, *default_value);
  }
  return default_value.value_or(false);
}

std::optional<std::int64_t> ConfigNode::optional_integer(std::string_view key,
                                                         const IntegerRule& rule) {
  if (describing()) {
    Access::describe(*this, key, schema_of(rule), rule.description, false);
    return std::nullopt;
  }
  if (Access::find(*this, key) == nullptr) return std::nullopt;
  return integer(key, {.minimum = rule.minimum, .maximum = rule.maximum});
}

std::optional<double> ConfigNode::optional_number(std::string_view key, const NumberRule& rule) {
  if (describing()) {
    Access::describe(*this, key, schema_of(rule), rule.description, false);
    return std::nullopt;
  }
  if (Access::find(*this, key) == nullptr) return std::nullopt;
  return number(key, {.minimum = rule.minimum,
                      .maximum = rule.maximum,
                      .exclusive_minimum = rule.exclusive_minimum});
}

std::optional<bool> ConfigNode::optional_boolean(std::string_view key,
                                                 std::string_view description) {
  if (describing()) {
    Access::describe(*this, key, {{"type", "boolean"}}, description, false);
    return std::nullopt;
  }
  if (Access::find(*this, key) == nullptr) return std::nullopt;
  return boolean(key, std::nullopt, description);
}

void ConfigNode::marker(std::string_view key, std::string_view description) {
  if (describing()) {
    Access::describe(*this, key, {{"const", true}}, description, true);
    return;
  }
  const Json* const value = Access::find(*this, key);
  if (value == nullptr || *value != true) Access::reject(*this, key, "true", value);
}

std::string ConfigNode::text(std::string_view key, const TextRule& rule) {
  if (describing()) {
    add_default(
        Access::describe(*this, key, schema_of(rule), rule.description, !rule.default_value),
        rule.default_value);
    return rule.default_value.value_or("");
  }
  const Json* const value = Access::find(*this, key);
  if (value != nullptr && is_text_of(*value, rule)) return value->get<std::string>();
  if (value != nullptr || !rule.default_value) {
    Access::reject(*this, key, describe_rule(rule), value);
  } else {
    Access::echo(*this, key, *rule.default_value);
  }
  return rule.default_value.value_or("");
}

std::string ConfigNode::choice(std::string_view key, const ChoiceRule& rule) {
  const std::string fallback = rule.default_value.value_or(rule.options.front());
  if (describing()) {
    add_default(
        Access::describe(*this, key, schema_of(rule), rule.description, !rule.default_value),
        rule.default_value);
    return fallback;
  }
  const Json* const value = Access::find(*this, key);
  if (value == nullptr && rule.default_value) {
    Access::echo(*this, key, *rule.default_value);
    return fallback;
  }
  if (value == nullptr || !value->is_string()) {
    Access::reject(*this, key, describe_options(rule.options), value);
    return fallback;
  }
  const auto& word = value->get_ref<const std::string&>();
  if (std::find(rule.options.begin(), rule.options.end(), word) != rule.options.end()) return word;
  Access::reject(*this, key, describe_options(rule.options), value, suggestion(word, rule.options));
  return fallback;
}

std::optional<std::int64_t> ConfigNode::integer_or(std::string_view key, std::string_view keyword,
                                                   const IntegerRule& rule) {
  if (describing()) {
    Access::describe(*this, key, schema_of(rule), rule.description, false);
    SchemaProperty& property =
        Access::describe(*this, key, {{"const", keyword}}, rule.description, false);
    property.annotations["default"] = keyword;
    add_default(property, rule.default_value);
    return rule.default_value;
  }
  const Json* const value = Access::find(*this, key);
  if (value == nullptr) {
    Access::echo(*this, key, rule.default_value ? Json(*rule.default_value) : Json(keyword));
    return rule.default_value;
  }
  if (value->is_string() && value->get_ref<const std::string&>() == keyword) return std::nullopt;
  const auto number = integer_of(*value, rule);
  if (number) {
    Access::echo(*this, key, *number);
    return number;
  }
  Access::reject(*this, key, describe_rule(rule) + " or " + in_quotes(keyword), value);
  return rule.default_value;
}

bool ConfigNode::has(std::string_view key) const {
  const auto object = state_->visited.find(pointer_);
  return object != state_->visited.end() && object->second.value != nullptr &&
         object->second.value->contains(key);
}

void ConfigNode::fail(std::string_view key, std::string message) {
  const std::string pointer = key.empty() ? pointer_ : child_pointer(pointer_, key);
  if (!state_->rejected.contains(pointer)) state_->add_problem(pointer, std::move(message));
}

bool ConfigNode::valid(std::string_view key) const {
  const std::string pointer = key.empty() ? pointer_ : child_pointer(pointer_, key);
  return !state_->spoiled.contains(pointer);
}

bool ConfigNode::describing() const { return state_->describing; }

const std::filesystem::path& ConfigNode::file() const { return state_->path; }

std::filesystem::path ConfigNode::directory() const { return state_->path.parent_path(); }

}  // namespace nzsim
