#include "sim/memory/byte_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

#include "sim/base/errors.h"

namespace nzsim {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 16;
/// The first two bytes of a gzip member (RFC 1952, section 2.3.1).
constexpr std::string_view kGzipMagic = "\x1f\x8b";
/// zlib's manual, inflateInit2: the largest window, and 16 for gzip headers.
constexpr int kGzipWindowBits = 15 + 16;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

struct ByteStream::State {
  std::unique_ptr<std::FILE, CloseFile> file;
  /// What is left of the buffer that the stream reads, where it reads none of a file.
  std::string_view buffer;
  std::vector<char> input = std::vector<char>(kChunkBytes);
  std::vector<char> output;
  bool has_started = false;
  bool is_gzip = false;
  bool is_in_member = false;
  bool has_ended = false;
  z_stream zip{};
  std::string damage;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (is_gzip) inflateEnd(&zip);
  }

  /// Bytes as they stand in the file: a whole chunk unless it is the last.
  std::string_view raw() {
    if (!file) {
      const std::string_view chunk = buffer.substr(0, kChunkBytes);
      buffer.remove_prefix(chunk.size());
      return chunk;
    }
    const std::size_t size = std::fread(input.data(), 1, input.size(), file.get());
    if (size < input.size() && std::ferror(file.get()) != 0) {
      damage = fmt::format("expected a file that can be read, got: {}", std::strerror(errno));
    }
    return {input.data(), size};
  }

  void feed(std::string_view bytes) {
    // zlib does not write through this pointer.
    zip.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    zip.avail_in = static_cast<uInt>(bytes.size());
  }

  void start_gzip(std::string_view first) {
    if (inflateInit2(&zip, kGzipWindowBits) != Z_OK) {
      throw SimulationError("zlib: cannot start to unpack");
    }
    is_gzip = true;
    is_in_member = true;
    output.resize(kChunkBytes);
    feed(first);
  }

  void end(std::string why) {
    has_ended = true;
    if (damage.empty()) damage = std::move(why);
  }

  /// Goes on behind the end of a member: with another one, or to the end of the data.
  void start_member() {
    if (zip.avail_in == 0) feed(raw());
    if (zip.avail_in == 0) {
      end("");
    } else if (*zip.next_in != static_cast<unsigned char>(kGzipMagic[0])) {
      end("expected the end of the gzip data, got other bytes behind them");
    } else {
      inflateReset(&zip);
      is_in_member = true;
    }
  }

  std::string_view unpacked() {
    while (!has_ended) {
      if (!is_in_member) start_member();
      if (has_ended) break;
      if (zip.avail_in == 0) feed(raw());
      if (zip.avail_in == 0) {
        end("expected the rest of the gzip data, got the end of the file");
        break;
      }
      zip.next_out = reinterpret_cast<Bytef*>(output.data());
      zip.avail_out = static_cast<uInt>(output.size());
      const int result = inflate(&zip, Z_NO_FLUSH);
      if (result == Z_STREAM_END) {
        is_in_member = false;
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        end(fmt::format("expected gzip data, got damaged ones: {}",
                        zip.msg != nullptr ? zip.msg : "unknown kind"));
      }
      const std::size_t size = output.size() - zip.avail_out;
      if (size > 0) return {output.data(), size};
    }
    return {};
  }

  std::string_view next() {
    if (has_started) return is_gzip ? unpacked() : raw();
    has_started = true;
    const std::string_view first = raw();
    if (!first.starts_with(kGzipMagic)) return first;
    start_gzip(first);
    return unpacked();
  }
};

ByteStream::ByteStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
ByteStream::ByteStream(std::string_view bytes) : state_(std::make_unique<State>()) {
  state_->buffer = bytes;
}
ByteStream::ByteStream(ByteStream&&) noexcept = default;
ByteStream& ByteStream::operator=(ByteStream&&) noexcept = default;
ByteStream::~ByteStream() = default;

ByteStream ByteStream::open(const std::filesystem::path& path) {
  auto state = std::make_unique<State>();
  state->file.reset(std::fopen(path.c_str(), "rb"));
  if (!state->file) {
    throw InputError(
        path.string(), "",
        fmt::format("expected a file that can be read, got: {}", std::strerror(errno)));
  }
  return ByteStream(std::move(state));
}

std::string_view ByteStream::next() { return state_->next(); }
const std::string& ByteStream::damage() const { return state_->damage; }

}  // namespace nzsim
