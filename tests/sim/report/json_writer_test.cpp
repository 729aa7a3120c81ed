#include "sim/report/json_writer.h"

#include <bit>
#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"

namespace nzsim {
namespace {

std::string array_of(double number) {
  JsonWriter json;
  json.begin_array(JsonWriter::Layout::one_line);
  json.value(number);
  json.end_array();
  return json.finish();
}

std::string string_of(std::string_view text) {
  JsonWriter json;
  json.value(text);
  return json.finish();
}

TEST(JsonWriter, WritesMembersInTheOrderOfTheCalls) {
  JsonWriter json;
  json.begin_object();
  json.member("z", std::uint64_t{1});
  json.member("a", true);
  json.key("none");
  json.null();
  json.key("pair");
  json.begin_array(JsonWriter::Layout::one_line);
  json.value("x");
  json.value(0.5);
  json.end_array();
  json.key("empty");
  json.begin_object();
  json.end_object();
  json.end_object();
  EXPECT_EQ(json.finish(),
            "{\n  \"z\": 1,\n  \"a\": true,\n  \"none\": null,\n  \"pair\": [\"x\", 0.5],\n"
            "  \"empty\": {}\n}\n");
}

TEST(JsonWriter, KeepsWhatIsInsideALineOnThatLine) {
  JsonWriter json;
  json.begin_array(JsonWriter::Layout::one_line);
  json.begin_object();
  json.member("a", std::uint64_t{1});
  json.member("b", std::uint64_t{2});
  json.end_object();
  json.end_array();
  EXPECT_EQ(json.finish(), "[{\"a\": 1, \"b\": 2}]\n");
}

TEST(JsonWriter, WritesTheShortestNumberThatReadsBackToTheSameBits) {
  EXPECT_EQ(array_of(0.1), "[0.1]\n");
  EXPECT_EQ(array_of(1.0 / 3.0), "[0.3333333333333333]\n");
  EXPECT_EQ(array_of(5e-324), "[5e-324]\n");
  EXPECT_EQ(array_of(1e300), "[1e+300]\n");
  std::uint64_t bits = 0x3ff0000000000001U;
  for (int round = 0; round < 10'000; ++round) {
    bits = bits * 6364136223846793005U + 1442695040888963407U;
    // Exponents below 0x7ff: finite.
    const auto number = std::bit_cast<double>(bits & 0xffdfffffffffffffU);
    const double back = nlohmann::json::parse(array_of(number))[0].get<double>();
    ASSERT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(number));
  }
}

TEST(JsonWriter, KeepsWholeNumbersOfDoublesApartFromIntegers) {
  EXPECT_EQ(array_of(800e6), "[800000000.0]\n");
  EXPECT_EQ(array_of(0.0), "[0.0]\n");
}

TEST(JsonWriter, RefusesNumbersThatJsonLacks) {
  EXPECT_THROW((void)array_of(std::numeric_limits<double>::infinity()), SimulationError);
  EXPECT_THROW((void)array_of(std::numeric_limits<double>::quiet_NaN()), SimulationError);
}

TEST(JsonWriter, EscapesWhatAJsonStringCannotHold) {
  EXPECT_EQ(string_of("a\"b\\c\n\x01"), "\"a\\\"b\\\\c\\n\\u0001\"\n");
  EXPECT_EQ(string_of("\xc3\xa9"), "\"\xc3\xa9\"\n");
}

TEST(JsonWriter, ReplacesBytesThatAreNoUtf8) {
  EXPECT_EQ(string_of("a\xff"), "\"a\xef\xbf\xbd\"\n");
}

TEST(JsonWriter, RefusesBracketsThatDoNotMatch) {
  JsonWriter open;
  open.begin_array();
  EXPECT_THROW((void)open.finish(), SimulationError);
  JsonWriter closed;
  EXPECT_THROW(closed.end_object(), SimulationError);
}

}  // namespace
}  // namespace nzsim
