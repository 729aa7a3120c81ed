#include "sim/run/machine.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tests/support/message_of.h"
#include "tests/support/temporary_directory.h"

namespace nzsim {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

constexpr const char* kTable = R"({"name": "table", "node_nm": 45, "source": "a test", "entries": [
  {"component": "multiply_accumulator", "action": "multiply_accumulate", "picojoules": 1,
   "provenance": "assumption", "source": "a test"}], "areas": []})";

/// A temporary `configs` with one energy table and room for machines.
class MachineFile : public testing::Test {
 protected:
  MachineFile() { write_file(directory.path() / "energy" / "table.json", kTable); }

  std::filesystem::path write(const Json& contents) const {
    const std::filesystem::path path = directory.path() / "machines" / "machine.json";
    write_file(path, contents.dump());
    return path;
  }

  test::TemporaryDirectory directory;
  Json machine = {{"name", "mine"},    {"model", "ideal"},  {"clock_mhz", 700},
                  {"energy", "table"}, {"source", "paper"}, {"bytes_per_cycle", 8}};
};

TEST_F(MachineFile, IsReadWithItsModelsKeys) {
  const Machine result = load_machine(write(machine));
  EXPECT_EQ(result.name, "mine");
  EXPECT_EQ(result.model, "ideal");
  EXPECT_EQ(result.source, "paper");
  EXPECT_EQ(result.energy.name, "table");
  EXPECT_DOUBLE_EQ(result.accelerator->clock_hz(), 700e6);
  EXPECT_DOUBLE_EQ(result.accelerator->ceilings().bytes_per_second, 8 * 700e6);
}

TEST_F(MachineFile, IsResolvedWithEveryDefault) {
  const Json resolved = Json::parse(load_machine(write(machine)).resolved);
  EXPECT_EQ(resolved["multiply_accumulates_per_cycle"], 64);
  EXPECT_EQ(resolved["bytes_per_cycle"], 8);
}

TEST_F(MachineFile, IsChangedByOverrides) {
  const Machine result = load_machine(write(machine), {{"/bytes_per_cycle", "16"}});
  EXPECT_DOUBLE_EQ(result.accelerator->ceilings().bytes_per_second, 16 * 700e6);
}

TEST_F(MachineFile, TakesAnInlineEnergyTable) {
  machine["energy"] = Json::parse(kTable);
  machine["energy"]["name"] = "inline";
  EXPECT_EQ(load_machine(write(machine)).energy.name, "inline");
}

TEST_F(MachineFile, FindsAShippedEnergyTable) {
  const test::TemporaryDirectory shipped;
  write_file(shipped.path() / "other.json", kTable);
  machine["energy"] = "other";
  EXPECT_EQ(load_machine(write(machine), {}, shipped.path()).energy.entries.size(), 1U);
}

TEST_F(MachineFile, SuggestsTheNearestEnergyTable) {
  machine["energy"] = "tabel";
  EXPECT_THAT(test::message_of([&] { static_cast<void>(load_machine(write(machine))); }),
              HasSubstr("machine.json: /energy: expected the name of an energy table, got "
                        "\"tabel\"; did you mean \"table\"?"));
}

TEST_F(MachineFile, SuggestsTheNearestModel) {
  machine["model"] = "idael";
  const std::string message =
      test::message_of([&] { static_cast<void>(load_machine(write(machine))); });
  EXPECT_THAT(message, HasSubstr("machine.json: /model: expected"));
  EXPECT_THAT(message, HasSubstr("did you mean \"ideal\"?"));
}

TEST_F(MachineFile, ReportsAllErrorsTogether) {
  machine["clock_mhz"] = -1;
  machine["bytes_per_cycle"] = 0;
  machine["pe_count"] = 64;
  const std::string message =
      test::message_of([&] { static_cast<void>(load_machine(write(machine))); });
  EXPECT_THAT(message, HasSubstr("/clock_mhz"));
  EXPECT_THAT(message, HasSubstr("/bytes_per_cycle"));
  EXPECT_THAT(message, HasSubstr("/pe_count"));
}

TEST(MachineSchema, HasABranchForEachModel) {
  const std::string schema = machine_schema();
  EXPECT_TRUE(Json::accept(schema));
  EXPECT_THAT(schema, HasSubstr("\"clock_mhz\""));
  EXPECT_THAT(schema, HasSubstr("\"multiply_accumulates_per_cycle\""));
}

TEST(AcceleratorRegistry, ListsModelsByName) {
  const std::vector<AcceleratorRegistry::Entry> all = AcceleratorRegistry::all();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                             [](const auto& a, const auto& b) { return a.model < b.model; }));
  EXPECT_TRUE(std::any_of(all.begin(), all.end(),
                          [](const auto& entry) { return entry.model == "ideal"; }));
}

TEST(AcceleratorRegistry, RefusesTwoModelsOfOneName) {
  EXPECT_THROW(AcceleratorRegistry::add("ideal", "another", nullptr), SimulationError);
}

}  // namespace
}  // namespace nzsim
