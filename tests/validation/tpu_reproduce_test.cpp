#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/run/machine.h"
#include "sim/workload/network.h"
#include "tests/support/command.h"
#include "tests/support/reproduction.h"

namespace nzsim {
namespace {

using nlohmann::json;

/// What `nzsim reproduce NAME --json` says, for one name of the TPU paper.
class Reproduced {
 public:
  explicit Reproduced(const std::string& name)
      : name_(name), reproductions_(test::reproduce_json({name})) {}

  [[nodiscard]] double simulated(const std::string& table, const std::string& row,
                                 const std::string& column) const {
    for (const json& entry : reproductions_.at(0).at("tables")) {
      if (entry.at("name") != table) continue;
      for (const json& cell : entry.at("cells")) {
        if (cell.at("row") == row && cell.at("column") == column) return cell.at("simulated");
      }
    }
    ADD_FAILURE() << "no " << table << "/" << row << "/" << column;
    return 0.0;
  }

  /// Every gap above its tolerance, and the mean and worst error of each table, stand there.
  void expect_deviations_known() const {
    test::expect_gaps_in_deviations(name_, reproductions_);
    const std::string text = test::deviations_text();
    for (const json& table : reproductions_.at(0).at("tables")) {
      const bool has_points = table.contains("mean_error_points");
      const char* const unit = has_points ? "points" : "percent";
      if (table.at("compared") == 0) continue;
      std::array<char, 256> row{};
      std::snprintf(
          row.data(), row.size(), "| %s/%s | %zu | %.1f | %.1f | %s |\n", name_.c_str(),
          table.at("name").get<std::string>().c_str(), table.at("compared").get<std::size_t>(),
          table.at(std::string("mean_error_") + unit).get<double>(),
          table.at(std::string("worst_error_") + unit).get<double>(), has_points ? "points" : "%");
      EXPECT_THAT(text, testing::HasSubstr(row.data()));
    }
  }

