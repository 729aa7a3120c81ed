#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nzsim {
class ConfigNode;
}  // namespace nzsim

namespace nzsim::sweep {

/// How the values of several workloads become one; both weighted.
enum class Mean { arithmetic, geometric };

/// An element of a sweep's `published`: a published table, and which results stand beside it. The
/// table's columns are values of one axis, or of several together; its rows are the workloads, or
/// one of them is a mean over workloads.
struct Counterpart {
  /// A name under `configs/published`, or a path from the sweep's directory; and the table in it.
  std::string file;
  std::string table;
  /// Column of the results, and what its numbers are multiplied by for the table's unit.
  std::string column;
  double scale = 1.0;
  std::vector<std::string> axes;
  /// The axes' values for each column of the table, in the table's order, as `results.csv` has
  /// them, with a space between; it may end early. Empty: the columns' names are the values.
  std::vector<std::string> values;
  /// Values of the axes. The number is then how often the column's number here goes into the one
  /// there, of the same workload: a speed-up where the column is a time.
  std::optional<std::string> speedup_over;
  /// The row whose numbers are means over the workloads. Nothing: each workload is a row.
  std::optional<std::string> row;
  Mean mean = Mean::arithmetic;
  /// Weight of each workload in the mean, in the order of the sweep. Empty: all the same.
  std::vector<double> weights;
};

/// Reads `published` of a sweep file, which has `workloads` workloads. Published files and the
/// sweep's points are not looked at.
[[nodiscard]] std::vector<Counterpart> counterparts_from(ConfigNode& root, std::size_t workloads);

}  // namespace nzsim::sweep
