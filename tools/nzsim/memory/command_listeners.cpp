#include "tools/nzsim/memory/command_listeners.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/memory/command_trace.h"

namespace nzsim::cli {
namespace {

namespace fs = std::filesystem;

/// Bytes that are written at once.
constexpr std::size_t kBufferBytes = std::size_t{1} << 16;

/// A place beside `path`, or `path` itself where it is a pipe or device.
fs::path place_to_write(const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_regular_file(path, error)) return path;
  fs::path beside = path;
  beside += ".partial";
  return beside;
}

}  // namespace

CommandFile::CommandFile(fs::path path)
    : path_(std::move(path)),
      written_(place_to_write(path_)),
      stream_(written_, std::ios::binary),
      text_(kCommandTraceHeader) {
  if (!stream_) fail();
}

CommandFile::~CommandFile() {
  if (is_finished_ || written_ == path_) return;
  std::error_code error;
  fs::remove(written_, error);
}

void CommandFile::on_command(const CommandRecord& record) {
  append_to_command_trace(text_, record);
  if (text_.size() >= kBufferBytes) write();
}

void CommandFile::finish() {
  write();
  stream_.close();
  if (!stream_) fail();
  std::error_code error;
  if (written_ != path_) fs::rename(written_, path_, error);
  if (error) fail();
  is_finished_ = true;
}

void CommandFile::write() {
  stream_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
  text_.clear();
  if (!stream_) fail();
}

void CommandFile::fail() const {
  throw InputError(
      path_.string(), "",
      fmt::format("expected a file that can be written, got: {}", std::strerror(errno)));
}

}  // namespace nzsim::cli
