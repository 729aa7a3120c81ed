#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/workload/npz.h"

// The format is NumPy's `numpy.lib.format`: magic, version, header length, a Python dictionary as
// text, then the elements.

namespace nzsim {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are stored little-endian");

constexpr std::string_view kMagic = "\x93NUMPY";
/// NumPy itself allows 32 (64 since 2.0) dimensions.
constexpr std::size_t kMaximumDimensions = 32;
/// Headers are padded so that the elements start at a multiple of this.
constexpr std::size_t kHeaderAlignment = 64;

struct TypeName {
  ArrayType type;
  std::string_view descriptor;
  std::size_t bytes;
  std::string_view name;
};
constexpr std::array<TypeName, 9> kTypes{{{ArrayType::uint8, "|u1", 1, "uint8"},
                                          {ArrayType::uint16, "<u2", 2, "uint16"},
                                          {ArrayType::uint32, "<u4", 4, "uint32"},
                                          {ArrayType::int8, "|i1", 1, "int8"},
                                          {ArrayType::int16, "<i2", 2, "int16"},
                                          {ArrayType::int32, "<i4", 4, "int32"},
                                          {ArrayType::int64, "<i8", 8, "int64"},
                                          {ArrayType::float32, "<f4", 4, "float32"},
                                          {ArrayType::float64, "<f8", 8, "float64"}}};

const TypeName& type_name(ArrayType type) { return kTypes[static_cast<std::size_t>(type)]; }

struct Header {
  std::optional<TypeName> type;
  std::optional<bool> fortran_order;
  std::optional<std::vector<std::uint64_t>> shape;
};

/// Reads the header's Python dictionary literal; knows nothing but what NumPy writes there.
class HeaderParser {
 public:
  HeaderParser(std::string_view bytes, std::size_t begin, std::size_t end, const std::string& name)
      : bytes_(bytes.substr(0, end)), position_(begin), name_(name) {}

  Header parse() {
    expect('{');
    while (!accept('}')) {
      const std::size_t key_position = position_;
      const std::string_view key = quoted("a quoted key");
      expect(':');
      read_member(key, key_position);
      if (!accept(',') && peek() != '}') fail("',' or '}'");
    }
    skip_space();
    if (position_ != bytes_.size()) fail("nothing behind the dictionary");
    if (!header_.type) fail("the key 'descr' before it");
    if (!header_.fortran_order) fail("the key 'fortran_order' before it");
    if (!header_.shape) fail("the key 'shape' before it");
    return header_;
  }

 private:
  void read_member(std::string_view key, std::size_t key_position) {
    if (key == "descr" && !header_.type) {
      header_.type = descriptor();
    } else if (key == "fortran_order" && !header_.fortran_order) {
      header_.fortran_order = boolean();
    } else if (key == "shape" && !header_.shape) {
      header_.shape = tuple();
    } else {
      position_ = key_position;
      skip_space();
      fail("each of 'descr', 'fortran_order' and 'shape' once");
    }
  }

  TypeName descriptor() {
    skip_space();
    const std::size_t start = position_;
    if (peek() != '\'' && peek() != '"') fail("an array of plain numbers");
    const std::string_view text = quoted("a type");
    for (const TypeName& type : kTypes) {
      const bool one_byte = type.bytes == 1 && text.size() == 3 && text[0] == '<';
      if (text == type.descriptor || (one_byte && text.substr(1) == type.descriptor.substr(1))) {
        return type;
      }
    }
    position_ = start;
    const std::string wanted =
        "uint8, uint16, uint32, int8, int16, int32, int64, float32 or float64";
    if (!text.empty() && text[0] == '>') fail("little-endian elements");
    if (text.substr(0, 2) == "|O" || text == "O") fail("numbers, no Python objects");
    fail(wanted);
  }

  bool boolean() {
    skip_space();
    for (const bool value : {false, true}) {
      const std::string_view word = value ? "True" : "False";
      if (bytes_.substr(position_, word.size()) == word) {
        position_ += word.size();
        return value;
      }
    }
    fail("True or False");
  }

  std::vector<std::uint64_t> tuple() {
    std::vector<std::uint64_t> shape;
    expect('(');
    while (!accept(')')) {
      if (shape.size() == kMaximumDimensions) fail("at most 32 dimensions");
      std::uint64_t length = 0;
      skip_space();
      const char* const start = bytes_.data() + position_;
      const auto [end, error] = std::from_chars(start, bytes_.data() + bytes_.size(), length);
      if (error != std::errc{}) fail("a length below 2^64");
      position_ += static_cast<std::size_t>(end - start);
      shape.push_back(length);
      if (!accept(',') && peek() != ')') fail("',' or ')'");
    }
    return shape;
  }

  std::string_view quoted(const char* what) {
    skip_space();
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail(what);
    const std::size_t end = bytes_.find(quote, position_ + 1);
    if (end == std::string_view::npos) fail("a closing quote");
    const std::string_view text = bytes_.substr(position_ + 1, end - position_ - 1);
    position_ = end + 1;
    return text;
  }

