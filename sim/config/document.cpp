#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "sim/base/files.h"
#include "sim/config/messages.h"
#include "sim/config/node.h"
#include "sim/config/pointer.h"
#include "sim/config/state.h"

namespace nzsim {
namespace {

/// Lines of errors that are printed; the rest is counted.
constexpr std::size_t kMostLines = 100;

using State = ConfigDocument::State;

/// Positions of a pointer's tokens within their objects and arrays, for sorting. A key that is not
/// there comes behind those that are.
std::vector<std::size_t> place_of(const Json& tree, std::string_view pointer) {
  std::vector<std::size_t> place;
  const Json* at = &tree;
  const auto tokens = split_pointer(pointer);
  if (!tokens) return place;
  for (const std::string& token : *tokens) {
    if (at->is_array()) {
      const auto index = array_index(token, at->size());
      place.push_back(index.value_or(at->size()));
      if (!index) break;
      at = &(*at)[*index];
      continue;
    }
    if (!at->is_object()) break;
    const auto found = at->find(token);
    place.push_back(static_cast<std::size_t>(std::distance(at->begin(), found)));
    if (found == at->end()) break;
    at = &*found;
  }
  return place;
}

/// Adds a problem for each unknown key; returns how many were too many.
std::size_t add_unknown_keys(const State& state, std::vector<State::Problem>& problems) {
  std::size_t uncounted = 0;
  for (const auto& [pointer, object] : state.visited) {
    if (object.value == nullptr || object.keys_undecided) continue;
    for (const auto& [key, value] : object.value->items()) {
      const auto& asked = object.asked;
      if (is_ignored_key(key) || std::find(asked.begin(), asked.end(), key) != asked.end())
        continue;
      if (problems.size() >= State::kMostProblems) {
        ++uncounted;
        continue;
      }
      const std::string at = child_pointer(pointer, key);
      problems.push_back({at, state.diagnose(at, "unknown key" + suggestion(key, asked))});
    }
  }
  return uncounted;
}

std::vector<Diagnostic> all_problems(const State& state) {
  std::vector<State::Problem> problems = state.problems;
  std::size_t uncounted = state.uncounted_problems;
  if (!state.rejected.contains("")) uncounted += add_unknown_keys(state, problems);
  std::vector<std::pair<std::vector<std::size_t>, std::size_t>> order;
  for (std::size_t index = 0; index < problems.size(); ++index) {
    order.emplace_back(place_of(state.tree, problems[index].pointer), index);
  }
  // Unknown keys of several objects come in no order, but no two of them have the same place.
  std::sort(order.begin(), order.end());
  std::vector<Diagnostic> diagnostics;
  for (const auto& [place, index] : order) {
    if (diagnostics.size() == kMostLines) break;
    diagnostics.push_back(std::move(problems[index].diagnostic));
  }
  const std::size_t count = problems.size() + uncounted;
  if (count > diagnostics.size()) {
    diagnostics.push_back(
        {state.path.string(), "", fmt::format("{} more errors", count - diagnostics.size())});
  }
  return diagnostics;
}

void start_reading(State& state) {
  state.resolved = state.tree;
  if (!state.tree.is_object()) {
    state.add_problem("", "expected an object, got " + describe_value(&state.tree));
    state.rejected.insert("");
    state.resolved = Json::object();
  }
}

}  // namespace

std::string State::origin(std::string_view pointer) const { return origin_of(origins, pointer); }

Diagnostic State::diagnose(const std::string& pointer, std::string message) const {
  std::string file = origin(pointer);
  const auto included = included_files.find(file);
  const bool is_below =
      included != included_files.end() && pointer.starts_with(included->second + '/');
  std::string own = is_below ? pointer.substr(included->second.size()) : pointer;
  return {std::move(file), std::move(own), std::move(message)};
}

void State::add_problem(const std::string& pointer, std::string message) {
  // Nothing can be said of the keys of a top value that is no object.
  if (describing || rejected.contains("")) return;
  for (std::size_t end = pointer.size(); end != std::string::npos && end > 0;
       end = pointer.rfind('/', end - 1)) {
    spoiled.insert(pointer.substr(0, end));
  }
  spoiled.insert("");
  if (problems.size() == kMostProblems) {
    ++uncounted_problems;
    return;
  }
  problems.push_back({pointer, diagnose(pointer, std::move(message))});
}

void State::add_duplicate(const std::string& pointer, const std::string& file,
                          const std::string& prefix) {
  problems.push_back({prefix + pointer, {file, pointer, "expected the key once, got it again"}});
}

Json& State::resolved_at(const std::string& pointer) {
  Json* at = &resolved;
  const std::vector<std::string> tokens = split_pointer(pointer).value();
  for (const std::string& token : tokens) {
    at = at->is_array() ? &(*at)[array_index(token, at->size()).value()] : &(*at)[token];
  }
  return *at;
}

ConfigDocument::ConfigDocument(std::unique_ptr<State> state) : state_(std::move(state)) {}
ConfigDocument::ConfigDocument(ConfigDocument&&) noexcept = default;
ConfigDocument& ConfigDocument::operator=(ConfigDocument&&) noexcept = default;
ConfigDocument::~ConfigDocument() = default;

ConfigDocument ConfigDocument::load(const std::filesystem::path& path,
                                    const std::vector<Override>& overrides,
                                    const std::vector<std::string>& included_keys,
                                    ConfigFiles* files) {
  auto state = std::make_unique<State>();
  state->files = files;
  state->path = path;
  state->included_keys = included_keys;
  state->load_files();
  for (const Override& override : overrides) state->apply(override);
  start_reading(*state);
  return ConfigDocument(std::move(state));
}

ConfigDocument ConfigDocument::parse(std::string_view text, std::string name) {
  auto state = std::make_unique<State>();
  state->path = name;
  state->origins[""] = name;
  ParsedJson parsed = parse_json(text, name);
  state->tree = std::move(parsed.value);
  for (const std::string& pointer : parsed.duplicates) state->add_duplicate(pointer, name);
  start_reading(*state);
  return ConfigDocument(std::move(state));
}

ConfigDocument ConfigDocument::describe(std::string title) {
  auto state = std::make_unique<State>();
  state->describing = true;
  state->title = std::move(title);
  state->path = state->title;
  state->scopes[""] = &state->root_scope;
  return ConfigDocument(std::move(state));
}

ConfigNode ConfigDocument::root() {
  state_->visited[""].value = state_->tree.is_object() ? &state_->tree : nullptr;
  return ConfigNode(*state_, "");
}

const std::filesystem::path& ConfigDocument::path() const { return state_->path; }

void ConfigDocument::finish() const {
  if (state_->describing) return;
  std::vector<Diagnostic> problems = all_problems(*state_);
  if (!problems.empty()) throw ConfigError(std::move(problems));
}

void ConfigDocument::finish_workload() const {
  try {
    finish();
  } catch (const ConfigError& error) {
    throw WorkloadError(error.diagnostics());
  }
}

std::string ConfigDocument::resolved() const { return state_->resolved.dump(2); }

std::string ConfigDocument::schema() const {
  return schema_document(state_->root_scope, state_->title).dump(2);
}

}  // namespace nzsim
