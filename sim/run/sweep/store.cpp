#include "sim/run/sweep/store.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/errors.h"

namespace nzsim::sweep {
namespace {

namespace fs = std::filesystem;

/// Bytes that are read at once.
constexpr std::size_t kBlock = std::size_t{1} << 16;

/// Behind the last line feed before `end`; 0 where there is none.
std::uint64_t end_of_lines(int descriptor, std::uint64_t end) {
  std::array<char, kBlock> buffer{};
  while (end > 0) {
    const std::uint64_t begin = end > kBlock ? end - kBlock : 0;
    const ssize_t count =
        ::pread(descriptor, buffer.data(), end - begin, static_cast<off_t>(begin));
    if (count <= 0) return end;
    for (ssize_t place = count; place > 0; --place) {
      if (buffer[place - 1] == '\n') return begin + static_cast<std::uint64_t>(place);
    }
    end = begin;
  }
  return 0;
}

[[noreturn]] void fail_to_open(const fs::path& path) {
  throw InputError(
      path.string(), "",
      fmt::format("cannot write the results of points here: {}", std::strerror(errno)));
}

}  // namespace

fs::path results_directory(const fs::path& directory) { return directory / "results"; }

ResultFile::ResultFile(const fs::path& path) : path_(path) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  descriptor_ = ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail_to_open(path);
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor_);
    throw InputError(path.string(), "",
                     "expected no other worker of this shard, got one; wait for it or end it");
  }
  const std::uint64_t bytes = size();
  const std::uint64_t lines = end_of_lines(descriptor_, bytes);
  if (lines < bytes) cut(lines);
}

ResultFile::ResultFile(ResultFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

ResultFile::~ResultFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::uint64_t ResultFile::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) fail_to_open(path_);
  return static_cast<std::uint64_t>(status.st_size);
}

void ResultFile::cut(std::uint64_t size) const {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail_to_open(path_);
}

void ResultFile::append(const PointResult& result) {
  const std::string line = to_line(result);
  const std::uint64_t before = size();
  ssize_t written = 0;
  do {
    written = ::write(descriptor_, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  if (written == static_cast<ssize_t>(line.size())) return;
  const std::string reason = written < 0 ? std::strerror(errno) : "no space is left";
  cut(before);
  throw SimulationError(fmt::format("{}: a result cannot be written: {}", path_.string(), reason));
}

bool ResultFile::keep_line_at(std::uint64_t offset) {
  const std::uint64_t bytes = size();
  if (bytes <= offset) return false;
  const std::uint64_t lines = end_of_lines(descriptor_, bytes);
  const bool is_whole = lines > offset;
  if (lines < bytes) cut(std::max(lines, offset));
  return is_whole;
}

ResultStore::ResultStore(const fs::path& directory) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(results_directory(directory), error)) {
    if (entry.path().extension() == ".jsonl") files_.push_back(entry.path());
  }
  std::sort(files_.begin(), files_.end());
  for (const fs::path& file : std::vector<fs::path>(files_)) read_file(file);
}

void ResultStore::read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw InputError(path.string(), "", "expected a readable file");
  const auto file =
      static_cast<std::uint32_t>(std::find(files_.begin(), files_.end(), path) - files_.begin());
  std::string text;
  std::uint64_t offset = 0;
  for (std::uint64_t line = 1; std::getline(stream, text); ++line) {
    // Cut, or not yet written to its end.
    if (stream.eof()) return;
    const PointResult result = result_of_line(text, path.string(), line);
    StoredResult stored;
    stored.file = file;
    stored.status = result.status;
    stored.offset = offset;
    stored.length = static_cast<std::uint32_t>(text.size());
    stored.layout = layout_of(result);
    stored.attempt = result.attempt;
    StoredResult& known = results_[PointKey::parse(result.key).value()];
    if (stored.attempt >= known.attempt) known = stored;
    offset += text.size() + 1;
  }
}

std::uint32_t ResultStore::layout_of(const PointResult& result) {
  const auto is_same = [&](const std::vector<std::string>& names) {
    return std::equal(
        names.begin(), names.end(), result.numbers.begin(), result.numbers.end(),
        [](const std::string& name, const auto& number) { return name == number.first; });
  };
  const auto known = std::find_if(layouts_.begin(), layouts_.end(), is_same);
  const auto index = static_cast<std::uint32_t>(known - layouts_.begin());
  if (known == layouts_.end()) {
    std::vector<std::string>& names = layouts_.emplace_back();
    for (const auto& [name, value] : result.numbers) names.push_back(name);
  }
  return index;
}

const StoredResult* ResultStore::find(const PointKey& key) const {
  const auto place = results_.find(key);
  return place == results_.end() ? nullptr : &place->second;
}

PointResult ResultStore::read(const StoredResult& stored) const {
  const fs::path& path = files_.at(stored.file);
  std::ifstream stream(path, std::ios::binary);
  std::string text(stored.length, '\0');
  stream.seekg(static_cast<std::streamoff>(stored.offset));
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream) throw InputError(path.string(), "", "expected the lines that were there, got less");
  return result_of_line(text, path.string(), 0);
}

}  // namespace nzsim::sweep
