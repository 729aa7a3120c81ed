#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

namespace nzsim::sweep {

/// A name beside `path` that it is renamed from; removed where that never happens.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path path);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  [[nodiscard]] const std::filesystem::path& path() const { return temporary_; }
  /// Throws `InputError` where that fails.
  void rename();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
};

/// Text that is written in few steps, and is in its place after `finish` alone.
class TextFile {
 public:
  explicit TextFile(const std::filesystem::path& path);

  void write(std::string_view text);
  /// Throws `InputError` where the text, or a part of it, cannot be written.
  void finish();

 private:
  TemporaryFile file_;
  std::ofstream stream_;
};

}  // namespace nzsim::sweep
