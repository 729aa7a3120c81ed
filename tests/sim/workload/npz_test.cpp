#include "sim/workload/npz.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/message_of.h"

namespace nzsim {
namespace {

using test::message_of;
using namespace std::string_literals;

std::string bytes_of_floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

/// A version 1.0 image with a header of our choosing.
std::string npy_with(const std::string& header, const std::string& elements) {
  std::string bytes = "\x93NUMPY\x01\x00"s;
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  return bytes + header + elements;
}

std::string parse_error(const std::string& bytes) {
  return message_of([&] { static_cast<void>(parse_npy(bytes, "x.npy")); });
}
std::string header_error(const std::string& header, const std::string& elements = "") {
  return parse_error(npy_with(header, elements));
}
std::string npz_error(const std::string& bytes) {
  return message_of([&] { static_cast<void>(parse_npz(bytes, "x.npz")); });
}

NumpyArray small_array() { return {ArrayType::uint8, {2, 2}, "\0\1\2\0"s}; }

/// `numpy.savez_compressed(f, codes=numpy.array([[0, 1], [2, 0]], numpy.uint8))`, NumPy 1.24.
const std::string& numpy_archive() {
  static const std::string bytes = from_hex(
      "504b030414000000080000002100e673d44f4a0000008400000009001400636f6465732e6e707901001000840000"
      "00"
      "000000004a000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a05e536aa8aea3a09e965f545294"
      "98"
      "179f5f94920a12774bcc294e058a17672416a402f91a463a0a469a3a0ab50a64032e0646260600504b0102140314"
      "00"
      "0000080000002100e673d44f4a000000840000000900000000000000000000008001000000"
      "00636f6465732e6e7079504b0506000000000100010037000000850000000000");
  return bytes;
}

TEST(Npy, ReadsWhatItWrites) {
  for (const std::vector<std::uint64_t>& shape :
       std::vector<std::vector<std::uint64_t>>{{}, {1}, {1, 1}, {1, 1, 1, 1}}) {
    const NumpyArray array{ArrayType::float32, shape, bytes_of_floats({1.5F})};
    const NumpyArray read = parse_npy(format_npy(array), "x.npy");
    EXPECT_EQ(read.type, ArrayType::float32);
    EXPECT_EQ(read.shape, shape);
    EXPECT_EQ(read.bytes, array.bytes);
    EXPECT_EQ(read.elements(), 1U);
  }
}

TEST(Npy, AlignsElementsTo64Bytes) {
  EXPECT_EQ(format_npy(small_array()).size() % 64, small_array().bytes.size());
}

TEST(Npy, TransposesFortranOrder) {
  // numpy.save of asfortranarray([[0, 1, 2], [3, 4, 5]]): the elements lie column by column.
  const std::string image =
      npy_with("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }    \n",
               bytes_of_floats({0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(parse_npy(image, "x.npy").bytes, bytes_of_floats({0, 1, 2, 3, 4, 5}));
}

TEST(Npy, TransposesFourDimensions) {
  // Shape [1, 2, 1, 3]: the dimensions of length 1 change nothing.
  const std::string image =
      npy_with("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2, 1, 3), }",
               bytes_of_floats({0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(parse_npy(image, "x.npy").bytes, bytes_of_floats({0, 1, 2, 3, 4, 5}));
}

TEST(Npy, RefusesOtherFiles) {
  EXPECT_EQ(parse_error(""), "x.npy: byte 0: expected a NumPy array, got other bytes");
  EXPECT_EQ(parse_error("PK\3\4"), "x.npy: byte 0: expected a NumPy array, got other bytes");
  EXPECT_EQ(parse_error("\x93NUMPY\x07"s),
            "x.npy: byte 6: expected format version 1, 2 or 3, got 7");
}

TEST(Npy, RefusesATruncatedHeader) {
  EXPECT_EQ(parse_error("\x93NUMPY\x01\x00\x50\x00{"s),
            "x.npy: byte 8: expected a header of 80 bytes, got 1");
  EXPECT_EQ(parse_error("\x93NUMPY\x02\x00\xff\xff\xff\xff{"s),
            "x.npy: byte 8: expected a header of 4294967295 bytes, got 1");
}

TEST(Npy, RefusesMalformedHeaders) {
  EXPECT_EQ(header_error("[]"), "x.npy: byte 10: expected '{', got '[]'");
  EXPECT_EQ(header_error("{'shape': (1 2)}"), "x.npy: byte 23: expected ',' or ')', got '2)}'");
  EXPECT_EQ(header_error("{'shape': (-1,)}"),
            "x.npy: byte 21: expected a length below 2^64, got '-1,)}'");
  EXPECT_EQ(
      header_error("{'descr': '<f4', 'shape': (1,)}"),
      "x.npy: byte 41: expected the key 'fortran_order' before it, got the end of the header");
  EXPECT_EQ(header_error("{'descr': '<f4', 'descr': '<f4'}"),
            "x.npy: byte 27: expected each of 'descr', 'fortran_order' and 'shape' once, got "
            "''descr': '<f4'}'");
  EXPECT_EQ(header_error("{'descr': '<f4"), "x.npy: byte 20: expected a closing quote, got ''<f4'");
  EXPECT_EQ(header_error("{'fortran_order': 1"), "x.npy: byte 28: expected True or False, got '1'");
}

TEST(Npy, RefusesElementsItCannotRead) {
  EXPECT_EQ(header_error("{'descr': '>f4'}"),
            "x.npy: byte 20: expected little-endian elements, got ''>f4'}'");
  EXPECT_EQ(header_error("{'descr': '|O'}"),
            "x.npy: byte 20: expected numbers, no Python objects, got ''|O'}'");
  EXPECT_EQ(header_error("{'descr': '<c8'}"),
            "x.npy: byte 20: expected uint8, uint16, uint32, int8, int16, int32, int64, float32 or "
            "float64, got ''<c8'}'");
  EXPECT_EQ(header_error("{'descr': [('a', '<f4')]}"),
            "x.npy: byte 20: expected an array of plain numbers, got '[('a', '<f4')]}'");
}

TEST(Npy, RefusesShapesThatDifferFromTheBytes) {
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  EXPECT_EQ(header_error(header, "1234567"), "x.npy: byte 67: expected 8 bytes of elements, got 7");
  EXPECT_EQ(header_error(header, "123456789"),
            "x.npy: byte 67: expected 8 bytes of elements, got 9");
}

TEST(Npy, RefusesShapesThatOverflow) {
  EXPECT_EQ(header_error("{'descr': '<f4', 'fortran_order': False, 'shape': "
                         "(4294967296, 4294967296), }"),
            "x.npy: byte 10: expected a shape of less than 2^64 bytes, got a larger one");
  EXPECT_EQ(header_error("{'shape': (18446744073709551616,)}"),
            "x.npy: byte 21: expected a length below 2^64, got '1844674407370955'");
}

TEST(Npz, ReadsWhatItWrites) {
  const NumpyArray codebook{ArrayType::float32, {3}, bytes_of_floats({0, -1, 1})};
  const auto read = parse_npz(format_npz({{"codes", small_array()}, {"codebook", codebook}}), "x");
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read.at("codes").bytes, small_array().bytes);
  EXPECT_EQ(read.at("codebook").bytes, codebook.bytes);
}

TEST(Npz, HoldsNoArraysAtAll) { EXPECT_TRUE(parse_npz(format_npz({}), "x.npz").empty()); }

TEST(Npz, WritesTheSameBytesEachTime) {
  EXPECT_EQ(format_npz({{"codes", small_array()}}), format_npz({{"codes", small_array()}}));
}

TEST(Npz, ReadsWhatNumPyWrites) {
  const auto arrays = parse_npz(numpy_archive(), "x.npz");
  ASSERT_EQ(arrays.size(), 1U);
  EXPECT_EQ(arrays.at("codes").type, ArrayType::uint8);
  EXPECT_EQ(arrays.at("codes").shape, (std::vector<std::uint64_t>{2, 2}));
  EXPECT_EQ(arrays.at("codes").bytes, small_array().bytes);
}

TEST(Npz, RefusesOtherFiles) {
  EXPECT_EQ(npz_error("no zip"), "x.npz: expected a zip of NumPy arrays, got: Not a zip archive");
  EXPECT_EQ(npz_error(""), "x.npz: expected a zip of NumPy arrays, got an empty file");
}

TEST(Npz, RefusesEveryTruncation) {
  const std::string whole = numpy_archive();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THROW(static_cast<void>(parse_npz(whole.substr(0, length), "x.npz")), WorkloadError)
        << length;
  }
}

TEST(Npz, RefusesContentsThatMissTheirChecksum) {
  std::string bytes = numpy_archive();
  const std::size_t checksum = bytes.rfind("PK\1\2"s) + 16;
  bytes[checksum] = static_cast<char>(bytes[checksum] ^ 1);
  EXPECT_EQ(npz_error(bytes), "x.npz: codes.npy: expected intact contents, got: CRC error");
}

TEST(Npz, RefusesSizesOutOfProportion) {
  // The unpacked size in the central directory: 4 GiB - 1 from 74 packed bytes.
  std::string bytes = numpy_archive();
  const std::size_t size = bytes.rfind("PK\1\2"s) + 24;
  bytes.replace(size, 4, "\xfe\xff\xff\xff");
  EXPECT_EQ(npz_error(bytes),
            "x.npz: codes.npy: expected a size that 74 packed bytes can hold, got 4294967294");
}

TEST(Npz, RefusesEntriesThatAreNoArrays) {
  std::string bytes = numpy_archive();
  for (std::size_t at = bytes.find(".npy"); at != std::string::npos; at = bytes.find(".npy")) {
    bytes.replace(at, 4, ".txt");
  }
  EXPECT_EQ(npz_error(bytes), "x.npz: expected NAME.npy entries only, got 'codes.txt'");
}

TEST(Npz, NamesTheEntryOfABadArray) {
  NumpyArray array = small_array();
  array.bytes.pop_back();
  EXPECT_EQ(npz_error(format_npz({{"codes", array}})),
            "x.npz: codes.npy: byte 128: expected 4 bytes of elements, got 3");
}

}  // namespace
}  // namespace nzsim
