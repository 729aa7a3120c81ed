#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace nzsim {

/// Bytes of a file, pipe or buffer, one chunk after the other. gzip data, of one or more members,
/// are known by their first bytes and unpacked.
class ByteStream {
 public:
  /// Throws `InputError` naming `path` where it cannot be opened.
  [[nodiscard]] static ByteStream open(const std::filesystem::path& path);
  /// `bytes` outlives the stream.
  explicit ByteStream(std::string_view bytes);
  ByteStream(ByteStream&&) noexcept;
  ByteStream& operator=(ByteStream&&) noexcept;
  ~ByteStream();

  /// The next bytes, good until the next call; empty behind the last.
  [[nodiscard]] std::string_view next();
  /// Why the bytes ended before their end: `expected ..., got ...`. Empty where they did not.
  [[nodiscard]] const std::string& damage() const;

 private:
  struct State;
  explicit ByteStream(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace nzsim
