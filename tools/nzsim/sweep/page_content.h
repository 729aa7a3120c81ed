#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tools/nzsim/sweep/page_pareto.h"
#include "tools/nzsim/sweep/page_points.h"
#include "tools/nzsim/sweep/page_sensitivity.h"

namespace nzsim::sweep {

/// Points that a page carries. Assumption: a browser still sorts and draws as many at once, the
/// memory that a page takes stays below that of a workload, and a reader finds more in the
/// database.
inline constexpr std::size_t kMostPagePoints = 50'000;

/// What the page of a sweep shows, computed.
struct PageContent {
  /// All points; of more than a page carries, each so many'th, the front and the sensitivity's.
  PagePoints points;
  /// 1 where `points` are all.
  std::size_t stride = 1;
  PageObjectives objectives;
  /// Indices in the plan.
  std::vector<std::size_t> front;
  std::vector<WorkloadSensitivity> sensitivity;
  std::size_t done = 0;
  std::size_t failed = 0;
  std::size_t missing = 0;

  /// The row of `points` that has a point of the plan, which must be there.
  [[nodiscard]] std::size_t row_of(std::size_t index) const;
};

/// Reads the results of `plan` in `directory`. Throws `ConfigError` where a line is damaged.
[[nodiscard]] PageContent read_content(const Plan& plan, const std::filesystem::path& directory,
                                       const OwnPlaces& own,
                                       std::size_t most_points = kMostPagePoints);

/// What the scatter shows first: places of columns, and which axes are logarithmic.
struct PageAxes {
  std::size_t x = 0;
  std::size_t y = 0;
  std::optional<std::size_t> color;
  bool is_x_logarithmic = false;
  bool is_y_logarithmic = false;
};

/// The first axis that varies against the first objective, coloured by workload or by the second
/// axis; what varies is logarithmic where it spans more than a decade.
[[nodiscard]] PageAxes first_axes(const PageContent& content);

/// Whether points differ in a column.
[[nodiscard]] bool varies(const PageColumn& column);

/// The data of the page's scripts: columns as arrays, or as words and places where values repeat.
[[nodiscard]] std::string json_of(const PageContent& content, const Plan& plan);

/// The scatter without scripts: all points of a workload are one path.
[[nodiscard]] std::string scatter_svg(const PageContent& content);

}  // namespace nzsim::sweep
