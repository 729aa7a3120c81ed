#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nzsim {

/// Files above this size are refused by `read_file` unless the caller asks for more: 4 GiB.
inline constexpr std::uint64_t kLargestFileBytes = std::uint64_t{4} << 30;

/// Whole file as bytes. Throws `InputError` naming `path` where it cannot be read, is no regular
/// file, or is larger than `limit`.
[[nodiscard]] std::string read_file(const std::filesystem::path& path,
                                    std::uint64_t limit = kLargestFileBytes);

/// Writes `contents` to a temporary file beside `path` and renames it: readers see the old file or
/// the whole new one. Creates the parent directories. Throws `InputError` where that fails.
void write_file(const std::filesystem::path& path, std::string_view contents);

/// SHA-256 of bytes that come one after the other.
class Sha256 {
 public:
  Sha256();
  ~Sha256();

  void add(std::span<const std::byte> bytes);
  void add(std::string_view bytes);
  /// 64 lower-case hexadecimal digits; nothing may be added after.
  [[nodiscard]] std::string digest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// SHA-256 of `bytes` as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256(std::span<const std::byte> bytes);
[[nodiscard]] std::string sha256(std::string_view bytes);

/// A read-only mapping of a whole file; pages are shared and loaded on first use.
class MappedFile {
 public:
  /// Throws `InputError` where `path` cannot be opened or is empty.
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(MappedFile&&) noexcept;
  MappedFile& operator=(MappedFile&&) noexcept;
  ~MappedFile();

  [[nodiscard]] std::span<const std::byte> bytes() const;

 private:
  struct Mapping;
  std::unique_ptr<Mapping> mapping_;
};

}  // namespace nzsim
