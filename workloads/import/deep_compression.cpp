#include "workloads/import/deep_compression.h"

#include <bit>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim {
namespace {

static_assert(std::endian::native == std::endian::little, "the container is little-endian");

constexpr std::uint8_t kPaddingIndex = 15;

/// `count` values of 4 bits take this many bytes.
std::uint64_t packed_bytes(std::uint64_t count) { return (count + 1) / 2; }

/// Value `i` of 4-bit values, low half first.
std::uint8_t nibble(std::string_view packed, std::uint64_t i) {
  const auto byte = static_cast<unsigned char>(packed[i / 2]);
  return static_cast<std::uint8_t>(i % 2 == 0 ? byte & 0xf : byte >> 4);
}

class ContainerReader {
 public:
  ContainerReader(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  /// The next `count` bytes of `what`.
  std::string_view take(std::uint64_t count, const std::string& what) {
    if (bytes_.size() - position_ < count) {
      fail(position_,
           fmt::format("expected {} bytes of {}, got {}", count, what, bytes_.size() - position_));
    }
    const std::string_view taken = bytes_.substr(position_, count);
    position_ += count;
    return taken;
  }

  std::vector<std::uint32_t> take_counts(std::size_t count) {
    const std::string_view bytes = take(4 * std::uint64_t{count}, "entry counts");
    std::vector<std::uint32_t> counts(count);
    if (count > 0) std::memcpy(counts.data(), bytes.data(), bytes.size());
    return counts;
  }

  std::vector<float> take_floats(std::uint64_t count, const std::string& what) {
    const std::uint64_t start = position_;
    const std::string_view bytes = take(sizeof(float) * count, what);
    std::vector<float> values(count);
    if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) {
        fail(start + sizeof(float) * i,
             fmt::format("expected finite values in {}, got {}", what, values[i]));
      }
    }
    return values;
  }

  [[nodiscard]] std::uint64_t position() const { return position_; }
  void expect_end() const {
    if (position_ != bytes_.size()) {
      fail(position_, fmt::format("expected the end of the file, got {} more bytes",
                                  bytes_.size() - position_));
    }
  }

  [[noreturn]] void fail(std::uint64_t byte, const std::string& message) const {
    throw WorkloadError(name_, fmt::format("byte {}", byte), message);
  }

 private:
  std::string_view bytes_;
  const std::string& name_;
  std::uint64_t position_ = 0;
};

/// Where a layer's codes and indices lie.
struct EntryStreams {
  std::string_view codes;
  std::string_view indices;
  std::uint64_t indices_start = 0;
};

void decode_entries(const ContainerReader& reader, const DeepCompressionShape& shape,
                    const EntryStreams& streams, std::uint32_t count, DeepCompressionLayer& layer) {
  CompressedMatrix& matrix = layer.matrix;
  const std::uint64_t elements = std::uint64_t{shape.outputs} * shape.inputs;
  std::vector<std::uint64_t>& starts = matrix.row_starts;
  starts.push_back(0);
  std::uint64_t next = 0;  // First element behind the previous entry.
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint8_t index = nibble(streams.indices, i);
    const std::uint64_t element = next + index;
    if (element >= elements) {
      reader.fail(streams.indices_start + i / 2,
                  fmt::format("expected an entry of {} within its {} elements, got element {}",
                              shape.name, elements, element));
    }
    next = element + 1;
    const std::uint16_t code = shape.code_bits == 8 ? static_cast<unsigned char>(streams.codes[i])
                                                    : nibble(streams.codes, i);
    if (code == 0) {
      if (index != kPaddingIndex) {
        reader.fail(streams.indices_start + i / 2,
                    fmt::format("expected index {} in a padding entry of {}, got {}", kPaddingIndex,
                                shape.name, index));
      }
      ++layer.padding_entries;
      continue;
    }
    const std::uint64_t row = element / shape.inputs;
    while (starts.size() <= row) starts.push_back(matrix.codes.size());
    matrix.columns.push_back(static_cast<std::uint32_t>(element - row * shape.inputs));
    matrix.codes.push_back(code);
  }
  while (starts.size() <= shape.outputs) starts.push_back(matrix.codes.size());
}

DeepCompressionLayer read_layer(ContainerReader& reader, const DeepCompressionShape& shape,
                                std::uint32_t count) {
  DeepCompressionLayer layer;
  layer.matrix.outputs = shape.outputs;
  layer.matrix.inputs = shape.inputs;
  const std::uint64_t start = reader.position();
  layer.matrix.codebook =
      reader.take_floats(std::uint64_t{1} << shape.code_bits, shape.name + "'s codebook");
  if (layer.matrix.codebook[0] != 0.0F) {
    reader.fail(start, fmt::format("expected 0 as entry 0 of {}'s codebook, got {}", shape.name,
                                   layer.matrix.codebook[0]));
  }
  layer.bias = reader.take_floats(shape.outputs, shape.name + "'s bias");
  EntryStreams streams;
  streams.codes = reader.take(shape.code_bits == 8 ? std::uint64_t{count} : packed_bytes(count),
                              shape.name + "'s codes");
  streams.indices_start = reader.position();
  streams.indices = reader.take(packed_bytes(count), shape.name + "'s indices");
  decode_entries(reader, shape, streams, count, layer);
  return layer;
}

}  // namespace

std::vector<DeepCompressionLayer> parse_deep_compression(
    std::string_view bytes, const std::string& name,
    const std::vector<DeepCompressionShape>& shapes) {
  ContainerReader reader(bytes, name);
  const std::vector<std::uint32_t> counts = reader.take_counts(shapes.size());
  std::vector<DeepCompressionLayer> layers;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    layers.push_back(read_layer(reader, shapes[i], counts[i]));
  }
  reader.expect_end();
  return layers;
}

}  // namespace nzsim
