#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace nzsim {

/// A directory that appears whole or not at all: it is filled beside its place and renamed by
/// `commit`; without that nothing of it remains.
class OutputDirectory {
 public:
  /// Throws `InputError` where `path` exists, has no name or cannot be created.
  explicit OutputDirectory(const std::filesystem::path& path);
  OutputDirectory(const OutputDirectory&) = delete;
  OutputDirectory& operator=(const OutputDirectory&) = delete;
  ~OutputDirectory();

  /// The place of the directory once it is committed; its last part is its name.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Writes one file of the directory. Throws `InputError`.
  void write(const std::string& file_name, std::string_view contents) const;
  /// Moves the directory to its place. Throws `InputError`.
  void commit();

 private:
  std::filesystem::path path_;
  /// Empty after `commit`.
  std::filesystem::path temporary_;
};

}  // namespace nzsim
