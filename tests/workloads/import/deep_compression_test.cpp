#include "workloads/import/deep_compression.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/message_of.h"

namespace nzsim {
namespace {

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// A container of one fully connected layer `[2, 20]` (4-bit codes).
struct Container {
  std::uint32_t count = 3;
  std::vector<float> codebook = std::vector<float>(16, 0.25F);
  std::vector<float> bias{1.0F, -1.0F};
  /// Low half first: codes 1, 0 (padding), 2.
  std::string codes = "\x01\x02";
  /// Indices 3, 15, 8: elements 3, 19, 28.
  std::string indices = "\xf3\x08";

  Container() { codebook[0] = 0.0F; }
  [[nodiscard]] std::string bytes() const {
    return bytes_of<std::uint32_t>({count}) + bytes_of(codebook) + bytes_of(bias) + codes + indices;
  }
};

const std::vector<DeepCompressionShape> kShapes{{"fc", 2, 20, 4}};

std::vector<DeepCompressionLayer> parse(const std::string& bytes) {
  return parse_deep_compression(bytes, "n.net", kShapes);
}
std::string error_of(const std::string& bytes) {
  return test::message_of([&] { static_cast<void>(parse(bytes)); });
}

TEST(DeepCompression, DecodesRelativeIndicesOverTheFlattenedTensor) {
  const DeepCompressionLayer layer = parse(Container{}.bytes())[0];
  // Element 3 = output 0, input 3; element 19 is padding; element 28 = output 1, input 8.
  EXPECT_EQ(layer.matrix.row_starts, (std::vector<std::uint64_t>{0, 1, 2}));
  EXPECT_EQ(layer.matrix.columns, (std::vector<std::uint32_t>{3, 8}));
  EXPECT_EQ(layer.matrix.codes, (std::vector<std::uint16_t>{1, 2}));
  EXPECT_EQ(layer.padding_entries, 1U);
  EXPECT_EQ(layer.bias, (std::vector<float>{1.0F, -1.0F}));
  EXPECT_NO_THROW(check(layer.matrix, "n.net"));
}

TEST(DeepCompression, ReadsByteCodesOfConvolutions) {
  Container container;
  container.count = 1;
  container.codebook.resize(256, 0.5F);
  container.codes = "\xff";
  container.indices.assign(1, '\0');
  const auto layers = parse_deep_compression(container.bytes(), "n.net", {{"conv", 2, 20, 8}});
  EXPECT_EQ(layers[0].matrix.codes, (std::vector<std::uint16_t>{255}));
  EXPECT_EQ(layers[0].matrix.columns, (std::vector<std::uint32_t>{0}));
}

TEST(DeepCompression, ReadsALayerWithoutEntries) {
  Container container;
  container.count = 0;
  container.codes.clear();
  container.indices.clear();
  EXPECT_EQ(parse(container.bytes())[0].matrix.row_starts, (std::vector<std::uint64_t>{0, 0, 0}));
}

TEST(DeepCompression, RefusesEveryTruncation) {
  const std::string whole = Container{}.bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THROW(static_cast<void>(parse(whole.substr(0, length))), WorkloadError) << length;
  }
}

TEST(DeepCompression, NamesWhatIsTruncated) {
  EXPECT_EQ(error_of("123"), "n.net: byte 0: expected 4 bytes of entry counts, got 3");
  Container container;
  container.count = std::numeric_limits<std::uint32_t>::max();
  // 4 (count) + 64 (codebook) + 8 (bias) = 76; 4 bytes are left.
  EXPECT_EQ(error_of(container.bytes()),
            "n.net: byte 76: expected 2147483648 bytes of fc's codes, got 4");
}

TEST(DeepCompression, RefusesBytesBehindTheLastLayer) {
  EXPECT_EQ(error_of(Container{}.bytes() + "12"),
            "n.net: byte 80: expected the end of the file, got 2 more bytes");
}

TEST(DeepCompression, RefusesEntriesBehindTheLayer) {
  Container container;
  container.count = 4;
  container.codes = "\x01\x12";
  container.indices = "\xf3\xf8";
  // The fourth entry: 28 + 1 + 15 = element 44 of 40; its index is the upper half of byte 79.
  EXPECT_EQ(error_of(container.bytes()),
            "n.net: byte 79: expected an entry of fc within its 40 elements, got element 44");
}

TEST(DeepCompression, RefusesPaddingWithAShortSkip) {
  Container container;
  container.indices = "\xe3\x08";
  EXPECT_EQ(error_of(container.bytes()),
            "n.net: byte 78: expected index 15 in a padding entry of fc, got 14");
}

TEST(DeepCompression, RefusesBadCodebooksAndBiases) {
  Container container;
  container.codebook[0] = 0.5F;
  EXPECT_EQ(error_of(container.bytes()),
            "n.net: byte 4: expected 0 as entry 0 of fc's codebook, got 0.5");
  container = {};
  container.codebook[2] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(error_of(container.bytes()),
            "n.net: byte 12: expected finite values in fc's codebook, got inf");
  container = {};
  container.bias[1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(error_of(container.bytes()),
            "n.net: byte 72: expected finite values in fc's bias, got nan");
}

}  // namespace
}  // namespace nzsim
