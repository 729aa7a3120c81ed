#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/nzsim/reproduce/published.h"

namespace nzsim::reproduce {

/// One simulated value beside the published one.
struct Comparison {
  std::string row;
  std::string column;
  /// Nothing where the publication has no value.
  std::optional<double> published;
  /// Nothing where no model has it.
  std::optional<double> simulated;

  /// 100 x (simulated - published) / published; nothing without both, or with a published 0.
  [[nodiscard]] std::optional<double> error_percent() const;
  /// simulated - published; nothing without both.
  [[nodiscard]] std::optional<double> difference() const;
};

/// Mean of the errors' magnitudes, and the error of largest magnitude.
struct ErrorSummary {
  std::size_t compared = 0;
  /// Errors above the tolerance.
  std::size_t above_tolerance = 0;
  /// In per cent or points, as the table has its errors.
  double mean = 0.0;
  double worst = 0.0;
  std::string worst_row;
  std::string worst_column;
};

/// The simulated counterpart of one `PublishedTable`.
struct ComparisonTable {
  /// `rows` of it is not used.
  PublishedTable published;
  /// Row by row, columns in order.
  std::vector<Comparison> cells;

  /// Adds the cell (`row`, `column`) with the published value of that place.
  void add(const std::string& row, const std::string& column, std::optional<double> simulated);
  [[nodiscard]] ErrorSummary summary() const;
  /// In per cent or points; nothing where there is nothing to compare with.
  [[nodiscard]] std::optional<double> error(const Comparison& cell) const;
  /// `percent` or `points`.
  [[nodiscard]] std::string error_unit() const;
  [[nodiscard]] bool above_tolerance(const Comparison& cell) const;
};

/// Everything that `nzsim reproduce NAME` shows.
struct Reproduction {
  /// `table4`, `fig8`, ...
  std::string name;
  std::string title;
  std::string source;
  /// What the simulated side is: machines and networks.
  std::string simulated;
  std::vector<ComparisonTable> tables;
  /// Parameters that were chosen, not published.
  std::vector<std::string> assumptions;
  /// Conflicts of the source, and what a reader must know of the comparison.
  std::vector<std::string> notes;
};

/// Starts a reproduction with the published side's title, source, notes and conflicts.
[[nodiscard]] Reproduction begin(const std::string& name, const Published& published);

/// One table as text: title, published, simulated, error, and the mean error.
[[nodiscard]] std::string to_text(const ComparisonTable& table);

/// Tables as text: published, simulated, error in percent; a `*` marks an error above the
/// tolerance.
[[nodiscard]] std::string to_text(const Reproduction& reproduction);

/// The same, machine-readable: `{"schema": "nzsim-reproduce-1", "reproductions": [...]}`, indented.
[[nodiscard]] std::string to_json(const std::vector<Reproduction>& reproductions);

}  // namespace nzsim::reproduce
