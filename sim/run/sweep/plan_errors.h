#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "sim/base/errors.h"
#include "sim/run/sweep/sweep_config.h"

namespace nzsim::sweep {

/// A combination of values that is looked at.
struct Choice {
  std::size_t workload = 0;
  /// Place of the value of each axis.
  std::vector<std::size_t> places;
};

/// JSON texts of the values of `choice`.
[[nodiscard]] std::vector<std::string> values_of(const SweepConfig& config, const Choice& choice);

/// `/a = 1, /b = 2 of alex-7`: the values of all axes, and the workload by its index.
[[nodiscard]] std::string point_text(const SweepConfig& config,
                                     const std::vector<std::string>& values, std::size_t workload);

/// What is wrong with points, told once each, at its place in the sweep file.
class PlanErrors {
 public:
  explicit PlanErrors(const SweepConfig& config) : config_(config) {}

  /// Errors of the machine (network) of `choice`. What a value of an axis is to blame for is told
  /// at that value; what no single one is, with all values of the point.
  void add(const InputError& error, AxisTarget target, const Choice& choice);
  /// An error at `pointer` of the sweep file, with all values of the point.
  void add(const std::string& pointer, const std::string& message, const Choice& choice);

  /// Whether so many are known that more would not help.
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] bool empty() const { return diagnostics_.empty(); }
  /// Throws `ConfigError` where there are any.
  void finish() const;

 private:
  void add(Diagnostic diagnostic, const std::string& addition);
  [[nodiscard]] std::string in_point(const Choice& choice) const;

  const SweepConfig& config_;
  std::vector<Diagnostic> diagnostics_;
  std::set<std::string> known_;
};

}  // namespace nzsim::sweep
