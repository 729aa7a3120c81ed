#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace nzsim::sweep {

/// What became of a point. Everything but `done` has a message.
enum class Status { done, failed, values_differ, crashed, timed_out, out_of_memory };

/// One finished point: a line of `results/*.jsonl`, which is the truth of a sweep.
struct PointResult {
  std::string key;
  std::uint64_t index = 0;
  Status status = Status::done;
  std::string message;
  /// Totals, utilisation, area and the machine's counters (vectors as sums), in a fixed order:
  /// units are in the names. Empty unless `done` or `values_differ`.
  std::vector<std::pair<std::string, double>> numbers;
  /// What limits the run.
  std::string bottleneck;
  /// The host that ran it and how long: the only parts that differ between equal runs.
  std::string host;
  double host_seconds = 0.0;
};

}  // namespace nzsim::sweep
