#include "sim/memory/config.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/support/message_of.h"
#include "tests/support/shipped_memory.h"
#include "tests/support/temporary_directory.h"

namespace nzsim {
namespace {

using test::shipped_dram;
using test::shipped_memories;
using test::shipped_memory;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(ShippedMemories, AreAllThereAndBearTheirFilesNames) {
  EXPECT_THAT(shipped_memories(), ElementsAre("ddr3-1600", "ddr3-2133", "ddr4-2400", "ddr4-3200",
                                              "gddr5-6000", "gddr5-7000", "hbm-1000", "hbm2-2000",
                                              "hbm3-6400", "ideal", "lpddr4-3200"));
  for (const std::string& name : shipped_memories()) EXPECT_EQ(shipped_memory(name).name, name);
}

/// Every key is stated: nothing but the optional `hash` is filled in by a default.
TEST(ShippedMemories, StateEveryKey) {
  for (const std::string& name : shipped_memories()) {
    const std::filesystem::path path = test::memory_file(name);
    nlohmann::json resolved = nlohmann::json::parse(load_resolved_memory(path).resolved);
    if (resolved.contains("mapping")) resolved["mapping"].erase("hash");
    EXPECT_EQ(resolved, nlohmann::json::parse(read_file(path))) << name;
  }
}

struct Published {
  std::string name;
  /// GB/s of one channel, as the standard's name promises, and MiB.
  double gigabytes_per_second;
  std::uint64_t mebibytes;
};

class PublishedMemory : public testing::TestWithParam<Published> {};

TEST_P(PublishedMemory, HasItsBandwidthAndCapacity) {
  const MemoryConfig memory = shipped_memory(GetParam().name);
  // Clock periods are rounded to a picosecond: 0.667 ns for 1500 MHz is 0.05 % off.
  EXPECT_NEAR(memory.peak_bytes_per_second() / 1e9 / GetParam().gigabytes_per_second, 1.0, 1e-3);
  EXPECT_EQ(memory.capacity_bytes() >> 20U, GetParam().mebibytes);
}

INSTANTIATE_TEST_SUITE_P(Memories, PublishedMemory,
                         testing::Values(
                             // Transfers per second x bytes of the bus; devices x capacity of one.
                             Published{"ddr3-1600", 12.8, 4096},   // 1.6 G x 8; 8 x 4 Gb
                             Published{"ddr3-2133", 17.06, 4096},  // 2.133 G x 8; 8 x 4 Gb
                             Published{"ddr4-2400", 19.2, 8192},   // 2.4 G x 8; 8 x 8 Gb
                             Published{"ddr4-3200", 25.6, 8192},   // 3.2 G x 8; 8 x 8 Gb
                             Published{"lpddr4-3200", 6.4, 1024},  // 3.2 G x 2; 8 Gb
                             Published{"gddr5-6000", 24.0, 128},   // 6 G x 4; 1 Gb
                             Published{"gddr5-7000", 28.0, 128},   // 7 G x 4; 1 Gb
                             Published{"hbm-1000", 16.0, 512},     // 1 G x 16; 4 Gb
                             Published{"hbm2-2000", 32.0, 1024},   // 2 G x 2 x 8; 8 Gb
                             Published{"hbm3-6400", 51.2, 512}));  // 6.4 G x 2 x 4; 2 x 2 Gb

TEST(MemoryConfig, CountsAllChannels) {
  const MemoryConfig memory = shipped_memory("ddr3-2133", {{"/channels", "2"}});
  // The first TPU's memory: 34.1 GB/s (17.058 each with a clock of 0.938 ns), 8 GiB.
  EXPECT_NEAR(memory.peak_bytes_per_second(), 34.1e9, 0.05e9);
  EXPECT_EQ(memory.capacity_bytes(), std::uint64_t{8} << 30U);
}

TEST(MemoryConfig, OfHbm2HasTwoPseudoChannels) {
  const DramConfig hbm2 = shipped_dram("hbm2-2000");
  EXPECT_EQ(hbm2.organization.pseudo_channels, 2U);
  EXPECT_EQ(hbm2.organization.burst_bytes(), 32U);
  EXPECT_EQ(hbm2.organization.burst_clocks(), 2U);
  EXPECT_EQ(hbm2.organization.columns(), 32U);
  EXPECT_EQ(hbm2.organization.banks(), 32U);
  EXPECT_EQ(hbm2.command_clocks.activate, 2);
  // 3900 / 16 = 243.75, rounded down.
  EXPECT_EQ(hbm2.timings.tREFIpb, 243);
}

TEST(MemoryConfig, TakesTheDefaultsOfItsStructs) {
  const DramConfig config = shipped_dram("ddr4-2400", {{"/controller", "{}"},
                                                       {"/command_clocks", "{}"},
                                                       {"/timings/tRPab", "0"},
                                                       {"/mapping", "burst_interleaved"}});
  EXPECT_EQ(config.controller.write_high_watermark, 26U);
  EXPECT_EQ(config.controller.row_hit_cap, 16U);
  EXPECT_EQ(config.command_clocks.activate, 1);
  EXPECT_EQ(config.timings.tRPab, config.timings.tRP);
  EXPECT_EQ(config.mapping.order[1].field, AddressField::column);
}

TEST(MemoryConfig, MayHaveNoCurrents) {
  EXPECT_FALSE(shipped_dram("hbm3-6400").currents.has_value());
  EXPECT_TRUE(shipped_dram("hbm2-2000").currents->is_estimate);
}

/// Overrides of ddr4-2400 that cannot be, and what is said.
struct Contradiction {
  std::string name;
  std::vector<Override> overrides;
  std::string message;
};

class ContradictoryMemory : public testing::TestWithParam<Contradiction> {};

TEST_P(ContradictoryMemory, IsRefused) {
  EXPECT_EQ(test::message_of(
                [] { static_cast<void>(shipped_memory("ddr4-2400", GetParam().overrides)); }),
            GetParam().message);
}

std::string name_of(const testing::TestParamInfo<Contradiction>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Organization, ContradictoryMemory,
    testing::Values(
        Contradiction{"ThreeRanks",
                      {{"/organization/ranks", "3"}},
                      "--set: /organization/ranks: expected a power of two, as address bits select "
                      "it, got 3"},
        Contradiction{"NarrowBus",
                      {{"/organization/data_bus_bits", "4"}},
                      "--set: /organization/data_bus_bits: expected at least 8, got 4"},
        Contradiction{
            "HalfAClock",
            {{"/organization/burst_length", "1"}},
            "--set: /organization/burst_length: expected a burst that fits the bus, whole "
            "clocks of 2 transfers, got 1"},
        Contradiction{
            "ShortRow",
            {{"/organization/row_bytes", "32"}},
            "--set: /organization/row_bytes: expected at least one burst of 64 bytes, got "
            "32"},
        // 16 groups x 16 banks x 8 ranks = 2048.
        Contradiction{"ManyBanks",
                      {{"/organization",
                        R"({"ranks": 8, "bank_groups": 16, "banks_per_group": 16, "rows": 2,
                            "row_bytes": 8192, "data_bus_bits": 64, "burst_length": 8})"}},
                      "--set: /organization: expected at most 1024 banks in a channel, got 2048"},
        Contradiction{"ThreeChannels",
                      {{"/channels", "3"}},
                      "--set: /channels: expected a power of two, as address bits select it, got "
                      "3"}),
    name_of);

// ddr4-2400: tRAS 39, tRP 16, tRC 55, tRCD 16, tRRD 4/6, tCCD 4/6, tWTR 3/9, tFAW 26, tCL 16,
// tCWL 12, burst 4, tRTW 10, tREFI 9360, tRFC 420.
INSTANTIATE_TEST_SUITE_P(
    Timings, ContradictoryMemory,
    testing::Values(
        Contradiction{"RowCycle",
                      {{"/timings/tRC", "54"}},
                      "--set: /timings/tRC: expected at least tRAS + tRP = 55, got 54"},
        Contradiction{"RowActive",
                      {{"/timings/tRAS", "15"}},
                      "--set: /timings/tRAS: expected at least tRCDRD = 16, got 15"},
        Contradiction{"PrechargeAll",
                      {{"/timings/tRPab", "15"}},
                      "--set: /timings/tRPab: expected at least tRP = 16, got 15"},
        Contradiction{"RowToRow",
                      {{"/timings/tRRD_L", "3"}},
                      "--set: /timings/tRRD_L: expected at least tRRD_S = 4, got 3"},
        Contradiction{"ColumnToColumn",
                      {{"/timings/tCCD_L", "3"}},
                      "--set: /timings/tCCD_L: expected at least tCCD_S = 4, got 3"},
        Contradiction{"WriteToRead",
                      {{"/timings/tWTR_L", "2"}},
                      "--set: /timings/tWTR_L: expected at least tWTR_S = 3, got 2"},
        Contradiction{"ThirtyTwoActivates",
                      {{"/timings/t32AW", "25"}},
                      "--set: /timings/t32AW: expected at least tFAW = 26, got 25"},
        // 16 + 0 + 4 - 12 = 8.
        Contradiction{
            "ReadToWrite",
            {{"/timings/tRTW", "7"}},
            "--set: /timings/tRTW: expected at least tCL + tDQSCK + BL/2 - tCWL, else data "
            "meet on the bus, = 8, got 7"},
        // 420 + 16 + 55 = 491.
        Contradiction{"RefreshInterval",
                      {{"/timings/tREFI", "490"}},
                      "--set: /timings/tREFI: expected at least tRFC + tRP + tRC = 491, got 490"},
        Contradiction{
            "BankRefreshWithoutItsTime",
            {{"/timings/tREFIpb", "100"}, {"/timings/tRFCpb", "0"}},
            "--set: /timings/tRFCpb: expected at least one clock, as there is a tREFIpb, = "
            "1, got 0"},
        Contradiction{
            "BankRefreshesTooClose",
            {{"/timings/tREFIpb", "100"}, {"/timings/tRFCpb", "90"}, {"/timings/tPBR2PBR", "101"}},
            "--set: /timings/tREFIpb: expected at least tPBR2PBR = 101, got 100"},
        Contradiction{"BankRefreshInterval",
                      {{"/timings/tREFIpb", "100"}, {"/timings/tRFCpb", "101"}},
                      "--set: /timings/tREFIpb: expected at least tRFCpb = 101, got 100"},
        Contradiction{
            "BankRefreshLongerThanAll",
            {{"/timings/tREFIpb", "500"}, {"/timings/tRFCpb", "421"}, {"/timings/tRFC", "420"}},
            "--set: /timings/tRFC: expected at least tRFCpb = 421, got 420"},
        Contradiction{"NoTiming",
                      {{"/timings/tCL", "0"}},
                      "--set: /timings/tCL: expected an integer in [1, 10000000], got 0"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Mapping, ContradictoryMemory,
    testing::Values(
        Contradiction{"BitsLeftOut",
                      {{"/mapping/order", R"(["row", "bank", "column"])"}},
                      "--set: /mapping/order: expected each address bit once, 2 of bank_group, got "
                      "0"},
        Contradiction{
            "BitsUsedTwice",
            {{"/mapping/order", R"(["row", "bank:2", "bank_group", "column", "bank:1"])"}},
            "--set: /mapping/order: expected each address bit once, 2 of bank, got 3"},
        Contradiction{
            "FieldTwiceWithoutBits",
            {{"/mapping/order", R"(["row", "bank", "bank_group", "column", "bank"])"}},
            "--set: /mapping/order: expected each address bit once, got bank twice without "
            "its bits"},
        Contradiction{
            "UnknownField",
            {{"/mapping/order", R"(["rows", "bank", "bank_group", "column"])"}},
            "--set: /mapping/order: expected FIELD or FIELD:BITS with a field of channel, "
            "pseudo_channel, rank, bank_group, bank, row, column, got \"rows\""},
        Contradiction{
            "NoBits",
            {{"/mapping/order", R"(["row", "bank:0", "bank_group", "column"])"}},
            "--set: /mapping/order: expected FIELD or FIELD:BITS with a field of channel, "
            "pseudo_channel, rank, bank_group, bank, row, column, got \"bank:0\""},
        Contradiction{"HashOfARow",
                      {{"/mapping/hash", R"([{"field": "row", "with": "column"}])"}},
                      "--set: /mapping/hash: expected a hash of channel, pseudo_channel, rank, "
                      "bank_group or bank with row or column, got one of row with column"},
        Contradiction{"HashWithABank",
                      {{"/mapping/hash", R"([{"field": "bank", "with": "bank_group"}])"}},
                      "--set: /mapping/hash: expected a hash of channel, pseudo_channel, rank, "
                      "bank_group or bank with row or column, got one of bank with bank_group"},
        Contradiction{
            "HashOfAnUnknownField",
            {{"/mapping/hash", R"([{"field": "bnak", "with": "row"}])"}},
            "--set: /mapping/hash/0/field: expected \"channel\", \"pseudo_channel\", "
            "\"rank\", \"bank_group\", \"bank\", \"row\" or \"column\", got \"bnak\"; did "
            "you mean \"bank\"?"},
        Contradiction{
            "UnknownPreset",
            {{"/mapping", "row_mojor"}},
            "--set: /mapping: expected \"bank_group_interleaved\", \"burst_interleaved\" or "
            "\"row_major\", got \"row_mojor\"; did you mean \"row_major\"?"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    ControllerAndEnergy, ContradictoryMemory,
    testing::Values(
        Contradiction{"HighWatermark",
                      {{"/controller/write_high_watermark", "33"}},
                      "--set: /controller/write_high_watermark: expected at most "
                      "write_queue_entries = 32, got 33"},
        Contradiction{"LowWatermark",
                      {{"/controller/write_low_watermark", "26"}},
                      "--set: /controller/write_low_watermark: expected less than "
                      "write_high_watermark = 26, got 26"},
        Contradiction{"ActivateCurrent",
                      {{"/energy/rails/0/IDD0", "42"}},
                      "--set: /energy/rails/0/IDD0: expected at least IDD3N = 43, the standby that "
                      "is taken off, got 42"},
        Contradiction{
            "ReadCurrent",
            {{"/energy/rails/0/IDD4R", "42"}},
            "--set: /energy/rails/0/IDD4R: expected at least IDD3N = 43, the standby that "
            "is taken off, got 42"},
        Contradiction{
            "BankRefreshCurrentOfOneSupply",
            {{"/energy/rails/0/IDD5PB", "50"}},
            test::memory_file("ddr4-2400").string() +
                ": /energy/rails: expected IDD5PB of all 2 supplies or of none, got it of "
                "1"}),
    name_of);

TEST(MemoryConfig, RefusesBankRefreshThatTheStandardDoesNotHave) {
  EXPECT_EQ(test::message_of([] {
              static_cast<void>(shipped_memory("ddr4-2400", {{"/controller/refresh", "per_bank"}}));
            }),
            test::memory_file("ddr4-2400").string() +
                ": /controller: expected refresh all_bank or none, as timings have no tREFIpb, got "
                "per_bank");
  EXPECT_EQ(shipped_dram("hbm2-2000", {{"/controller/refresh", "per_bank"}}).controller.refresh,
            RefreshPolicy::per_bank);
}

TEST(MemoryConfig, SaysNothingOfTimingsWhereTheOrganizationIsWrong) {
  // A burst of 256 beats would need a tRTW of 16 + 128 - 12 = 132; but 48 is no power of two.
  EXPECT_EQ(
      test::message_of([] {
        static_cast<void>(shipped_memory("ddr4-2400", {{"/organization/burst_length", "48"}}));
      }),
      "--set: /organization/burst_length: expected a power of two, as address bits select it, "
      "got 48");
}

TEST(MemoryConfig, ReportsAllErrorsTogether) {
  const std::string message = test::message_of([] {
    static_cast<void>(shipped_memory(
        "ddr4-2400", {{"/timings/tRC", "54"}, {"/timings/tWRT", "3"}, {"/channels", "0"}}));
  });
  EXPECT_THAT(message, HasSubstr("--set: /channels: expected an integer in [1, 256], got 0"));
  EXPECT_THAT(message, HasSubstr("--set: /timings/tRC: expected at least"));
  EXPECT_THAT(message, HasSubstr("--set: /timings/tWRT: unknown key; did you mean"));
}

}  // namespace
}  // namespace nzsim
