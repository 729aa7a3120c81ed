#include "sim/config/schema.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace nzsim {
namespace {

constexpr std::array<std::string_view, 3> kIgnoredKeys{"$schema", "source", "notes"};

using Keys = std::set<std::string>;

/// `complete`: the file states everything. `partial`: it extends another, so that objects may lack
/// keys; arrays are replaced as a whole, so that their elements are complete.
enum class Strictness { complete, partial };

void collect_keys(const SchemaScope& scope, Keys& keys);

void collect_keys(const SchemaChoice& choice, Keys& keys) {
  for (const SchemaChoice::Branch& branch : choice.branches) collect_keys(*branch.scope, keys);
}

void collect_keys(const SchemaScope& scope, Keys& keys) {
  for (const auto& [key, property] : scope.properties) keys.insert(key);
  for (const SchemaChoice& choice : scope.choices) collect_keys(choice, keys);
}

class Emitter {
 public:
  explicit Emitter(Strictness strictness) : strictness_(strictness) {}

  /// The schema of an object that may extend a file, which `description` explains: then it states
  /// only what differs.
  [[nodiscard]] Json extending_object(const SchemaScope& scope,
                                      const std::string& description) const {
    Json partial_object = Emitter(Strictness::partial).object(scope);
    partial_object["properties"]["extends"] = {{"type", "string"}, {"description", description}};
    return {{"type", "object"},
            {"if", {{"type", "object"}, {"required", {"extends"}}}},
            {"then", std::move(partial_object)},
            {"else", object(scope)}};
  }

  [[nodiscard]] Json object(const SchemaScope& scope) const {
    Json schema = {{"type", "object"}};
    add_rules(schema, scope, {});
    Json& properties = schema["properties"];
    Keys keys;
    collect_keys(scope, keys);
    for (const std::string& key : keys) {
      if (!properties.contains(key)) properties[key] = true;
    }
    for (const std::string_view key : kIgnoredKeys) {
      if (!properties.contains(key)) properties[std::string(key)] = true;
    }
    schema["additionalProperties"] = false;
    return schema;
  }

 private:
  [[nodiscard]] bool partial() const { return strictness_ == Strictness::partial; }

  void add_rules(Json& schema, const SchemaScope& scope, const Keys& outer) const {
    Json properties = Json::object();
    Json required = Json::array();
    for (const auto& [key, property] : scope.properties) {
      properties[key] = value(property);
      if (property.required) required.push_back(key);
    }
    schema["properties"] = std::move(properties);
    if (partial()) return;
    if (!required.empty()) schema["required"] = std::move(required);
    Json rules = Json::array();
    for (const SchemaChoice& choice : scope.choices) add_choice(rules, scope, choice, outer);
    if (!rules.empty()) schema["allOf"] = std::move(rules);
  }

  [[nodiscard]] Json value(const SchemaProperty& property) const {
    Json alternatives = property.alternatives;
    if (property.scope) alternatives.push_back(structure(property));
    if (partial()) alternatives.push_back({{"type", "null"}});
    Json schema = alternatives.size() == 1 ? alternatives.front() : Json{{"anyOf", alternatives}};
    schema.update(property.annotations);
    return schema;
  }

  [[nodiscard]] Json structure(const SchemaProperty& property) const {
    if (property.may_extend) {
      return extending_object(*property.scope, "Name or path of a file that this object changes.");
    }
    if (property.shape == SchemaProperty::Shape::object) return object(*property.scope);
    if (property.shape == SchemaProperty::Shape::array_of_objects) {
      Json schema = {{"type", "array"}};
      schema.update(property.limits);
      schema["items"] =
          with_alternatives(property, Emitter(Strictness::complete).object(*property.scope));
      return schema;
    }
    Json ignored = Json::object();
    for (const std::string_view key : kIgnoredKeys) ignored[std::string(key)] = true;
    Json member = with_alternatives(property, object(*property.scope));
    if (partial()) member = {{"anyOf", {std::move(member), {{"type", "null"}}}}};
    return {{"type", "object"}, {"properties", ignored}, {"additionalProperties", member}};
  }

