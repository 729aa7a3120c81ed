#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/systolic/compiler/mapping.h"
#include "models/systolic/schedule.h"
#include "sim/workload/network.h"
#include "tests/support/shipped_memory.h"

namespace nzsim::systolic {
namespace {

/// One application of the TPU paper on the TPU's array, FIFO and weight memory.
struct Application {
  ScheduleCounters counters;
  double tera_operations_per_second = 0.0;

  /// Per cent of all cycles.
  [[nodiscard]] double share(std::uint64_t cycles) const {
    return 100.0 * static_cast<double>(cycles) / static_cast<double>(counters.cycles);
  }
};

Application run(const std::string& name, OperandType operands, const std::string& channels = "2") {
  const Network network = load_network(std::filesystem::path(NZSIM_SOURCE_DIR) /
                                       "workloads/networks" / (name + ".json"));
  Config config;
  config.operand_type = operands;
  config.host_bytes_per_second = 12.5e9;
  config.memory = nzsim::test::shipped_memory("ddr3-2133", {{"/channels", channels}});
  const auto program = compile(config, {network, 1});
  const auto memory = make_memory(*config.memory);
  // The whole program as one layer.
  const std::vector<std::size_t> ends{program->instructions.size()};
  Application result;
  result.counters =
      Schedule(config, memory.get()).run(program->instructions, ends).front().counters;
  std::uint64_t multiply_accumulates = 0;
  for (const LayerSpec& layer : network.layers) {
    multiply_accumulates += layer.batch * layer.dense_multiply_accumulates();
  }
  const double seconds = static_cast<double>(result.counters.cycles) / config.clock_hz;
  result.tera_operations_per_second =
      2.0 * static_cast<double>(multiply_accumulates) / seconds * 1e-12;
  return result;
}

/// Jouppi et al., ISCA 2017, Table 3, and what the rules alone may differ by: layer shapes are not
/// published, and neither is what layers wait for beyond their data.
struct Published {
  const char* application;
  /// LSTM0's active share fits operands of 8 and 16 bits.
  OperandType operands;
  double tera_operations_per_second;
  double tolerance;
};

void PrintTo(const Published& published, std::ostream* out) { *out << published.application; }

class PublishedTpuRate : public ::testing::TestWithParam<Published> {};

TEST_P(PublishedTpuRate, FollowsFromTheRulesWithinItsTolerance) {
  const Published& published = GetParam();
  const Application simulated = run(published.application, published.operands);
  EXPECT_NEAR(simulated.tera_operations_per_second / published.tera_operations_per_second, 1.0,
              published.tolerance);
}

// CNN0: the row of rates has 86.0, measured apart from the counters; 78.2 % of the peak of 91.75
// are 71.7. LSTM1 and CNN1 are not determined by what is published.
INSTANTIATE_TEST_SUITE_P(Table3, PublishedTpuRate,
                         ::testing::Values(Published{"tpu-mlp0", OperandType::int8, 12.3, 0.05},
                                           Published{"tpu-mlp1", OperandType::int8, 9.7, 0.11},
                                           Published{"tpu-lstm0", OperandType::int8x16, 3.7, 0.15},
                                           Published{"tpu-cnn0", OperandType::int8, 71.7, 0.05}));

TEST(PublishedTpu, MemoryBoundApplicationsSpendTheirCyclesAsTable3Says) {
  const Application mlp0 = run("tpu-mlp0", OperandType::int8);
  // Published 12.7, 53.9 and 15.9 % beside 17.5 % without matrix work, of which the rules know 9.4:
  // the ratios among the first three are what they determine.
  EXPECT_NEAR(mlp0.share(mlp0.counters.array_active_cycles), 12.7, 1.0);
  EXPECT_NEAR(mlp0.share(mlp0.counters.weight_shift_cycles), 15.9, 1.0);
  EXPECT_NEAR(static_cast<double>(mlp0.counters.weight_stall_cycles) /
                  static_cast<double>(mlp0.counters.weight_shift_cycles),
              53.9 / 15.9, 0.25);
  // LSTM0 at half speed: 8.2 % active.
  const Application lstm0 = run("tpu-lstm0", OperandType::int8x16);
  EXPECT_NEAR(lstm0.share(lstm0.counters.array_active_cycles), 8.2, 1.0);
}

TEST(PublishedTpu, Cnn0NeverWaitsForWeights) {
  const Application cnn0 = run("tpu-cnn0", OperandType::int8);
  EXPECT_LT(cnn0.share(cnn0.counters.weight_stall_cycles), 0.05);  // published 0.0 %
  EXPECT_NEAR(cnn0.share(cnn0.counters.array_active_cycles), 78.2, 4.0);
}

TEST(PublishedTpu, FourTimesTheBandwidthMakesMlpsAboutThreeTimesAsFast) {
  // Fig. 11 and Section 7: 3x for MLPs and LSTMs.
  const double gain = run("tpu-mlp0", OperandType::int8, "8").tera_operations_per_second /
                      run("tpu-mlp0", OperandType::int8, "2").tera_operations_per_second;
  EXPECT_NEAR(gain, 3.0, 0.3);
}

}  // namespace
}  // namespace nzsim::systolic
