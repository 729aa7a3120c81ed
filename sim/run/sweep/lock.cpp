#include "sim/run/sweep/lock.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

#include "sim/base/errors.h"

namespace nzsim::sweep {
namespace {

namespace fs = std::filesystem;

/// How long the workers of a killed run may take to end. Assumption: far more than they need.
constexpr std::chrono::milliseconds kPatience{1000};
constexpr std::chrono::milliseconds kPause{20};

fs::path lock_path(const fs::path& directory) { return directory / "lock"; }

bool try_lock(int descriptor, int operation) {
  while (::flock(descriptor, operation | LOCK_NB) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

std::optional<LockHolder> read_holder(int descriptor) {
  // The text is short: names of hosts have at most 64 characters.
  std::array<char, 512> buffer{};
  const ssize_t count = ::pread(descriptor, buffer.data(), buffer.size(), 0);
  if (count <= 0) return {};
  const auto json = nlohmann::json::parse(buffer.data(), buffer.data() + count, nullptr, false);
  try {
    return LockHolder{json.at("host").get<std::string>(), json.at("process").get<std::int64_t>(),
                      json.at("started").get<double>(), json.at("finished").get<std::uint64_t>()};
  } catch (const nlohmann::json::exception&) {
    return {};
  }
}

void write_holder(int descriptor, std::uint64_t finished, const fs::path& path) {
  nlohmann::ordered_json json;
  json["host"] = host_name();
  json["process"] = ::getpid();
  json["started"] = seconds_now();
  json["finished"] = finished;
  const std::string text = json.dump() + "\n";
  const auto length = static_cast<ssize_t>(text.size());
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, text.data(), text.size(), 0) != length) {
    throw InputError(path.string(), "", fmt::format("cannot write here: {}", std::strerror(errno)));
  }
}

[[noreturn]] void refuse(int descriptor, const fs::path& path) {
  const std::optional<LockHolder> holder = read_holder(descriptor);
  throw ConfigError(
      path.string(), "",
      fmt::format("expected no other run of this sweep, got {}; wait for it or end it",
                  holder ? fmt::format("process {} on {}", holder->process, holder->host)
                         : std::string("one")));
}

/// Takes the lock; the only run says who it is. Runs of shards keep the lock together.
void take(int descriptor, LockKind kind, std::uint64_t finished, const fs::path& path) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    const bool is_alone = try_lock(descriptor, LOCK_EX);
    if (is_alone) write_holder(descriptor, finished, path);
    if (kind == LockKind::exclusive ? is_alone : try_lock(descriptor, LOCK_SH)) return;
    if (std::chrono::steady_clock::now() >= deadline) refuse(descriptor, path);
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

DirectoryLock::DirectoryLock(const fs::path& directory, LockKind kind, std::uint64_t finished) {
  const fs::path path = lock_path(directory);
  std::error_code error;
  fs::create_directories(directory, error);
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) {
    throw InputError(path.string(), "", fmt::format("cannot write here: {}", std::strerror(errno)));
  }
  try {
    take(descriptor_, kind, finished, path);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

DirectoryLock::~DirectoryLock() { ::close(descriptor_); }

std::optional<LockHolder> lock_holder(const fs::path& directory) {
  // Network file systems lock exclusively what was opened to be written alone.
  const std::string path = lock_path(directory).string();
  int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  std::optional<LockHolder> holder;
  if (!try_lock(descriptor, LOCK_EX) && errno == EWOULDBLOCK) {
    holder = read_holder(descriptor).value_or(LockHolder{});
  }
  ::close(descriptor);
  return holder;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace nzsim::sweep