  void skip_space() {
    while (position_ < bytes_.size() && (bytes_[position_] == ' ' || bytes_[position_] == '\n')) {
      ++position_;
    }
  }
  /// The next character that is no space, 0 at the end.
  char peek() {
    skip_space();
    return position_ < bytes_.size() ? bytes_[position_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++position_;
    return true;
  }
  void expect(char c) {
    if (position_ >= bytes_.size() || !accept(c)) fail(fmt::format("'{}'", c));
  }

  [[noreturn]] void fail(const std::string& expected) const {
    const std::string_view rest = bytes_.substr(std::min(position_, bytes_.size()), 16);
    const std::string got = rest.empty() ? "the end of the header" : fmt::format("'{}'", rest);
    throw WorkloadError(name_, fmt::format("byte {}", position_),
                        fmt::format("expected {}, got {}", expected, got));
  }

  std::string_view bytes_;
  std::size_t position_;
  const std::string& name_;
  Header header_;
};

/// Where the header's text lies.
struct HeaderExtent {
  std::size_t begin = 0;
  std::size_t end = 0;
};

HeaderExtent header_extent(std::string_view bytes, const std::string& name) {
  if (bytes.substr(0, kMagic.size()) != kMagic) {
    throw WorkloadError(name, "byte 0", "expected a NumPy array, got other bytes");
  }
  const int version = bytes.size() > 6 ? static_cast<unsigned char>(bytes[6]) : 0;
  if (version < 1 || version > 3) {
    throw WorkloadError(name, "byte 6",
                        fmt::format("expected format version 1, 2 or 3, got {}", version));
  }
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  const std::size_t begin = 8 + length_bytes;
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes && 8 + i < bytes.size(); ++i) {
    length |= std::size_t{static_cast<unsigned char>(bytes[8 + i])} << (8 * i);
  }
  if (bytes.size() < begin || bytes.size() - begin < length) {
    throw WorkloadError(name, "byte 8",
                        fmt::format("expected a header of {} bytes, got {}", length,
                                    bytes.size() - std::min(bytes.size(), begin)));
  }
  return {begin, begin + length};
}

/// Bytes of `shape` elements of `size` bytes; nothing where that overflows.
std::optional<std::uint64_t> checked_bytes(const std::vector<std::uint64_t>& shape,
                                           std::uint64_t size) {
  std::uint64_t bytes = size;
  for (const std::uint64_t length : shape) {
    if (__builtin_mul_overflow(bytes, length, &bytes)) return std::nullopt;
  }
  return bytes;
}

/// Elements in C order from elements in Fortran order (first index fastest).
std::string transposed(std::string_view source, const std::vector<std::uint64_t>& shape,
                       std::size_t size) {
  std::string result(source.size(), '\0');
  std::vector<std::uint64_t> index(shape.size(), 0);
  std::vector<std::uint64_t> stride(shape.size(), size);
  for (std::size_t d = 1; d < shape.size(); ++d) stride[d] = stride[d - 1] * shape[d - 1];
  std::uint64_t from = 0;
  for (std::size_t to = 0; to < source.size(); to += size) {
    std::memcpy(result.data() + to, source.data() + from, size);
    for (std::size_t d = shape.size(); d-- > 0;) {
      from += stride[d];
      if (++index[d] < shape[d]) break;
      from -= stride[d] * shape[d];
      index[d] = 0;
    }
  }
  return result;
}

}  // namespace

std::string_view to_string(ArrayType type) { return type_name(type).name; }

std::uint64_t NumpyArray::elements() const {
  std::uint64_t count = 1;
  for (const std::uint64_t length : shape) count *= length;
  return count;
}

NumpyArray parse_npy(std::string_view bytes, const std::string& name) {
  const HeaderExtent extent = header_extent(bytes, name);
  const Header header = HeaderParser(bytes, extent.begin, extent.end, name).parse();
  const std::uint64_t available = bytes.size() - extent.end;
  const std::optional<std::uint64_t> wanted = checked_bytes(*header.shape, header.type->bytes);
  if (!wanted) {
    throw WorkloadError(name, fmt::format("byte {}", extent.begin),
                        "expected a shape of less than 2^64 bytes, got a larger one");
  }
  if (*wanted != available) {
    throw WorkloadError(name, fmt::format("byte {}", extent.end),
                        fmt::format("expected {} bytes of elements, got {}", *wanted, available));
  }
  NumpyArray array{header.type->type, *header.shape, {}};
  const std::string_view elements = bytes.substr(extent.end);
  const bool transpose = *header.fortran_order && array.shape.size() > 1;
  array.bytes =
      transpose ? transposed(elements, array.shape, header.type->bytes) : std::string(elements);
  return array;
}

std::string format_npy(const NumpyArray& array) {
  std::string shape;
  for (const std::uint64_t length : array.shape) shape += fmt::format("{}, ", length);
  if (array.shape.size() > 1) shape.resize(shape.size() - 2);
  if (array.shape.size() == 1) shape.resize(shape.size() - 1);
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                                   type_name(array.type).descriptor, shape);
  const std::size_t prefix = kMagic.size() + 4;
  const std::size_t unpadded = prefix + header.size() + 1;
  header.append((kHeaderAlignment - unpadded % kHeaderAlignment) % kHeaderAlignment, ' ');
  header += '\n';
  std::string bytes(kMagic);
  bytes += '\1';
  bytes += '\0';
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  return bytes + header + array.bytes;
}

}  // namespace nzsim
