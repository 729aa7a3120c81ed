#include "sim/energy/table.h"

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/config/node.h"

namespace nzsim {
namespace {

using ::testing::HasSubstr;

EnergyTable read_table(std::string_view text) {
  ConfigDocument document = ConfigDocument::parse(text, "t.json");
  ConfigNode root = document.root();
  EnergyTable table = energy_table_from(root);
  document.finish();
  return table;
}

/// A table with these `entries`.
std::string table_of(const std::string& entries) {
  return R"({"name": "t", "node_nm": 45, "source": "s", "entries": [)" + entries + "]}";
}

std::string error_of(const std::string& text) {
  try {
    (void)read_table(text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "read";
}

constexpr const char* kRead =
    R"({"component": "sram", "action": "read", "picojoules": 2, "provenance": "published",
        "source": "p", "reference_width_bits": 64, "reference_capacity_bytes": 1024})";
constexpr const char* kLeakage =
    R"({"component": "sram", "action": "leakage", "milliwatts": 3, "provenance": "calibrated",
        "source": "q", "reference_capacity_bytes": 1024})";
constexpr const char* kAdd =
    R"({"component": "alu", "action": "add", "picojoules": 0.5, "provenance": "derived",
        "source": "r"})";

/// One row for one event.
EnergyRow price(const std::string& entries, const EnergyEvent& event, double clock_hz = 1e9) {
  return energy_of(read_table(table_of(entries)), {event}, clock_hz).at(0);
}

TEST(EnergyTable, ReadsEntriesAreasAndCalibration) {
  const EnergyTable table = read_table(R"({"name": "t", "node_nm": 45, "source": "s",
    "entries": [{"component": "alu", "action": "add", "picojoules": 0.5, "provenance": "derived",
                 "source": "r"}],
    "areas": [{"component": "alu", "square_micrometres": 67, "provenance": "assumption",
               "source": "a"}],
    "calibration": {"workload": "w", "clock_mhz": 800, "parts": 64, "source": "c",
                    "counters": [{"name": "cycles", "value": 10}],
                    "targets": [{"module": "ALU", "milliwatts": 1.5}]}})");
  EXPECT_EQ(table.name, "t");
  EXPECT_EQ(table.node_nm, 45.0);
  EXPECT_EQ(table.source, "s");
  ASSERT_EQ(table.entries.size(), 1U);
  EXPECT_EQ(table.entries[0].picojoules, 0.5);
  EXPECT_FALSE(table.entries[0].milliwatts.has_value());
  EXPECT_EQ(table.entries[0].provenance, Provenance::derived);
  EXPECT_EQ(table.entries[0].source, "r");
  ASSERT_EQ(table.areas.size(), 1U);
  EXPECT_EQ(table.areas[0].square_micrometres, 67.0);
  ASSERT_TRUE(table.calibration.has_value());
  EXPECT_EQ(table.calibration->clock_hz, 800e6);
  EXPECT_EQ(table.calibration->parts, 64U);
  EXPECT_EQ(table.calibration->counters.at(0).value, 10U);
  EXPECT_EQ(table.calibration->targets.at(0).milliwatts, 1.5);
}

TEST(EnergyTable, WantsEnergyOrPowerButNotBoth) {
  EXPECT_THAT(error_of(table_of(R"({"component": "a", "action": "b", "provenance": "derived",
                                    "source": "s"})")),
              HasSubstr("t.json: /entries/0"));
  EXPECT_THAT(error_of(table_of(R"({"component": "a", "action": "b", "provenance": "derived",
                                    "source": "s", "picojoules": 1, "milliwatts": 1})")),
              HasSubstr("t.json: /entries/0"));
}

TEST(EnergyTable, RefusesASecondEntryOfOneComponentAndAction) {
  EXPECT_EQ(error_of(table_of(std::string(kRead) + "," + kLeakage + "," + kRead)),
            "t.json: /entries/2/component: expected one entry for component 'sram' and action "
            "'read', got a second");
}

TEST(EnergyTable, RefusesNegativeEnergiesAndUnknownProvenances) {
  EXPECT_THAT(error_of(table_of(R"({"component": "a", "action": "b", "provenance": "derived",
                                    "source": "s", "picojoules": -1})")),
              HasSubstr("/entries/0/picojoules: expected"));
  EXPECT_THAT(error_of(table_of(R"({"component": "a", "action": "b", "provenance": "guess",
                                    "source": "s", "picojoules": 1})")),
              HasSubstr("/entries/0/provenance: expected"));
}

TEST(EnergyTable, WantsASourceForEveryNumber) {
  EXPECT_THAT(error_of(table_of(R"({"component": "a", "action": "b", "provenance": "derived",
                                    "picojoules": 1})")),
              HasSubstr("/entries/0/source: expected"));
}

TEST(EnergyTable, RefusesUnknownKeys) {
  EXPECT_THAT(error_of(R"({"name": "t", "node_nm": 45, "source": "s", "entries": [], "area": []})"),
              HasSubstr("/area: "));
}

TEST(EnergyOf, IsEnergyPerActionTimesCount) {
  const EnergyRow row = price(kAdd, {"M", "alu", "add", 10, 0, 0});
  EXPECT_EQ(row.module, "M");
  EXPECT_EQ(row.count, 10U);
  EXPECT_DOUBLE_EQ(row.picojoules_each, 0.5);
  EXPECT_DOUBLE_EQ(row.energy.value(), 5.0);
  EXPECT_FALSE(row.is_static);
  EXPECT_EQ(row.provenance, Provenance::derived);
  EXPECT_EQ(row.source, "r");
}

