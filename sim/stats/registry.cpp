#include "sim/stats/registry.h"

#include <algorithm>

#include "sim/base/errors.h"

namespace nzsim {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

}  // namespace

std::string_view to_string(Unit unit) {
  switch (unit) {
    case Unit::cycles:
      return "cycles";
    case Unit::count:
      return "count";
    case Unit::bytes:
      return "bytes";
    case Unit::ratio:
      return "ratio";
    case Unit::entries:
      return "entries";
    case Unit::operations:
      return "operations";
    case Unit::nanoseconds:
      return "nanoseconds";
  }
  return "count";
}

void StatisticsRegistry::check_name(const std::string& name) const {
  const bool is_plain = !name.empty() && std::all_of(name.begin(), name.end(), is_name_character);
  SIM_ASSERT(is_plain, "statistics", 0, "'{}' is no hierarchical snake_case name", name);
}

CounterIndex StatisticsRegistry::add(std::string name, Unit unit, std::string description) {
  check_name(name);
  counters_.push_back({std::move(name), unit, std::move(description)});
  return {counters_.size() - 1};
}

CounterVector StatisticsRegistry::add_vector(std::string pattern, std::size_t count, Unit unit,
                                             std::string description) {
  const CounterVector vector{counters_.size(), count};
  const std::size_t hole = pattern.find("{}");
  SIM_ASSERT(hole != std::string::npos, "statistics", 0, "'{}' has no place for a number", pattern);
  const std::string before = pattern.substr(0, hole);
  const std::string after = pattern.substr(hole + 2);
  // One check for all names: a machine has thousands, and a sweep makes it for each point.
  check_name(before + after);
  for (std::size_t part = 0; part < count; ++part) {
    counters_.push_back({before + std::to_string(part) + after, unit, description});
  }
  std::string short_name = pattern.substr(pattern.rfind('.') + 1);
  groups_.push_back(
      {std::move(pattern), std::move(short_name), vector, unit, std::move(description)});
  return vector;
}

void StatisticsRegistry::add_formula(std::string name, Unit unit, std::string description,
                                     Formula formula) {
  check_name(name);
  formulas_.push_back({std::move(name), unit, std::move(description), std::move(formula)});
}

void accumulate(CounterValues& sum, const CounterValues& values) {
  SIM_ASSERT(sum.size() == values.size(), "statistics", 0, "{} counters against {}", sum.size(),
             values.size());
  for (std::size_t index = 0; index < sum.size(); ++index) sum[index] += values[index];
}

}  // namespace nzsim
