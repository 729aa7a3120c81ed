#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/run/sweep/lock.h"
#include "sim/run/sweep/plan.h"
#include "sim/run/sweep/result.h"
#include "sim/run/sweep/store.h"

namespace nzsim::sweep {

/// What became of the points of a plan.
struct Tally {
  std::uint64_t points = 0;
  /// Points of each status, in the order of `kStatuses`.
  std::array<std::uint64_t, kStatuses.size()> by_status{};

  [[nodiscard]] std::uint64_t done() const { return by_status.front(); }
  /// With a result that is not `done`.
  [[nodiscard]] std::uint64_t failed() const { return finished() - done(); }
  [[nodiscard]] std::uint64_t finished() const;
  [[nodiscard]] std::uint64_t missing() const { return points - finished(); }
};

[[nodiscard]] Tally tally_of(const Plan& plan, const ResultStore& store);

/// How far a sweep is.
struct SweepStatus {
  Tally tally;
  /// Who runs it now, how many points end per second since that run began, and the time that the
  /// missing ones take at this rate.
  std::optional<LockHolder> runner;
  std::optional<double> points_per_second;
  std::optional<double> seconds_left;
  /// The first points that failed, at most ten: `point 3: timed_out: no result after 5 s`.
  std::vector<std::string> failures;
};

/// Reads the results in `directory`, whether or not a run is adding to them. Throws `ConfigError`
/// where a line is damaged.
[[nodiscard]] SweepStatus status_of(const Plan& plan, const std::filesystem::path& directory);

}  // namespace nzsim::sweep