TEST(EnergyOf, DynamicEnergyIsLinearInWidthAndAsTheRootOfCapacity) {
  EXPECT_DOUBLE_EQ(price(kRead, {"M", "sram", "read", 1, 64, 1024}).picojoules_each, 2.0);
  EXPECT_DOUBLE_EQ(price(kRead, {"M", "sram", "read", 1, 32, 1024}).picojoules_each, 1.0);
  EXPECT_DOUBLE_EQ(price(kRead, {"M", "sram", "read", 1, 64, 4096}).picojoules_each, 4.0);
  EXPECT_DOUBLE_EQ(price(kRead, {"M", "sram", "read", 1, 128, 256}).picojoules_each, 2.0);
}

TEST(EnergyOf, StaticEnergyIsPowerTimesTimeAndLinearInCapacity) {
  // 3 mW for 1 ns are 3 pJ.
  const EnergyRow row = price(kLeakage, {"M", "sram", "leakage", 100, 0, 1024});
  EXPECT_TRUE(row.is_static);
  EXPECT_DOUBLE_EQ(row.picojoules_each, 3.0);
  EXPECT_DOUBLE_EQ(row.energy.value(), 300.0);
  // At 800 MHz a cycle takes 1.25 ns.
  EXPECT_DOUBLE_EQ(price(kLeakage, {"M", "sram", "leakage", 1, 0, 1024}, 800e6).energy.value(),
                   3.75);
  EXPECT_DOUBLE_EQ(price(kLeakage, {"M", "sram", "leakage", 1, 16, 4096}).energy.value(), 12.0);
}

TEST(EnergyOf, AddsUpOneModuleComponentAndActionInOrderOfAppearance) {
  const EnergyTable table = read_table(table_of(std::string(kRead) + "," + kAdd));
  const auto rows = energy_of(table,
                              {{"M", "sram", "read", 3, 64, 1024},
                               {"N", "alu", "add", 1, 0, 0},
                               {"M", "sram", "read", 1, 128, 1024},
                               {"O", "sram", "read", 0, 64, 1024}},
                              1e9);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].module, "M");
  EXPECT_EQ(rows[0].count, 4U);
  // 3 x 2 pJ + 1 x 4 pJ, in the mean 2.5 pJ.
  EXPECT_DOUBLE_EQ(rows[0].energy.value(), 10.0);
  EXPECT_DOUBLE_EQ(rows[0].picojoules_each, 2.5);
  EXPECT_EQ(rows[1].module, "N");
  EXPECT_EQ(rows[2].module, "O");
  EXPECT_EQ(rows[2].count, 0U);
  EXPECT_EQ(rows[2].energy.value(), 0.0);
  EXPECT_DOUBLE_EQ(rows[2].picojoules_each, 2.0);
}

TEST(EnergyOf, EventWithoutAnEntryIsAnErrorThatNamesTheTable) {
  try {
    (void)price(kAdd, {"M", "alu", "divide", 1, 0, 0});
    FAIL() << "priced";
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "t: /entries: expected an entry for component 'alu' and action 'divide', got "
                 "none");
  }
}

TEST(EnergyOf, GeometryThatAnEntryNeedsAndAnEventLacksIsAnError) {
  EXPECT_THROW((void)price(kRead, {"M", "sram", "read", 1, 0, 1024}), ConfigError);
  EXPECT_THROW((void)price(kRead, {"M", "sram", "read", 1, 64, 0}), ConfigError);
  EXPECT_THROW((void)price(kLeakage, {"M", "sram", "leakage", 1, 64, 0}), ConfigError);
}

TEST(EnergyOf, StaticPowerNeedsAClock) {
  EXPECT_THROW((void)price(kLeakage, {"M", "sram", "leakage", 1, 0, 1024}, 0.0), SimulationError);
}

TEST(AreaOf, IsAreaTimesInstancesAndLinearInCapacity) {
  const EnergyTable table = read_table(R"({"name": "t", "node_nm": 45, "source": "s", "entries": [],
    "areas": [{"component": "alu", "square_micrometres": 10, "provenance": "published", "source": "a"},
              {"component": "sram", "square_micrometres": 100, "provenance": "published",
               "reference_capacity_bytes": 1024, "source": "b"}]})");
  const auto rows = area_of(table, {{"sram", 2, 512}, {"alu", 3, 0}});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].component, "sram");
  EXPECT_DOUBLE_EQ(rows[0].square_micrometres, 100.0);
  EXPECT_EQ(rows[0].instances, 2U);
  EXPECT_EQ(rows[0].source, "b");
  EXPECT_DOUBLE_EQ(rows[1].square_micrometres, 30.0);
  EXPECT_THROW((void)area_of(table, {{"fpu", 1, 0}}), ConfigError);
  EXPECT_THROW((void)area_of(table, {{"sram", 1, 0}}), ConfigError);
}

TEST(EnergyTable, LoadsFromAFileAndNamesItInErrors) {
  EXPECT_EQ(load_energy_table(NZSIM_SOURCE_DIR "/configs/energy/eie-45nm.json").name, "eie-45nm");
  EXPECT_THROW((void)load_energy_table("no/such/table.json"), InputError);
}

}  // namespace
}  // namespace nzsim
