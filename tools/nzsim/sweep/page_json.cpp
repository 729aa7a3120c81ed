#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

#include "tools/nzsim/sweep/page_content.h"

namespace nzsim::sweep {
namespace {

using Json = nlohmann::ordered_json;

/// Whole numbers are shorter without a fraction; what is no number is null.
Json number_json(double number) {
  constexpr double kLargestExact = 9007199254740992.0;  // 2^53
  if (!std::isfinite(number)) return nullptr;
  if (number == std::trunc(number) && std::abs(number) <= kLargestExact) {
    return static_cast<std::int64_t>(number);
  }
  return number;
}

std::string_view role_of(const PageColumn& column) {
  switch (column.role) {
    case PageColumn::Role::axis:
      return "axis";
    case PageColumn::Role::number:
      return "number";
    case PageColumn::Role::identity:
      break;
  }
  return "identity";
}

/// Numbers as they are, or as different numbers and places where each occurs four times and more.
void add_numbers(Json& json, const std::vector<double>& numbers) {
  constexpr std::size_t kRepetitions = 4;
  std::unordered_map<std::uint64_t, std::size_t> known;
  Json different = Json::array();
  Json places = Json::array();
  for (const double number : numbers) {
    std::uint64_t bits = 0;
    static_assert(sizeof bits == sizeof number);
    std::memcpy(&bits, &number, sizeof bits);
    const auto [entry, is_new] = known.emplace(bits, known.size());
    if (is_new) different.push_back(number_json(number));
    places.push_back(entry->second);
  }
  if (known.size() * kRepetitions <= numbers.size()) {
    json["numbers"] = std::move(different);
    json["places"] = std::move(places);
    return;
  }
  Json all = Json::array();
  for (const double number : numbers) all.push_back(number_json(number));
  json["numbers"] = std::move(all);
}

Json column_json(const PageColumn& column) {
  Json json = {{"name", column.name}, {"role", role_of(column)}};
  if (column.is_number) {
    add_numbers(json, column.numbers);
  } else {
    json["words"] = column.words;
    json["places"] = column.places;
  }
  return json;
}

Json objectives_json(const PageContent& content) {
  Json json = Json::array();
  for (const Objective& objective : content.objectives.objectives) {
    json.push_back({{"column", content.points.place_of(objective.column)},
                    {"goal", objective.goal == Goal::minimize ? "minimize" : "maximize"}});
  }
  return json;
}

Json axis_json(const AxisSensitivity& axis, const PageContent& content, const Plan& plan) {
  Json values = Json::array();
  for (const std::string& value : plan.config.axes[axis.axis].values) {
    values.push_back(axis_text(value));
  }
  Json changes = Json::array();
  for (const std::vector<double>& of_objective : axis.changes) {
    Json row = Json::array();
    for (const double change : of_objective) row.push_back(number_json(change));
    changes.push_back(std::move(row));
  }
  return {{"column", content.points.place_of(plan.config.axes[axis.axis].name)},
          {"base", axis.base},
          {"values", std::move(values)},
          {"changes", std::move(changes)}};
}

Json sensitivity_json(const PageContent& content, const Plan& plan) {
  const PageColumn& names = *content.points.find("workload");
  Json json = Json::array();
  for (const WorkloadSensitivity& workload : content.sensitivity) {
    Json axes = Json::array();
    for (const AxisSensitivity& axis : workload.axes) {
      axes.push_back(axis_json(axis, content, plan));
    }
    const std::size_t row = content.row_of(workload.base);
    json.push_back({{"workload", names.word(row)},
                    {"base", row},
                    {"origin", workload.origin},
                    {"axes", std::move(axes)}});
  }
  return json;
}

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string json_of(const PageContent& content, const Plan& plan) {
  Json json = {{"name", plan.config.name}, {"rows", content.points.size()}};
  if (content.points.size() > 0) {
    const PageAxes axes = first_axes(content);
    json["scatter"] = {{"x", axes.x},
                       {"y", axes.y},
                       {"color", axes.color ? Json(*axes.color) : Json()},
                       {"x_logarithmic", axes.is_x_logarithmic},
                       {"y_logarithmic", axes.is_y_logarithmic}};
  }
  json["objectives"] = objectives_json(content);
  Json front = Json::array();
  for (const std::size_t index : content.front) front.push_back(content.row_of(index));
  json["front"] = std::move(front);
  json["sensitivity"] = content.points.size() > 0 ? sensitivity_json(content, plan) : Json::array();
  std::string text = dumped(json);
  // Columns go one after the other: as a tree they take ten times the room of their text.
  text.back() = ',';
  text += R"("columns":[)";
  for (const PageColumn& column : content.points.columns) {
    text += dumped(column_json(column));
    text += ',';
  }
  if (text.back() == ',') text.pop_back();
  return text + "]}\n";
}

}  // namespace nzsim::sweep
