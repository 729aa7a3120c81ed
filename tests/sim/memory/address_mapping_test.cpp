#include "sim/memory/address_mapping.h"

#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <gtest/gtest.h>

#include "tests/support/shipped_memory.h"

namespace nzsim {
namespace {

using test::shipped_dram;

/// Whether every field of `place` lies below its count.
bool exists(const DramAddress& place, const DramConfig& config) {
  const DramOrganization& o = config.organization;
  return place.channel < config.channels && place.pseudo_channel < o.pseudo_channels &&
         place.rank < o.ranks && place.bank_group < o.bank_groups &&
         place.bank < o.banks_per_group && place.row < o.rows && place.column < o.columns();
}

/// Random burst addresses of `config` that do not come back from their place.
int lost_addresses(const DramConfig& config) {
  const AddressMapping mapping(config);
  const std::uint64_t burst = config.organization.burst_bytes();
  boost::random::mt19937_64 random(7);
  boost::random::uniform_int_distribution<std::uint64_t> address_of(
      0, config.capacity_bytes() / burst - 1);
  int lost = 0;
  for (int index = 0; index < 500; ++index) {
    const std::uint64_t address = address_of(random) * burst;
    const DramAddress place = mapping.decode(address + burst - 1);
    lost += mapping.encode(place) == address && exists(place, config) &&
                    mapping.channel_of(address) == place.channel
                ? 0
                : 1;
  }
  return lost;
}

TEST(AddressMapping, IsItsOwnInverseForEveryMemoryAndPreset) {
  for (const std::string& name : test::shipped_drams()) {
    EXPECT_EQ(lost_addresses(shipped_dram(name)), 0) << name;
    for (const std::string& preset : mapping_presets()) {
      const DramConfig config = shipped_dram(
          name, {{"/mapping", preset}, {"/channels", "4"}, {"/organization/ranks", "2"}});
      EXPECT_EQ(lost_addresses(config), 0) << name << " " << preset;
    }
  }
}

TEST(AddressMapping, IsItsOwnInverseWithHashesAndSplitFields) {
  const DramConfig config = shipped_dram(
      "hbm2-2000",
      {{"/channels", "8"},
       {"/mapping", R"({"order": ["row:10", "bank", "row", "column:3", "bank_group", "column",
                                  "pseudo_channel", "channel"],
                        "hash": [{"field": "bank", "with": "row"},
                                 {"field": "bank_group", "with": "row", "shift": 2},
                                 {"field": "channel", "with": "column", "shift": 1},
                                 {"field": "channel", "with": "row", "shift": 12}]})"}});
  EXPECT_EQ(lost_addresses(config), 0);
}

TEST(AddressMapping, InterleavesBankGroupsBurstByBurst) {
  // Low to high above 6 bits of a burst: bank_group 2, column 7, bank 2, row 16.
  const AddressMapping mapping(shipped_dram("ddr4-2400"));
  EXPECT_EQ(mapping.decode(0), DramAddress{});
  EXPECT_EQ(mapping.decode(63), DramAddress{});
  EXPECT_EQ(mapping.decode(64), DramAddress{.bank_group = 1});
  EXPECT_EQ(mapping.decode(3 * 64), DramAddress{.bank_group = 3});
  EXPECT_EQ(mapping.decode(4 * 64), DramAddress{.column = 1});
  // 4 groups x 8 KiB = 32 KiB, then the next bank; 128 KiB, then the next row.
  EXPECT_EQ(mapping.decode(32 << 10), DramAddress{.bank = 1});
  EXPECT_EQ(mapping.decode(128 << 10), DramAddress{.row = 1});
  EXPECT_EQ(mapping.encode({.bank_group = 2, .bank = 3, .row = 5, .column = 7}),
            (5U * 128 << 10) + (3U * 32 << 10) + 7U * 256 + 2U * 64);
}

TEST(AddressMapping, PutsChannelsBelowPseudoChannels) {
  // Above 5 bits of a burst: channel 1, pseudo_channel 1, bank_group 2, column 5, ...
  const AddressMapping mapping(shipped_dram("hbm2-2000", {{"/channels", "2"}}));
  EXPECT_EQ(mapping.decode(32), DramAddress{.channel = 1});
  EXPECT_EQ(mapping.decode(64), DramAddress{.pseudo_channel = 1});
  EXPECT_EQ(mapping.decode(128), DramAddress{.bank_group = 1});
  EXPECT_EQ(mapping.decode(512), DramAddress{.column = 1});
}

TEST(AddressMapping, HasPresetsInTheirOrder) {
  const AddressMapping row_major(shipped_dram("ddr4-2400", {{"/mapping", "row_major"}}));
  // A row of 8 KiB, then the next group; 4 of them, then the next bank.
  EXPECT_EQ(row_major.decode(64), DramAddress{.column = 1});
  EXPECT_EQ(row_major.decode(8 << 10), DramAddress{.bank_group = 1});
  EXPECT_EQ(row_major.decode(32 << 10), DramAddress{.bank = 1});
  const AddressMapping bursts(shipped_dram("ddr4-2400", {{"/mapping", "burst_interleaved"}}));
  // A burst to each of 16 banks, then the next column: 1 KiB.
  EXPECT_EQ(bursts.decode(4 * 64), DramAddress{.bank = 1});
  EXPECT_EQ(bursts.decode(1 << 10), DramAddress{.column = 1});
  EXPECT_EQ(bursts.decode(128 << 10), DramAddress{.row = 1});
}

TEST(AddressMapping, PutsTogetherTheSlicesOfAField) {
  // From the burst up: column 3 low bits, bank_group, bank, column's other 4 bits, row.
  const AddressMapping mapping(
      shipped_dram("ddr4-2400", {{"/mapping", R"({"order": ["row", "column:4", "bank", "bank_group",
                                               "column:3"]})"}}));
  EXPECT_EQ(mapping.decode(7 * 64), DramAddress{.column = 7});
  EXPECT_EQ(mapping.decode(8 * 64), DramAddress{.bank_group = 1});
  EXPECT_EQ(mapping.decode(8 * 64 * 16), DramAddress{.column = 8});
  EXPECT_EQ(mapping.decode(8 * 64 * 16 * 16), DramAddress{.row = 1});
}

TEST(AddressMapping, HashesAFieldWithTheBitsOfAnother) {
  const AddressMapping mapping(shipped_dram(
      "ddr4-2400", {{"/mapping/hash", R"([{"field": "bank", "with": "row", "shift": 1}])"}}));
  // bank ^= row >> 1: row 6 = 0b110 gives 0b11.
  EXPECT_EQ(mapping.decode(6 * (128 << 10)), (DramAddress{.bank = 3, .row = 6}));
  EXPECT_EQ(mapping.decode(6 * (128 << 10) + (32 << 10)), (DramAddress{.bank = 2, .row = 6}));
  EXPECT_EQ(mapping.encode({.bank = 3, .row = 6}), 6U * (128 << 10));
}

TEST(AddressMapping, HashIsABijection) {
  // 2 channels x 4 groups x 2 banks x 4 rows x 4 columns of 64 bytes: 256 places.
  const DramConfig config =
      shipped_dram("ddr4-2400", {{"/channels", "2"},
                                 {"/organization/banks_per_group", "2"},
                                 {"/organization/rows", "4"},
                                 {"/organization/row_bytes", "256"},
                                 {"/mapping/hash", R"([{"field": "bank_group", "with": "row"},
                             {"field": "bank", "with": "column", "shift": 1},
                             {"field": "channel", "with": "column"},
                             {"field": "channel", "with": "row", "shift": 1}])"}});
  const AddressMapping mapping(config);
  std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>>
      places;
  for (std::uint64_t burst = 0; burst < 256; ++burst) {
    const DramAddress place = mapping.decode(burst * 64);
    EXPECT_TRUE(exists(place, config));
    EXPECT_EQ(mapping.channel_of(burst * 64), place.channel);
    places.insert({place.channel, place.bank_group, place.bank, place.row, place.column});
  }
  EXPECT_EQ(places.size(), 256U);
}

}  // namespace
}  // namespace nzsim
