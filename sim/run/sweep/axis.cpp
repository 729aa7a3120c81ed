#include "sim/run/sweep/axis.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "sim/config/messages.h"
#include "sim/config/pointer.h"

namespace nzsim::sweep {
namespace {

constexpr std::string_view kWorkloadPrefix = "workload:";

/// Ends of ranges: whole numbers up to here, and their sums, are exact.
constexpr double kLargestEnd = 1e15;
/// Significant digits of the values of a range, so that 3 x 0.1 is 0.3.
constexpr int kDigits = 12;
/// A last value that misses the end by this share of it, or of the step, belongs to the range.
constexpr double kRounding = 1e-9;

/// A number of a range as JSON text: whole ones as integers.
std::string number_text(double number) {
  if (number == std::trunc(number) && std::abs(number) <= kLargestEnd) {
    return fmt::format("{}", static_cast<std::int64_t>(number));
  }
  return canonical_value(fmt::format("{:.{}g}", number, kDigits));
}

/// Values `from`, `from` + `step`, ... to `to`; nothing where there are too many.
std::optional<std::vector<std::string>> by_step(double from, double to, double step) {
  const double steps = std::floor((to - from) / step + kRounding);
  if (!(steps < static_cast<double>(kMostPoints))) return {};
  std::vector<std::string> values;
  const auto count = static_cast<std::uint64_t>(steps) + 1;
  values.reserve(count);
  for (std::uint64_t index = 0; index < count; ++index) {
    values.push_back(number_text(from + static_cast<double>(index) * step));
  }
  return values;
}

/// Values `from`, `from` x `factor`, ... to `to`; nothing where there are too many.
std::optional<std::vector<std::string>> by_factor(double from, double to, double factor) {
  // Rounded, so that the loop has the last word; but endless ranges end here.
  const double count = std::log(to / from) / std::log(factor);
  if (!(count < static_cast<double>(kMostPoints) + 1)) return {};
  std::vector<std::string> values;
  for (double value = from; value <= to * (1 + kRounding); value *= factor) {
    if (values.size() == kMostPoints) return {};
    values.push_back(number_text(value));
  }
  return values;
}

double read_end(ConfigNode& node, std::string_view key, std::string_view description) {
  return node.number(key,
                     {.minimum = -kLargestEnd, .maximum = kLargestEnd, .description = description});
}

/// Whether two neighbours are equal, for their difference lies beyond the digits.
bool has_equal_neighbours(const std::vector<std::string>& values) {
  return std::adjacent_find(values.begin(), values.end()) != values.end();
}

/// Reads an object `from`, `to` and `step` or `factor`; no values where it has an error.
std::vector<std::string> read_range(ConfigNode& node) {
  const double from = read_end(node, "from", "First value.");
  const double to = read_end(node, "to", "Last value, which belongs to the range if it is met.");
  std::optional<std::vector<std::string>> values;
  bool is_read = false;
  node.one_of({"step", "factor"}, true, [&](const std::string& key) {
    const bool is_factor = key == "factor";
    const double change =
        node.number(key, {.minimum = is_factor ? 1.0 : 0.0,
                          .maximum = kLargestEnd,
                          .description = is_factor ? "Each value over the one before it."
                                                   : "Each value less the one before it.",
                          .exclusive_minimum = true});
    if (node.describing() || !node.valid()) return;
    if (from > to) {
      node.fail("to", fmt::format("expected at least {}, as `from`, got {}", from, to));
    } else if (is_factor && from <= 0) {
      node.fail("from", fmt::format("expected a number above 0 with `factor`, got {}", from));
    } else {
      values = is_factor ? by_factor(from, to, change) : by_step(from, to, change);
      is_read = true;
    }
  });
  if (is_read && !values) {
    node.fail("", fmt::format("expected a range of at most {} values, got more", kMostPoints));
  } else if (is_read && has_equal_neighbours(*values)) {
    node.fail("",
              fmt::format("expected values that differ within {} digits, got equal ones", kDigits));
  }
  return std::move(values).value_or(std::vector<std::string>{});
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

/// What is wrong with the name of an axis behind the axes before it; empty: nothing.
std::string problem_of(const Axis& axis, const std::vector<Axis>& before) {
  if (axis.pointer.empty()) {
    return fmt::format("expected a JSON pointer, /KEY or workload:/KEY, as the name, got {}",
                       in_quotes(axis.name));
  }
  for (const Axis& other : before) {
    // Names are columns of tables, and SQL knows no case.
    if (lower(other.name) == lower(axis.name)) {
      return fmt::format("expected a name that differs from {} in more than its case, got {}",
                         in_quotes(other.name), in_quotes(axis.name));
    }
    if (other.target != axis.target || !other.pointer.starts_with(axis.pointer + '/')) continue;
    return fmt::format("expected this axis before {}, which it would replace, got it behind",
                       in_quotes(other.name));
  }
  return {};
}

/// Records the first value of `values` that is there twice.
void check_different(ConfigNode& map, const std::string& name,
                     const std::vector<std::string>& values) {
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t index = 0; index < values.size(); ++index) {
    const auto [place, is_new] = places.emplace(canonical_value(values[index]), index);
    if (is_new) continue;
    map.fail(name, fmt::format("expected different values, got {} at {} and {}", values[index],
                               place->second, index));
    return;
  }
}

}  // namespace

Axis named_axis(const std::string& name) {
  Axis axis;
  axis.name = name;
  std::string_view pointer = name;
  if (pointer.starts_with(kWorkloadPrefix)) {
    axis.target = AxisTarget::workload;
    pointer.remove_prefix(kWorkloadPrefix.size());
  }
  const auto tokens = split_pointer(pointer);
  if (tokens && !tokens->empty() && tokens->size() <= kDeepestNesting) axis.pointer = pointer;
  return axis;
}

std::string canonical_value(const std::string& json) {
  const Json value = Json::parse(json);
  if (value.is_number_float()) {
    const auto number = value.get<double>();
    if (number == std::trunc(number) && std::abs(number) <= kLargestEnd) {
      return fmt::format("{}", static_cast<std::int64_t>(number));
    }
  }
  return value.dump();
}

std::string axis_text(const std::string& json) {
  return json.starts_with('"') ? Json::parse(json).get<std::string>() : json;
}

std::vector<Axis> axes_from(ConfigNode& root) {
  std::vector<Axis> axes;
  root.named_arrays_or_objects(
      "axes", {.minimum_size = 1},
      "What is varied: a JSON pointer into the machine file, or workload: and one into the network "
      "file -> values in an array, or a range.",
      [&](ConfigNode& map, const std::string& name, std::vector<std::string> values) {
        Axis axis = named_axis(name);
        axis.values = std::move(values);
        if (const std::string problem = problem_of(axis, axes); !problem.empty()) {
          map.fail(name, problem);
        }
        check_different(map, name, axis.values);
        axes.push_back(std::move(axis));
      },
      [&](const std::string& name, ConfigNode& range) {
        Axis axis = named_axis(name);
        axis.is_listed = false;
        axis.values = read_range(range);
        if (const std::string problem = problem_of(axis, axes);
            !problem.empty() && !range.describing()) {
          range.fail("", problem);
        }
        axes.push_back(std::move(axis));
      });
  return axes;
}

}  // namespace nzsim::sweep
