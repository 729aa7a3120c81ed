#include "models/eie/config.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/config/node.h"
#include "tests/support/message_of.h"

namespace nzsim::eie {
namespace {

Config read(std::string_view json) {
  ConfigDocument document = ConfigDocument::parse(json, "m.json");
  ConfigNode root = document.root();
  const Config config = Config::from(root, 800e6);
  document.finish();
  return config;
}

std::string error_of(std::string_view json) {
  return nzsim::test::message_of([&] { (void)read(json); });
}

TEST(EieConfig, DefaultsToThePapersDesignPoint) {
  const Config config = read("{}");
  EXPECT_EQ(config.pe_count, 64U);
  EXPECT_EQ(config.activation_queue_depth, 8U);
  EXPECT_EQ(config.entries_per_line(), 8U);
  EXPECT_EQ(config.largest_skip(), 15U);
  EXPECT_EQ(config.batch_activations(), 4096U);
  EXPECT_FALSE(config.weight_fraction_bits);
}

TEST(EieConfig, RefusesMoreCodesThanItsBitsCanName) {
  EXPECT_EQ(error_of(R"({"code_bits": 4, "codebook_entries": 17})"),
            "m.json: /codebook_entries: expected at most 16, what 4 code bits can name, got 17");
}

TEST(EieConfig, RefusesLinesWithoutRoomForAnEntry) {
  EXPECT_EQ(error_of(R"({"sparse_matrix_sram": {"width_bits": 7}})"),
            "m.json: /sparse_matrix_sram/width_bits: expected at least one entry of 8 bits, got 7");
}

TEST(EieConfig, RefusesAnActivationSramThatSplitsActivations) {
  EXPECT_EQ(error_of(R"({"activation_sram": {"width_bits": 40}})"),
            "m.json: /activation_sram/width_bits: expected a multiple of 16, got 40");
}

constexpr const char* kMemory =
    R"("memory": {"name": "m", "source": "s", "kind": "ideal", "latency_ns": 1, "bytes_per_second": 1000,
       "capacity_bytes": 4096})";

TEST(EieConfig, TakesAMemoryToStreamFrom) {
  const Config config = read(fmt::format(R"({{{}, "matrix_streaming": "oversized"}})", kMemory));
  ASSERT_TRUE(config.memory);
  EXPECT_EQ(config.memory->capacity_bytes(), 4096U);
  EXPECT_EQ(config.matrix_streaming, MatrixStreaming::oversized);
}

TEST(EieConfig, RefusesStreamingWithoutAMemory) {
  EXPECT_EQ(error_of(R"({"matrix_streaming": "always"})"),
            "m.json: /matrix_streaming: expected \"never\" where the machine has no /memory, got "
            "\"always\"");
}

TEST(EieConfig, RefusesAMemoryThatNothingIsStreamedFrom) {
  EXPECT_EQ(error_of(fmt::format("{{{}}}", kMemory)),
            "m.json: /memory: expected no memory where /matrix_streaming is \"never\", got \"m\"");
}

TEST(EieConfig, RefusesOtherWaysOfStreaming) {
  EXPECT_THAT(error_of(fmt::format(R"({{{}, "matrix_streaming": "sometimes"}})", kMemory)),
              testing::StartsWith("m.json: /matrix_streaming: expected"));
}

}  // namespace
}  // namespace nzsim::eie
