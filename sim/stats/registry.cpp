#include "sim/stats/registry.h"

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim {

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
  const bool is_plain =
      !name.empty() &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string::npos;
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
  for (std::size_t part = 0; part < count; ++part) {
    add(fmt::format(fmt::runtime(pattern), part), unit, description);
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
