#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace nzsim {
namespace {

using nlohmann::json;

const std::vector<std::string> kLayers{"alex-6", "alex-7", "alex-8", "vgg-6",  "vgg-7",
                                       "vgg-8",  "nt-we",  "nt-wd",  "nt-lstm"};

json read_json(const std::string& path) {
  std::ifstream file(std::filesystem::path(NZSIM_SOURCE_DIR) / path);
  return json::parse(file);
}

/// A table of a file of `configs/published`.
class Table {
 public:
  Table(const std::string& file, const std::string& name) {
    const json document = read_json("configs/published/" + file + ".json");
    for (const json& table : document.at("tables")) {
      if (table.at("name") == name) table_ = table;
    }
  }

  [[nodiscard]] double at(const std::string& row, const std::string& column) const {
    const auto& columns = table_.at("columns");
    const auto index = std::find(columns.begin(), columns.end(), column) - columns.begin();
    return table_.at("rows").at(row).at("values").at(static_cast<std::size_t>(index));
  }

 private:
  json table_;
};

// The paper's numbers check each other, which guards against slips in copying them.

TEST(PublishedEieData, LoadBalanceAtDepthEightIsTheoreticalOverActualTime) {
  const Table theoretical("eie-table4", "theoretical");
  const Table actual("eie-table4", "actual");
  const Table fig8("eie-fig8", "load_balance");
  for (const std::string& layer : kLayers) {
    const double expected = theoretical.at(layer, "theoretical") / actual.at(layer, "actual");
    // Digitised to +-0.005; times are printed to 0.1 us.
    EXPECT_NEAR(fig8.at(layer, "8") / expected, 1.0, 0.015) << layer;
  }
}

TEST(PublishedEieData, LoadBalanceOf64PesIsThatOfQueueDepthEight) {
  const Table fig8("eie-fig8", "load_balance");
  const Table fig13("eie-fig13", "load_balance");
  for (const std::string& layer : kLayers) {
    EXPECT_NEAR(fig13.at(layer, "64") / fig8.at(layer, "8"), 1.0, 0.02) << layer;
  }
}

TEST(PublishedEieData, ModulesAddUpToOneProcessingElement) {
  const Table power("eie-table2", "power");
  const Table area("eie-table2", "area");
  double milliwatts = 0.0;
  double square_micrometres = area.at("filler_cell", "area");
  for (const char* module : {"ActQueue", "PtrRead", "SpmatRead", "ArithmUnit", "ActRW"}) {
    milliwatts += power.at(module, "power");
    square_micrometres += area.at(module, "area");
  }
  EXPECT_NEAR(milliwatts, power.at("total", "power"), 0.0015);
  EXPECT_NEAR(square_micrometres, area.at("total", "area"), 0.5);
  // 64 PEs and 21 nodes of leading non-zero detection of 0.023 mW: 0.5865 W, printed as 0.59 W.
  EXPECT_NEAR(1e-3 * (64 * power.at("total", "power") + 21 * 0.023),
              Table("eie-table2", "machine").at("64 PEs", "power"), 0.005);
}

TEST(PublishedEieData, FrameRateOf64PesIsTheInverseOfAlex7sTime) {
  const Table row("eie-table5", "eie_64pe");
  const double seconds = 1e-6 * Table("eie-table4", "actual").at("alex-7", "actual");
  EXPECT_NEAR(row.at("frames per s", "value"), 1.0 / seconds, 1.0);
  EXPECT_NEAR(row.at("frames per J", "value"), 1.0 / seconds / row.at("power, W", "value"), 1.0);
  EXPECT_NEAR(row.at("frames per s and mm2", "value"), 1.0 / seconds / row.at("area, mm2", "value"),
              0.5);
}

TEST(PublishedEieData, FrameRatesOfThePlatformsAreTheInverseOfAlex7sTimes) {
  // Printed with three and four digits.
  const Table cpu("eie-table5", "core_i7");
  EXPECT_NEAR(cpu.at("frames per s", "value"),
              1e6 / Table("eie-platforms", "cpu").at("alex-7", "1 dense"), 0.5);
  EXPECT_NEAR(Table("eie-table5", "titan_x").at("frames per s", "value"),
              1e6 / Table("eie-platforms", "gpu").at("alex-7", "1 dense"), 0.5);
  EXPECT_NEAR(Table("eie-table5", "tegra_k1").at("frames per s", "value"),
              1e6 / Table("eie-platforms", "mobile_gpu").at("alex-7", "1 dense"), 0.5);
  EXPECT_NEAR(cpu.at("frames per J", "value"),
              cpu.at("frames per s", "value") / Table("eie-platforms", "power").at("cpu", "power"),
              0.005);
}

TEST(PublishedEieData, RatesOfEachPlatformAreItsFramesOverAreaAndPower) {
  for (const char* name : {"core_i7", "titan_x", "dadiannao", "truenorth"}) {
    const Table row("eie-table5", name);
    const double frames = row.at("frames per s", "value");
    // Printed with at least two digits, TrueNorth's power too: 0.18 W.
    EXPECT_NEAR(row.at("frames per s and mm2", "value") * row.at("area, mm2", "value") / frames,
                1.0, 0.02)
        << name;
    EXPECT_NEAR(row.at("frames per J", "value") * row.at("power, W", "value") / frames, 1.0, 0.03)
        << name;
  }
}

TEST(PublishedEieData, GainsOverDaDianNaoAreThoseOfTheRows) {
  const Table eie("eie-table5", "eie_256pe");
  const Table other("eie-table5", "dadiannao");
  const Table gains("eie-table5", "over_dadiannao");
  const auto ratio = [&](const char* row) { return eie.at(row, "value") / other.at(row, "value"); };
  // 2.88, 19.5 and 3.06, printed as 2.9, 19 and 3.
  EXPECT_NEAR(ratio("frames per s"), gains.at("throughput", "1200"), 0.05);
  EXPECT_NEAR(ratio("frames per J"), gains.at("energy efficiency", "1200"), 0.55);
  EXPECT_NEAR(ratio("frames per s and mm2"), gains.at("area efficiency", "1200"), 0.5);
}

const std::vector<std::string> kTpuApplications{"MLP0", "MLP1", "LSTM0", "LSTM1", "CNN0", "CNN1"};

TEST(PublishedTpuData, StatesOfTable3AddUpToAllCycles) {
  const Table counters("tpu-table3", "counters");
  for (const std::string& name : kTpuApplications) {
    // Four values rounded to 0.1 points.
    EXPECT_NEAR(counters.at("array active", name) + counters.at("weight stall", name) +
                    counters.at("weight shift", name) + counters.at("non-matrix", name),
                100.0, 0.2)
        << name;
    EXPECT_NEAR(counters.at("useful MACs", name) + counters.at("unused MACs", name),
                counters.at("array active", name), 0.151)
        << name;
  }
}

TEST(PublishedTpuData, PartsOfTheKindsGiveBothWeightedMeansOfTable6) {
  const Table deployment("tpu-table1", "deployment");
  const Table parts("tpu-table1", "parts");
  const Table over_cpu("tpu-table6", "over_cpu");
  const auto weighted_mean = [&](const std::string& platform) {
    double sum = 0.0;
    double total = 0.0;
    for (const std::string& name : kTpuApplications) {
      const double weight =
          deployment.at(name.substr(0, name.size() - 1), "share") * parts.at(name, "part");
      sum += weight * over_cpu.at(platform, name);
      total += weight;
    }
    return sum / total;
  };
  // Half of the MLPs' share for either would give 22.7 and 1.26.
  EXPECT_NEAR(weighted_mean("TPU"), over_cpu.at("TPU", "weighted mean"), 0.1);
  EXPECT_NEAR(weighted_mean("GPU"), over_cpu.at("GPU", "weighted mean"), 0.05);
}

TEST(PublishedTpuData, RatiosOfTpuAndGpuInTable6FollowFromItsRows) {
  const Table over_cpu("tpu-table6", "over_cpu");
  std::vector<std::string> columns = kTpuApplications;
  columns.emplace_back("geometric mean");
  columns.emplace_back("weighted mean");
  for (const std::string& column : columns) {
    const double tpu = over_cpu.at("TPU", column);
    const double gpu = over_cpu.at("GPU", column);
    const double ratio = over_cpu.at("TPU over GPU", column);
    // All three are rounded to one decimal.
    EXPECT_GE(ratio + 0.05, (tpu - 0.05) / (gpu + 0.05)) << column;
    EXPECT_LE(ratio - 0.05, (tpu + 0.05) / (gpu - 0.05)) << column;
  }
}

TEST(PublishedTpuData, PointsOfFigs5To7AgreeWithTablesAndLabels) {
  const Table applications("tpu-table1", "applications");
  const Table tops("tpu-table3", "tops");
  for (const std::string& name : kTpuApplications) {
    EXPECT_EQ(Table("tpu-fig5", "intensity").at("operations per weight byte", name),
              applications.at(name, "operations per weight byte"))
        << name;
    EXPECT_EQ(Table("tpu-fig5", "rate").at("rate", name), tops.at("TOPS row", name)) << name;
    for (const char* figure : {"tpu-fig6", "tpu-fig7"}) {
      // Digitised with two or three digits, labelled with one decimal.
      EXPECT_NEAR(Table(figure, "rate").at("rate", name), Table(figure, "labels").at("rate", name),
                  0.0501)
          << figure << " " << name;
    }
  }
}

/// The only layer of a network file.
json layer_of(const std::string& network) {
  return read_json("workloads/networks/" + network + ".json").at("layers").at(0);
}

TEST(BenchmarkNetworks, HaveTheShapesAndDensitiesOfTableThree) {
  const Table shape("eie-table3", "shape");
  const Table density("eie-table3", "density");
  for (const std::string& layer : kLayers) {
    for (const std::string& name : {layer, layer + "-uneven"}) {
      const json spec = layer_of(name);
      EXPECT_EQ(spec.at("inputs"), shape.at(layer, "inputs")) << name;
      EXPECT_EQ(spec.at("outputs"), shape.at(layer, "outputs")) << name;
      EXPECT_NEAR(100.0 * spec.at("weights").at("synthetic").at("density").get<double>(),
                  density.at(layer, "weights"), 1e-9)
          << name;
      EXPECT_NEAR(100.0 * spec.at("activations").at("synthetic").at("density").get<double>(),
                  density.at(layer, "activations"), 1e-9)
          << name;
    }
  }
}

TEST(BenchmarkNetworks, ShareOnePairOfSpreads) {
  const json expected = layer_of("alex-6-uneven").at("weights").at("synthetic").at("distribution");
  for (const std::string& layer : kLayers) {
    EXPECT_EQ(layer_of(layer + "-uneven").at("weights").at("synthetic").at("distribution"),
              expected)
        << layer;
    EXPECT_EQ(layer_of(layer).at("weights").at("synthetic").at("distribution"), "uniform") << layer;
  }
}

}  // namespace
}  // namespace nzsim