  /// `object`, or what the member may be instead.
  static Json with_alternatives(const SchemaProperty& property, Json object) {
    if (property.member_alternatives.empty()) return object;
    Json alternatives = property.member_alternatives;
    alternatives.push_back(std::move(object));
    return {{"anyOf", std::move(alternatives)}};
  }

  void add_choice(Json& rules, const SchemaScope& scope, const SchemaChoice& choice,
                  const Keys& outer) const {
    Keys allowed = outer;
    for (const auto& [key, property] : scope.properties) allowed.insert(key);
    for (const SchemaChoice& other : scope.choices) {
      if (&other != &choice) collect_keys(other, allowed);
    }
    if (choice.discriminator.empty()) {
      rules.push_back(one_of(choice, allowed));
      return;
    }
    for (const SchemaChoice::Branch& branch : choice.branches) {
      Json condition = {{"properties", {{choice.discriminator, {{"const", branch.name}}}}}};
      if (branch.name != choice.default_option) condition["required"] = {choice.discriminator};
      rules.push_back({{"if", condition}, {"then", branch_rules(choice, branch, allowed)}});
    }
  }

  [[nodiscard]] Json one_of(const SchemaChoice& choice, const Keys& allowed) const {
    Json options = Json::array();
    for (const SchemaChoice::Branch& branch : choice.branches) {
      Json option = branch_rules(choice, branch, allowed);
      Json& required = option["required"];
      if (std::find(required.begin(), required.end(), branch.name) == required.end()) {
        required.push_back(branch.name);
      }
      options.push_back(std::move(option));
    }
    if (!choice.required) {
      Json none = Json::object();
      forbid_others(none, choice, {}, allowed);
      options.push_back({{"properties", none}});
    }
    return {{"oneOf", options}};
  }

  [[nodiscard]] Json branch_rules(const SchemaChoice& choice, const SchemaChoice::Branch& branch,
                                  const Keys& allowed) const {
    Json schema = Json::object();
    add_rules(schema, *branch.scope, allowed);
    Keys own;
    collect_keys(*branch.scope, own);
    forbid_others(schema["properties"], choice, own, allowed);
    return schema;
  }

  /// Keys of the other branches of `choice` do not exist in this one.
  static void forbid_others(Json& properties, const SchemaChoice& choice, const Keys& own,
                            const Keys& allowed) {
    Keys all;
    collect_keys(choice, all);
    for (const std::string& key : all) {
      if (!own.contains(key) && !allowed.contains(key)) properties[key] = false;
    }
  }

  Strictness strictness_;
};

}  // namespace

SchemaProperty& SchemaScope::property(std::string_view key) {
  for (auto& [name, entry] : properties) {
    if (name == key) return entry;
  }
  return properties.emplace_back(std::string(key), SchemaProperty{}).second;
}

bool needs_keys(const SchemaScope& scope) {
  const bool own = std::any_of(scope.properties.begin(), scope.properties.end(),
                               [](const auto& entry) { return entry.second.required; });
  if (own) return true;
  return std::any_of(scope.choices.begin(), scope.choices.end(), [](const SchemaChoice& choice) {
    if (choice.discriminator.empty()) return choice.required;
    return std::any_of(choice.branches.begin(), choice.branches.end(), [&](const auto& branch) {
      return branch.name == choice.default_option && needs_keys(*branch.scope);
    });
  });
}

bool is_ignored_key(std::string_view key) {
  return std::find(kIgnoredKeys.begin(), kIgnoredKeys.end(), key) != kIgnoredKeys.end();
}

Json schema_document(const SchemaScope& root, const std::string& title) {
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
  schema.update(Emitter(Strictness::complete)
                    .extending_object(
                        root, "File beside this one (NAME or NAME.json) that this one changes."));
  return schema;
}

}  // namespace nzsim
