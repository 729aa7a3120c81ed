#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/run/sweep/axis.h"
#include "sim/run/sweep/plan.h"

namespace nzsim::sweep {

/// A column of a sweep's results: a number or a text of each point.
struct PageColumn {
  /// What the point is and what became of it; what was varied; what was found.
  enum class Role { identity, axis, number };
  std::string name;
  Role role = Role::identity;
  bool is_number = false;
  /// [points]; no number where a point has none.
  std::vector<double> numbers = {};
  /// Different texts; of an axis in the order of its values, else as they come.
  std::vector<std::string> words = {};
  /// [points]: places in `words`.
  std::vector<std::uint32_t> places = {};

  /// The text of a point, of columns of texts.
  [[nodiscard]] const std::string& word(std::size_t row) const { return words[places[row]]; }
};

/// Results of points as columns: what tables of a sweep hold but keys and hosts.
struct PagePoints {
  std::vector<PageColumn> columns;
  /// [points]: their places in the plan.
  std::vector<std::size_t> indices;

  [[nodiscard]] std::size_t size() const { return indices.size(); }
  /// Null where there is none.
  [[nodiscard]] const PageColumn* find(std::string_view name) const;
  /// The column's place; it must be there.
  [[nodiscard]] std::size_t place_of(std::string_view name) const;
};

/// Which points and columns are read; all where nothing is said.
struct PageSelection {
  std::function<bool(std::size_t index)> has_point = {};
  std::function<bool(const std::string& column)> has_column = {};
};

/// Reads the results in `directory`. An axis whose values are all numbers is a column of numbers.
/// Throws `ConfigError` where a line of results is damaged.
[[nodiscard]] PagePoints read_points(const Plan& plan, const std::filesystem::path& directory,
                                     const PageSelection& selection = {});

}  // namespace nzsim::sweep
