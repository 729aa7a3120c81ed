#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nzsim {

/// Unit of a statistic as printed in reports.
enum class Unit { cycles, count, bytes, ratio, entries, operations, nanoseconds };

[[nodiscard]] std::string_view to_string(Unit unit);

/// Values of all counters of a machine, in the order in which they were registered. Counters add
/// up over layers.
using CounterValues = std::vector<std::uint64_t>;

/// Position of a counter in `CounterValues`.
struct CounterIndex {
  std::size_t value = 0;
};

/// Counters of many equal parts (`eie.pe_N.busy_cycles` for all N): part n has index `first + n`.
struct CounterVector {
  std::size_t first = 0;
  std::size_t count = 0;

  [[nodiscard]] std::span<const std::uint64_t> of(const CounterValues& values) const {
    return {values.data() + first, count};
  }
  [[nodiscard]] std::span<std::uint64_t> of(CounterValues& values) const {
    return {values.data() + first, count};
  }
};

/// What a machine counts: hierarchical names, units and one-sentence descriptions. Registered once
/// per machine, in the machine's constructor; both modes fill the same `CounterValues`.
class StatisticsRegistry {
 public:
  using Formula = std::function<double(const CounterValues&)>;

  /// A counter of raw events.
  CounterIndex add(std::string name, Unit unit, std::string description);

  /// A counter in each of `count` parts; `pattern` holds `{}` for the part's number
  /// (`eie.pe_{}.busy_cycles`).
  CounterVector add_vector(std::string pattern, std::size_t count, Unit unit,
                           std::string description);

  /// A ratio, evaluated by the report from summed counters. A formula whose denominator is zero
  /// returns 0.
  void add_formula(std::string name, Unit unit, std::string description, Formula formula);

  struct Counter {
    std::string name;
    Unit unit = Unit::count;
    std::string description;
  };
  struct Ratio {
    std::string name;
    Unit unit = Unit::ratio;
    std::string description;
    Formula formula;
  };
  /// One `add_vector`, kept so that a report can print it as one row of values.
  struct Group {
    std::string pattern;
    /// The last part of the pattern: `busy_cycles`.
    std::string short_name;
    CounterVector counters;
    Unit unit = Unit::count;
    std::string description;
  };

  [[nodiscard]] const std::vector<Counter>& counters() const { return counters_; }
  [[nodiscard]] const std::vector<Ratio>& formulas() const { return formulas_; }
  [[nodiscard]] const std::vector<Group>& groups() const { return groups_; }
  /// All counters at zero.
  [[nodiscard]] CounterValues zeros() const { return CounterValues(counters_.size(), 0); }

 private:
  void check_name(const std::string& name) const;

  std::vector<Counter> counters_;
  std::vector<Ratio> formulas_;
  std::vector<Group> groups_;
};

/// Adds `values` to `sum`, counter by counter; both of one registry.
void accumulate(CounterValues& sum, const CounterValues& values);

}  // namespace nzsim
