#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nzsim::sweep {

/// What became of a point. Everything but `done` has a message.
enum class Status { done, failed, values_differ, crashed, timed_out, out_of_memory };

/// All of them, in the order of the enumeration.
inline constexpr std::array kStatuses{Status::done,    Status::failed,    Status::values_differ,
                                      Status::crashed, Status::timed_out, Status::out_of_memory};

/// As result files and tables spell it.
[[nodiscard]] std::string_view to_string(Status status);

/// One finished point: a line of `results/*.jsonl`, which is the truth of a sweep.
struct PointResult {
  std::string key;
  std::uint64_t index = 0;
  /// How often the point was run, this run included: of two results the one that was tried later
  /// counts.
  std::uint64_t attempt = 1;
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

/// The line of a result, with its line feed.
[[nodiscard]] std::string to_line(const PointResult& result);

/// Reads a line without its line feed. Throws `ConfigError` at `file` and `line`, counted from 1,
/// where it is none.
[[nodiscard]] PointResult result_of_line(std::string_view text, const std::string& file,
                                         std::uint64_t line);

/// `text` as a JSON string, in quotes. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace nzsim::sweep
