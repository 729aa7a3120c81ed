#include "models/platform/platform.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/config/node.h"

namespace nzsim::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Platform read_platform(std::string_view text) {
  ConfigDocument document = ConfigDocument::parse(text, "p.json");
  ConfigNode root = document.root();
  Platform platform = platform_from(root);
  document.finish();
  return platform;
}

/// A platform with `keys` beside those that must be there.
std::string platform_with(const std::string& keys) {
  return R"({"name": "p", "description": "d", "kind": "gpu")" + keys + "}";
}

std::string error_of(const std::string& text) {
  try {
    (void)read_platform(text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "read";
}

Platform shipped(const std::string& name) {
  return load_platform(std::filesystem::path(NZSIM_SOURCE_DIR) / "configs/platforms" /
                       (name + ".json"));
}

constexpr const char* kRate =
    R"({"type": "float32", "tera_operations_per_second": 2, "source": "r"})";

TEST(Platform, ReadsFiguresWithTheirSources) {
  const Platform platform = read_platform(platform_with(R"(,
    "die_mm2": {"value": 331, "is_upper_limit": true, "source": "a"},
    "memory_gigabytes_per_second": {"value": 100, "source": "b"}, "processors": {"value": 4, "source": "c"},
    "rates": [{"type": "float16", "tera_operations_per_second": 8, "is_matrix_unit": true,
               "tile": {"outputs": 16, "batch": 8, "inputs": 4}, "source": "r"}],
    "conflicts": ["one says 330"])"));
  EXPECT_EQ(platform.kind, Kind::gpu);
  ASSERT_TRUE(platform.die_mm2.has_value());
  EXPECT_EQ(platform.die_mm2->value, 331.0);
  EXPECT_TRUE(platform.die_mm2->is_upper_limit);
  EXPECT_EQ(platform.die_mm2->source, "a");
  EXPECT_FALSE(platform.memory_gigabytes_per_second->is_upper_limit);
  ASSERT_EQ(platform.rates.size(), 1U);
  EXPECT_EQ(platform.rates[0].operations_per_second, 8e12);
  EXPECT_EQ(platform.rates[0].tile->inputs, 4U);
  EXPECT_THAT(platform.conflicts, ElementsAre("one says 330"));
}

TEST(Platform, LeavesOutWhatIsUnknown) {
  const Platform platform = read_platform(platform_with(R"(, "rates": [])"));
  EXPECT_FALSE(platform.process_nm.has_value());
  EXPECT_FALSE(platform.memory_gigabytes_per_second.has_value());
  EXPECT_FALSE(platform.busy_watts.has_value());
  EXPECT_EQ(platform.fastest(NumberType::float32, true), nullptr);
  EXPECT_EQ(platform.attainable(Kernel::dense_vector), nullptr);
}

TEST(Platform, RefusesZeroForAnUnknownFigure) {
  EXPECT_THAT(
      error_of(platform_with(R"(, "rates": [], "busy_watts": {"value": 0, "source": "s"})")),
      HasSubstr("p.json: /busy_watts/value: expected a number in (0, "));
}

TEST(Platform, RefusesAFigureWithoutASource) {
  EXPECT_THAT(error_of(platform_with(R"(, "rates": [], "busy_watts": {"value": 5})")),
              HasSubstr("p.json: /busy_watts/source: expected a non-empty string"));
}

TEST(Platform, RefusesAnUnknownTypeWithASuggestion) {
  EXPECT_THAT(error_of(platform_with(
                  R"(, "rates": [{"type": "float23", "tera_operations_per_second": 1,
                                  "source": "s"}])")),
              HasSubstr("did you mean \"float32\"?"));
}

TEST(Platform, RefusesFractionsOfAPeakThatItLacks) {
  EXPECT_THAT(error_of(platform_with(std::string(R"(, "rates": [)") + kRate + R"(],
      "calibration": {"launch_us": 1, "source": "s"})")),
              HasSubstr("p.json: /calibration: expected a rate of float32 and a memory bandwidth"));
  EXPECT_THAT(error_of(platform_with(std::string(R"(, "rates": [)") + kRate + R"(],
      "memory_gigabytes_per_second": {"value": 1, "source": "s"},
      "calibration": {"launch_us": 1, "source": "s",
                      "dense_matrix": {"block": {"outputs": 64, "batch": 64}}})")),
              HasSubstr("p.json: /calibration: expected a whole number of processors"));
}

TEST(Platform, ReadsTheFractionsOfEachKernel) {
  const Platform platform =
      read_platform(platform_with(std::string(R"(, "rates": [)") + kRate + R"(],
      "memory_gigabytes_per_second": {"value": 1, "source": "s"},
      "processors": {"value": 3, "source": "s"},
      "calibration": {"launch_us": 4, "source": "c",
                      "dense_matrix": {"rate_fraction": 0.5, "block": {"outputs": 64, "batch": 32}},
                      "sparse_matrix": {"rate_fraction": 0.1, "gathered_numbers": 8}})"));
  ASSERT_TRUE(platform.calibration.has_value());
  EXPECT_DOUBLE_EQ(platform.calibration->launch_seconds, 4e-6);
  const Attainable* dense = platform.attainable(Kernel::dense_matrix);
  ASSERT_NE(dense, nullptr);
  EXPECT_EQ(dense->rate_fraction, 0.5);
  EXPECT_EQ(dense->bandwidth_fraction, 1.0);
  EXPECT_EQ(dense->block->batch, 32U);
  EXPECT_EQ(platform.attainable(Kernel::sparse_matrix)->gathered_numbers, 8U);
  EXPECT_EQ(platform.attainable(Kernel::sparse_vector), nullptr);
}

TEST(Platform, KeepsMatrixUnitsFromSparseProducts) {
  const Platform v100 = shipped("tesla-v100");
  EXPECT_EQ(v100.fastest(NumberType::float16, true)->operations_per_second, 125e12);
  EXPECT_EQ(v100.fastest(NumberType::float16, false)->operations_per_second, 31.3e12);
}

/// A peak rate as its parts and clock give it, in 1e12 operations per second.
struct PeakCheck {
  const char* name;
  NumberType type;
  double tera_operations_per_second;
};

TEST(ShippedPlatforms, HavePeaksThatFollowFromUnitsAndClocks) {
  const std::vector<PeakCheck> checks{
      {"core-i7-5930k", NumberType::float32, 6 * 32 * 3.5e-3},
      // 18 cores x 32 x 2.3 GHz, printed as 1.3.
      {"xeon-e5-2699-v3", NumberType::float32, 18 * 32 * 2.3e-3},
      {"titan-x-maxwell", NumberType::float32, 3072 * 2 * 1.075e-3},
      {"tegra-k1", NumberType::float32, 192 * 2 * 0.852e-3},
      {"tesla-k40", NumberType::float32, 2880 * 2 * 0.875e-3},
      // 13 multiprocessors of 192 cores.
      {"tesla-k80", NumberType::float32, 2496 * 2 * 0.560e-3},
      {"tesla-m40", NumberType::float32, 3072 * 2 * 1.114e-3},
      {"tesla-p40", NumberType::int8, 4 * 3840 * 2 * 1.531e-3},
      {"tesla-p100", NumberType::float32, 3584 * 2 * 1.480e-3},
      // 640 tensor cores of 64 multiply-accumulates.
      {"tesla-v100", NumberType::float16, 640 * 128 * 1.530e-3},
      {"a100", NumberType::float16, 432 * 512 * 1.410e-3},
      {"h100", NumberType::float16, 132 * 4096 * 1.830e-3},
      {"tpu-v1", NumberType::int8, 65536 * 2 * 0.700e-3},
      {"tpu-v2", NumberType::bfloat16, 2 * 128 * 128 * 2 * 0.700e-3},
      {"tpu-v3", NumberType::bfloat16, 4 * 128 * 128 * 2 * 0.940e-3},
      {"tpu-v4", NumberType::bfloat16, 8 * 128 * 128 * 2 * 1.050e-3},
      // 16 tiles of 288 multipliers and as many adders.
      {"dadiannao", NumberType::int16, 16 * 288 * 2 * 0.606e-3},
      {"eyeriss", NumberType::int16, 168 * 2 * 0.250e-3},
  };
  for (const PeakCheck& check : checks) {
    const Platform platform = shipped(check.name);
    const Rate* rate = platform.fastest(check.type, true);
    ASSERT_NE(rate, nullptr) << check.name;
    // The coarsest of them is printed with two digits.
    EXPECT_NEAR(1e-12 * rate->operations_per_second / check.tera_operations_per_second, 1.0, 0.02)
        << check.name;
  }
}

TEST(ShippedPlatforms, AreNamedAsTheirFiles) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(NZSIM_SOURCE_DIR) / "configs/platforms")) {
    EXPECT_EQ(load_platform(entry.path()).name, entry.path().stem().string());
    ++count;
  }
  EXPECT_EQ(count, 20U);
}

TEST(ShippedPlatforms, SayWhatEachChosenPowerOrBandwidthConflictsWith) {
  for (const char* name : {"tesla-k80", "tesla-p40", "tpu-v1", "tpu-v2", "tpu-v3", "dadiannao"}) {
    EXPECT_FALSE(shipped(name).conflicts.empty()) << name;
  }
  EXPECT_FALSE(shipped("tpu-v4").die_mm2.has_value());
}

}  // namespace
}  // namespace nzsim::platform
