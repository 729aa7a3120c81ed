#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "sim/base/files.h"
#include "sim/run/sweep/plan.h"

namespace nzsim::sweep {
namespace {

using ::testing::ElementsAre;
using Json = nlohmann::json;

std::filesystem::path source(const std::string& name) {
  return std::filesystem::path(NZSIM_SOURCE_DIR) / name;
}

std::vector<std::filesystem::path> shipped_sweeps() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(source("configs/sweeps"))) {
    files.push_back(entry.path());
  }
  return files;
}

Plan plan_of(const std::filesystem::path& path) {
  return make_plan(load_sweep(path), {{source("configs/machines")},
                                      {source("workloads/networks")},
                                      {source("configs/energy"), source("configs/memory")}});
}

bool schema_accepts(const Json& document) {
  const Json text = Json::parse(read_file(source("configs/schema/sweep.schema.json")));
  valijson::Schema schema;
  valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(text), schema);
  return valijson::Validator().validate(schema, valijson::adapters::NlohmannJsonAdapter(document),
                                        nullptr);
}

TEST(ShippedSweeps, HavePointsAndKeepTheirSchema) {
  for (const std::filesystem::path& path : shipped_sweeps()) {
    EXPECT_GT(plan_of(path).points.size(), 0U) << path;
    EXPECT_TRUE(schema_accepts(Json::parse(read_file(path)))) << path;
  }
}

TEST(ShippedSweeps, VaryTheQueueDepthOfFigure8) {
  const Plan plan = plan_of(source("configs/sweeps/eie-queue-depth.json"));
  EXPECT_EQ(plan.points.size(), 81U);
  EXPECT_THAT(plan.config.axes.at(0).values,
              ElementsAre("1", "2", "4", "8", "16", "32", "64", "128", "256"));
  // The depth is nothing to the compiler: one program per layer.
  EXPECT_EQ(plan.points.back().program, 8U);
}

TEST(ShippedSweeps, VaryTheWidthOfFigure9) {
  const Plan plan = plan_of(source("configs/sweeps/eie-sram-width.json"));
  // Three layers of AlexNet, and VGG-6.
  EXPECT_EQ(plan.points.size(), 20U);
  EXPECT_THAT(plan.config.axes.at(0).values, ElementsAre("32", "64", "128", "256", "512"));
}

TEST(ShippedSweeps, MoveThePesMemoriesWithTheirNumber) {
  const Plan plan = plan_of(source("configs/sweeps/eie-pe-count.json"));
  // Nine sizes of nine layers: one choice of memories for each size.
  EXPECT_EQ(plan.points.size(), 81U);
  EXPECT_THAT(plan.points[0].values, ElementsAre("1", "16777216", "131072", "4096"));
  EXPECT_THAT(plan.points[8].values, ElementsAre("256", "65536", "2048", "64"));
}

TEST(SweepSchema, RefusesWhatTheReaderRefuses) {
  const Json sweep = Json::parse(read_file(source("configs/sweeps/eie-sram-width.json")));
  Json wrong = sweep;
  wrong["axes"]["/a"] = Json::array();
  EXPECT_FALSE(schema_accepts(wrong));
  wrong = sweep;
  wrong["axes"]["/a"] = {{"from", 1}, {"to", 2}};
  EXPECT_FALSE(schema_accepts(wrong));
  wrong = sweep;
  wrong["mode"] = "random";
  EXPECT_FALSE(schema_accepts(wrong));
  wrong["random"] = {{"points", 3}};
  EXPECT_TRUE(schema_accepts(wrong));
  wrong = sweep;
  wrong["workloads"][0] = 3;
  EXPECT_FALSE(schema_accepts(wrong));
}

}  // namespace
}  // namespace nzsim::sweep
