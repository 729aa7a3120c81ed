#include "sim/config/access.h"

#include <algorithm>
#include <cmath>

#include "sim/config/messages.h"
#include "sim/config/pointer.h"

namespace nzsim {
namespace {

/// Characters of UTF-8 text, which JSON Schema counts.
std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

/// The whole number that a JSON number is, however it is written.
std::optional<std::int64_t> whole(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  const auto number = value.get<double>();
  if (number < -kLimit || number >= kLimit || number != std::trunc(number)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

}  // namespace

std::optional<std::int64_t> integer_of(const Json& value, const IntegerRule& rule) {
  const auto number = whole(value);
  if (!number || *number < rule.minimum || *number > rule.maximum) return std::nullopt;
  return number;
}

std::optional<double> number_of(const Json& value, const NumberRule& rule) {
  if (!value.is_number()) return std::nullopt;
  const auto number = value.get<double>();
  const bool low = rule.exclusive_minimum ? number <= rule.minimum : number < rule.minimum;
  if (low || number > rule.maximum) return std::nullopt;
  return number;
}

bool is_text_of(const Json& value, const TextRule& rule) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return (rule.may_be_empty || !text.empty()) && characters(text) <= rule.maximum_length;
}

Json schema_of(const IntegerRule& rule) {
  return {{"type", "integer"}, {"minimum", rule.minimum}, {"maximum", rule.maximum}};
}

Json schema_of(const NumberRule& rule) {
  return {{"type", "number"},
          {rule.exclusive_minimum ? "exclusiveMinimum" : "minimum", rule.minimum},
          {"maximum", rule.maximum}};
}

Json schema_of(const TextRule& rule) {
  return {{"type", "string"},
          {"minLength", rule.may_be_empty ? 0 : 1},
          {"maxLength", rule.maximum_length}};
}

Json schema_of(const ChoiceRule& rule) { return {{"enum", rule.options}}; }

const Json* ConfigNode::Access::find(const ConfigNode& node, std::string_view key) {
  VisitedObject& object = node.state_->visited[node.pointer_];
  if (std::find(object.asked.begin(), object.asked.end(), key) == object.asked.end()) {
    object.asked.emplace_back(key);
  }
  if (object.value == nullptr) return nullptr;
  const auto found = object.value->find(key);
  return found == object.value->end() ? nullptr : &*found;
}

void ConfigNode::Access::reject(const ConfigNode& node, std::string_view key,
                                const std::string& expected, const Json* value,
                                const std::string& addition) {
  const std::string pointer = key.empty() ? node.pointer_ : child_pointer(node.pointer_, key);
  if (!node.state_->rejected.insert(pointer).second) return;
  node.state_->add_problem(pointer,
                           "expected " + expected + ", got " + describe_value(value) + addition);
}

void ConfigNode::Access::echo(const ConfigNode& node, std::string_view key, Json value) {
  node.state_->resolved_at(node.pointer_)[std::string(key)] = std::move(value);
}

void ConfigNode::Access::leave_keys_undecided(const ConfigNode& node) {
  node.state_->visited[node.pointer_].keys_undecided = true;
}

ConfigNode ConfigNode::Access::child(const ConfigNode& node, const std::string& pointer,
                                     const Json* value) {
  node.state_->visited[pointer].value = value;
  return ConfigNode(*node.state_, pointer);
}

ConfigNode ConfigNode::Access::described(const ConfigNode& node, const std::string& pointer,
                                         SchemaScope& scope) {
  node.state_->scopes[pointer] = &scope;
  return ConfigNode(*node.state_, pointer);
}

SchemaProperty& ConfigNode::Access::describe(const ConfigNode& node, std::string_view key,
                                             Json schema, std::string_view description,
                                             bool required) {
  SchemaProperty& property = scope(node).property(key);
  property.alternatives.push_back(std::move(schema));
  if (!description.empty()) property.annotations["description"] = description;
  property.required = property.required || required;
  return property;
}

}  // namespace nzsim