 private:
  std::string name_;
  json reproductions_;
};

// Published numbers: Jouppi et al., ISCA 2017.

TEST(TpuReproduction, OfTable2HasThePeaksAndOneGapInPower) {
  const Reproduced table2("tpu-table2");
  // 2 x 65,536 x 700 MHz; printed as 92.
  EXPECT_NEAR(table2.simulated("machine", "peak, TOPS", "value"), 91.75, 0.01);
  EXPECT_NEAR(table2.simulated("machine", "ridge point, operations per byte", "value"), 1350, 14);
  EXPECT_NEAR(table2.simulated("machine", "weight memory, GB/s", "value"), 34, 0.2);
  EXPECT_NEAR(table2.simulated("machine", "weights delivered, GiB/s", "value"), 30, 0.6);
  // Calibrated to it.
  EXPECT_NEAR(table2.simulated("power", "idle", "power"), 28, 0.01);
  // By the files: 1.3 and 2.8 TOPS are 0.65 and 1.4 multiply-accumulates over 51 and 160 bytes.
  EXPECT_NEAR(table2.simulated("haswell", "ridge point, MAC = 1, per byte", "value"), 12.745, 1e-3);
  EXPECT_NEAR(table2.simulated("k80", "ridge point, MAC = 1, per byte", "value"), 8.75, 1e-3);
  EXPECT_NEAR(table2.simulated("tpu", "ridge point, MAC = 1, per byte", "value"), 1349.3, 0.1);
  table2.expect_deviations_known();
}

/// Table 3 of an application that is determined: rates and the four states of a cycle.
struct PublishedApplication {
  const char* name;
  double measured_tops;
  double active;
  double weight_stall;
  double weight_shift;
  double non_matrix;
};

TEST(TpuReproduction, OfTable3HasRatesByTheRulesAloneAndSharesWithTheWait) {
  const Reproduced table3("tpu-table3");
  const auto rate = [&](const std::string& table, const std::string& application) {
    return table3.simulated(table, "TOPS row", application);
  };
  EXPECT_NEAR(rate("tops", "MLP0") / 12.3, 1.0, 0.10);
  EXPECT_NEAR(rate("tops", "MLP1") / 9.7, 1.0, 0.10);
  // By the counters: 78.2 % of 91.75; the TOPS row has 86.0.
  EXPECT_NEAR(rate("tops", "CNN0") / 71.7, 1.0, 0.10);
  EXPECT_NEAR(rate("tops_lstm0", "LSTM0") / 3.7, 1.0, 0.20);

  const std::vector<PublishedApplication> published{{"MLP0", 12.3, 12.7, 53.9, 15.9, 17.5},
                                                    {"MLP1", 9.7, 10.6, 44.2, 13.4, 31.9},
                                                    {"LSTM0", 3.7, 8.2, 58.1, 15.8, 17.9}};
  for (const PublishedApplication& application : published) {
    const auto share = [&](const char* row) {
      return table3.simulated("counters_wait", row, application.name);
    };
    // What the wait is chosen for, and what follows from it.
    EXPECT_NEAR(share("non-matrix"), application.non_matrix, 0.06) << application.name;
    EXPECT_NEAR(share("array active"), application.active, 1.4) << application.name;
    EXPECT_NEAR(share("weight stall"), application.weight_stall, 1.4) << application.name;
    EXPECT_NEAR(share("weight shift"), application.weight_shift, 1.4) << application.name;
  }
  table3.expect_deviations_known();
}

TEST(TpuReproduction, OfFig11FollowsTheCurvesOfMemoryAndClock) {
  const Reproduced fig11("tpu-fig11");
  const auto mean = [&](const char* curve, const char* scale) {
    return fig11.simulated("weighted_mean", curve, scale);
  };
  // Digitised to +-0.01.
  EXPECT_NEAR(mean("memory", "0.25") / 0.27, 1.0, 0.05);
  EXPECT_NEAR(mean("memory", "4") / 3.17, 1.0, 0.05);
  EXPECT_NEAR(mean("clock", "4") / 1.015, 1.0, 0.05);
  EXPECT_NEAR(mean("clock and accumulators", "4") / 1.05, 1.0, 0.05);
  EXPECT_NEAR(mean("matrix", "2") / 0.875, 1.0, 0.10);
  // Section 7: "about 2X".
  EXPECT_NEAR(fig11.simulated("text", "CNNs, 4 x clock, accumulators", "gain"), 2.0, 0.2);
  fig11.expect_deviations_known();
}

TEST(TpuReproduction, OfTheTilesHasNineIn18AndFourIn32Microseconds) {
  const Reproduced tiles("tpu-tiles");
  EXPECT_NEAR(tiles.simulated("time", "256 x 256", "time"), 18, 1.0);
  EXPECT_NEAR(tiles.simulated("time", "512 x 512", "time"), 32, 1.0);
  EXPECT_EQ(tiles.simulated("tiles", "256 x 256", "tiles"), 9);
  EXPECT_EQ(tiles.simulated("tiles", "512 x 512", "tiles"), 4);
  tiles.expect_deviations_known();
}

TEST(TpuReproduction, OfTpuPrimeHasTheGainsOfGddr5) {
  const Reproduced prime("tpu-prime");
  EXPECT_NEAR(prime.simulated("gain", "geometric mean", "700") / 2.6, 1.0, 0.10);
  EXPECT_NEAR(prime.simulated("gain", "weighted mean", "700") / 3.9, 1.0, 0.10);
  EXPECT_NEAR(prime.simulated("gain", "geometric mean", "1050") / 2.9, 1.0, 0.10);
  EXPECT_NEAR(prime.simulated("gain_with_host", "geometric mean", "added") / 1.9, 1.0, 0.10);
  prime.expect_deviations_known();
}

constexpr std::array kApplications{"MLP0", "MLP1", "LSTM0", "LSTM1", "CNN0", "CNN1"};

TEST(TpuReproduction, OfFig5HasTheNetworksIntensitiesAndRatesUnderTheRoof) {
  const Reproduced fig5("tpu-fig5");
  // Batch 200, one multiply-accumulate to a weight and input; 19 x 19 x 8 places for CNN0.
  EXPECT_EQ(fig5.simulated("intensity", "operations per weight byte", "MLP0"), 200);
  EXPECT_EQ(fig5.simulated("intensity", "operations per weight byte", "CNN0"), 2888);
  // 600 x 600 of 768 x 768: 96 x 0.6104.
  EXPECT_NEAR(fig5.simulated("intensity", "per byte of fetched tiles", "LSTM1"), 58.6, 0.1);
  for (const char* const application : kApplications) {
    EXPECT_LE(fig5.simulated("share", "share of the roof", application), 100.0) << application;
  }
  fig5.expect_deviations_known();
}

TEST(TpuReproduction, OfFigs6And7HasMeasuredRatesUnderTheRoofs) {
  const Reproduced fig6("tpu-fig6");
  const Reproduced fig7("tpu-fig7");
  // 2 x 51 GB/s x 8 and 2 x 160 GB/s x 4 per byte; else the peaks.
  EXPECT_NEAR(fig6.simulated("roof", "rate", "MLP0"), 0.816, 1e-6);
  EXPECT_NEAR(fig7.simulated("roof", "rate", "MLP0"), 1.28, 1e-6);
  EXPECT_NEAR(fig6.simulated("roof", "rate", "CNN0"), 1.3, 1e-6);
  EXPECT_NEAR(fig7.simulated("roof", "rate", "CNN0"), 2.8, 1e-6);
  for (const char* const application : kApplications) {
    EXPECT_LE(fig6.simulated("share", "share of the roof", application), 100.0) << application;
    EXPECT_LE(fig7.simulated("share", "share of the roof", application), 100.0) << application;
    EXPECT_LE(fig6.simulated("bound", "rate", application),
              fig6.simulated("roof", "rate", application) * (1 + 1e-9))
        << application;
  }
  fig6.expect_deviations_known();
  fig7.expect_deviations_known();
}

TEST(TpuReproduction, OfTable6DividesRatesAndMeansOfThem) {
  const Reproduced table6("tpu-table6");
  const auto value = [&](const char* table, const char* row, const char* column) {
    return table6.simulated(table, row, column);
  };
  // The paper's figures: 12.3 / 0.22, and beside a host time of 21 %.
  EXPECT_NEAR(value("figures_no_host", "TPU", "MLP0"), 55.91, 0.01);
  EXPECT_NEAR(value("figures", "TPU", "MLP0"), 55.91 / 1.21, 0.01);
  EXPECT_NEAR(value("measured", "GPU", "CNN0"), 1.0 / 0.63, 1e-3);
  EXPECT_NEAR(value("measured", "TPU over GPU", "weighted mean"),
              value("measured", "TPU", "weighted mean") / value("measured", "GPU", "weighted mean"),
              1e-9);
  // Bounds of the CPU are above its rates, so the TPU's ratios over them are below.
  for (const char* const application : kApplications) {
    EXPECT_LT(value("bounds", "TPU", application), value("measured", "TPU", application))
        << application;
  }
  // Within 10 % of Table 6, with the host: 41.0 and 3.5.
  EXPECT_NEAR(value("measured", "TPU", "MLP0") / 41.0, 1.0, 0.10);
  EXPECT_NEAR(value("measured", "TPU", "LSTM0") / 3.5, 1.0, 0.10);
  table6.expect_deviations_known();
}

/// `count` batches of a network, one behind the other.
Network repeated(const Network& network, std::size_t count) {
  Network result = network;
  result.layers.clear();
  for (std::size_t batch = 0; batch < count; ++batch) {
    const std::size_t first = result.layers.size();
    for (LayerSpec layer : network.layers) {
      layer.name += "#" + std::to_string(batch);
      auto* chain = std::get_if<ChainedSource>(&layer.activations);
      for (std::size_t n = 0; chain != nullptr && n < chain->layers.size(); ++n) {
        chain->layers[n] += first;
      }
      result.layers.push_back(std::move(layer));
    }
  }
  return result;
}

double cycles_of(const Machine& machine, const Network& network) {
  const std::unique_ptr<Program> program = machine.accelerator->compile({network, 0});
  double cycles = 0.0;
  for (const LayerResult& layer :
       machine.accelerator->simulate(*program, {.values = false}).layers) {
    cycles += static_cast<double>(layer.cycles.value());
  }
  return cycles;
}

TEST(TpuReproduction, OfOneBatchStandsForBatchesBackToBack) {
  const std::filesystem::path root = NZSIM_SOURCE_DIR;
  const Machine machine = load_machine(root / "configs/machines/tpu-v1.json", {},
                                       {root / "configs/energy", root / "configs/memory"});
  for (const char* name : {"tpu-mlp0", "tpu-mlp1", "tpu-lstm0", "tpu-cnn0"}) {
    const Network network =
        load_network(root / "workloads/networks" / (std::string(name) + ".json"));
    const double one = cycles_of(machine, network);
    const double third =
        cycles_of(machine, repeated(network, 3)) - cycles_of(machine, repeated(network, 2));
    EXPECT_NEAR(third / one, 1.0, 0.005) << name;
  }
}

TEST(TpuReproduction, KnowsThePaperByItsName) {
  const test::CommandResult result = test::run_nzsim({"reproduce", "tpv"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, testing::HasSubstr("did you mean \"tpu\"?"));
}

}  // namespace
}  // namespace nzsim
