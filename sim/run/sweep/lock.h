#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace nzsim::sweep {

/// `exclusive`: a run of the whole sweep. `shared`: one of several runs of shards.
enum class LockKind { exclusive, shared };

/// What `DIR/lock` says of the run that has it (of shards: the first one).
struct LockHolder {
  std::string host;
  std::int64_t process = 0;
  /// Seconds since 1970, and points that were finished then: of these a rate is made.
  double started = 0.0;
  std::uint64_t finished = 0;
};

/// Takes `DIR/lock` as long as the object or a child process that was forked meanwhile lives, so
/// that no worker of a killed run is still writing when the next one begins.
class DirectoryLock {
 public:
  /// Waits a second for workers of a killed run to end. Throws `ConfigError` that says who has the
  /// lock.
  DirectoryLock(const std::filesystem::path& directory, LockKind kind, std::uint64_t finished);
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  ~DirectoryLock();

 private:
  int descriptor_ = -1;
};

/// Who runs the sweep in `directory` now; nothing where nobody does.
[[nodiscard]] std::optional<LockHolder> lock_holder(const std::filesystem::path& directory);

/// Name of this machine.
[[nodiscard]] std::string host_name();

/// Seconds since 1970.
[[nodiscard]] double seconds_now();

}  // namespace nzsim::sweep
