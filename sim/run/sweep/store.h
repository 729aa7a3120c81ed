#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/run/sweep/point_list.h"
#include "sim/run/sweep/result.h"

namespace nzsim::sweep {

/// A file of results that one worker appends to, a line with each call. A line without its line
/// feed was cut when a worker was killed: it counts as not there, and is removed before more is
/// appended.
class ResultFile {
 public:
  /// Opens `path` or makes it, with its directory; removes a cut last line. Throws `InputError`
  /// where it cannot be written, or where another process has it open as a `ResultFile`.
  explicit ResultFile(const std::filesystem::path& path);
  ResultFile(ResultFile&& other) noexcept;
  ResultFile& operator=(ResultFile&&) = delete;
  ~ResultFile();

  [[nodiscard]] std::uint64_t size() const;

  /// Throws `SimulationError` where the line cannot be written; nothing of it stays then.
  void append(const PointResult& result);

  /// Whether a whole line begins at `offset`; else removes what stands there.
  bool keep_line_at(std::uint64_t offset);

 private:
  void cut(std::uint64_t size) const;

  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// Where the result of a point that counts stands.
struct StoredResult {
  std::uint64_t offset = 0;
  std::uint64_t attempt = 0;
  std::uint32_t length = 0;
  /// Index of the names of its numbers in `ResultStore::layouts`.
  std::uint32_t layout = 0;
  std::uint32_t file = 0;
  Status status = Status::done;
};

/// All results of a sweep: `DIR/results/*.jsonl`. Keeps where lines stand, not what they say.
class ResultStore {
 public:
  /// Reads all lines. A last line without line feed is ignored. Throws `ConfigError` with file and
  /// line of one that is no result.
  explicit ResultStore(const std::filesystem::path& directory);

  /// Null where the point has no result.
  [[nodiscard]] const StoredResult* find(const PointKey& key) const;
  [[nodiscard]] PointResult read(const StoredResult& stored) const;

  /// The sequences of names that results have.
  [[nodiscard]] const std::vector<std::vector<std::string>>& layouts() const { return layouts_; }

 private:
  void read_file(const std::filesystem::path& path);
  std::uint32_t layout_of(const PointResult& result);

  std::vector<std::filesystem::path> files_;
  std::unordered_map<PointKey, StoredResult, PointKeyHash> results_;
  std::vector<std::vector<std::string>> layouts_;
};

/// `DIR/results`.
[[nodiscard]] std::filesystem::path results_directory(const std::filesystem::path& directory);

}  // namespace nzsim::sweep
