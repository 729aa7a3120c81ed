#include "sim/memory/traffic.h"

#include <algorithm>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/memory/address_mapping.h"
#include "tests/support/message_of.h"

namespace nzsim {
namespace {

using test::message_of;
using testing::ElementsAre;

/// 2 channels of 4 bank groups x 4 banks x 8 rows of 1 KiB, bursts of 64 bytes: 256 KiB.
MemoryConfig dram_memory() {
  DramConfig dram;
  dram.channels = 2;
  dram.clock_femtoseconds = 1'000'000;
  dram.organization = {.bank_groups = 4,
                       .banks_per_group = 4,
                       .rows = 8,
                       .row_bytes = 1024,
                       .data_bus_bits = 64,
                       .burst_length = 8};
  dram.mapping.order = mapping_preset("bank_group_interleaved", field_bits(dram));
  dram.mapping.hashes = {{AddressField::bank, AddressField::row, 0}};
  return {"dram", "test", dram};
}

MemoryConfig ideal_memory() {
  return {"ideal", "test", IdealMemoryConfig{1'000'000, 1e9, 1 << 20, {}, ""}};
}

std::vector<TimedRequest> requests_of(const Traffic& traffic,
                                      const MemoryConfig& config = dram_memory()) {
  const auto source = make_traffic(traffic, config);
  std::vector<TimedRequest> requests;
  while (const auto request = source->next()) requests.push_back(*request);
  return requests;
}

std::vector<std::uint64_t> addresses_of(const Traffic& traffic,
                                        const MemoryConfig& config = dram_memory()) {
  std::vector<std::uint64_t> addresses;
  for (const TimedRequest& request : requests_of(traffic, config)) {
    addresses.push_back(request.address);
  }
  return addresses;
}

std::size_t writes_of(const Traffic& traffic) {
  const std::vector<TimedRequest> requests = requests_of(traffic);
  return static_cast<std::size_t>(
      std::count_if(requests.begin(), requests.end(),
                    [](const TimedRequest& request) { return request.access == Access::write; }));
}

std::string error_of(const Traffic& traffic, const MemoryConfig& config = dram_memory()) {
  return message_of([&] { static_cast<void>(make_traffic(traffic, config)); });
}

TEST(Traffic, SequentialRequestsFollowEachOtherAndStartAnew) {
  EXPECT_THAT(addresses_of({.requests = 5, .span = 200}), ElementsAre(0, 64, 128, 0, 64));
  EXPECT_THAT(addresses_of({.requests = 4, .bytes = 100, .span = 300}),
              ElementsAre(0, 100, 200, 0));
}

TEST(Traffic, StridedRequestsAreAStrideApart) {
  const auto pattern = TrafficPattern::strided;
  // Of 64 bytes at 0, 300, 600 and 900 the last ends at 964.
  EXPECT_THAT(addresses_of({.pattern = pattern, .requests = 6, .stride = 300, .span = 964}),
              ElementsAre(0, 300, 600, 900, 0, 300));
  EXPECT_THAT(addresses_of({.pattern = pattern, .requests = 5, .stride = 300, .span = 963}),
              ElementsAre(0, 300, 600, 0, 300));
}

TEST(Traffic, RandomRequestsAreAlignedWithinTheSpanAndReachAllOfIt) {
  const std::vector<std::uint64_t> addresses =
      addresses_of({.pattern = TrafficPattern::random, .requests = 1000, .bytes = 48, .span = 500});
  // 10 places of 48 bytes; that one of them is never drawn has a chance of 10 x 0.9^1000.
  const std::set<std::uint64_t> places(addresses.begin(), addresses.end());
  EXPECT_THAT(places, ElementsAre(0, 48, 96, 144, 192, 240, 288, 336, 384, 432));
}

TEST(Traffic, IsAPureFunctionOfTheSeed) {
  const Traffic traffic{.pattern = TrafficPattern::mixed, .requests = 500, .seed = 7};
  Traffic other = traffic;
  other.seed = 8;
  EXPECT_EQ(requests_of(traffic), requests_of(traffic));
  EXPECT_NE(addresses_of(traffic), addresses_of(other));
}

TEST(Traffic, SendsTheSameRequestsOnEveryMachine) {
  // MT19937-64 of seed 1 gives 2469588189546311528, then one for the access, then others: their top
  // 12 bits are one of the 4096 bursts. 2469588189546311528 / 2^52 = 548, and 548 x 64 = 35,072.
  const Traffic traffic{.pattern = TrafficPattern::mixed, .requests = 4};
  EXPECT_THAT(addresses_of(traffic), ElementsAre(35'072, 118'272, 91'968, 123'392));
}

TEST(Traffic, HasTheSameAddressesWhateverTheShareOfWrites) {
  Traffic traffic{.pattern = TrafficPattern::random, .requests = 500};
  const std::vector<std::uint64_t> addresses = addresses_of(traffic);
  traffic.write_share = 0.3;
  EXPECT_EQ(addresses_of(traffic), addresses);
  traffic.write_share = 1.0;
  EXPECT_EQ(addresses_of(traffic), addresses);
}

TEST(Traffic, HasTheShareOfWritesThatIsAskedFor) {
  Traffic traffic{.requests = 10'000};
  EXPECT_EQ(writes_of(traffic), 0U);
  traffic.write_share = 1.0;
  EXPECT_EQ(writes_of(traffic), 10'000U);
  // Standard deviations: sqrt(10,000 x 0.25 x 0.75) = 43, sqrt(10,000 / 4) = 50; five of them.
  traffic.write_share = 0.25;
  EXPECT_NEAR(static_cast<double>(writes_of(traffic)), 2500.0, 215.0);
  EXPECT_NEAR(
      static_cast<double>(writes_of({.pattern = TrafficPattern::mixed, .requests = 10'000})),
      5000.0, 250.0);
}

TEST(Traffic, DependentRequestsWaitForAnswers) {
  const auto requests = requests_of({.pattern = TrafficPattern::dependent, .requests = 3});
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_TRUE(requests[0].after_answers);
  EXPECT_TRUE(requests[2].after_answers);
  EXPECT_FALSE(requests_of({.requests = 1})[0].after_answers);
}

TEST(Traffic, ConflictsOpenAnotherRowOfTheSameBankEachTime) {
  const MemoryConfig config = dram_memory();
  const AddressMapping mapping(std::get<DramConfig>(config.memory));
  std::vector<std::uint32_t> rows;
  for (const std::uint64_t address :
       addresses_of({.pattern = TrafficPattern::conflict, .requests = 10})) {
    DramAddress place = mapping.decode(address);
    rows.push_back(place.row);
    place.row = 0;
    EXPECT_EQ(place, DramAddress{});
  }
  EXPECT_THAT(rows, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 0, 1));
}

TEST(Traffic, MakesARequestEachInterval) {
  const auto requests = requests_of({.requests = 3, .interval = 20});
  EXPECT_EQ(requests[0].clock, 0);
  EXPECT_EQ(requests[1].clock, 20);
  EXPECT_EQ(requests[2].clock, 40);
  EXPECT_EQ(requests_of({.requests = 1})[0].clock, std::nullopt);
}

TEST(Traffic, StaysBelowTheCapacityWhereNoSpanIsGiven) {
  // 256 KiB are 4096 bursts.
  const std::vector<std::uint64_t> addresses = addresses_of({.requests = 4097});
  EXPECT_EQ(addresses[4095], 262'144U - 64U);
  EXPECT_EQ(addresses[4096], 0U);
  EXPECT_THAT(addresses_of({.requests = 2}, ideal_memory()), ElementsAre(0, 64));
}

TEST(Traffic, RefusesWhatContradictsItself) {
  using enum TrafficPattern;
  EXPECT_EQ(error_of({.requests = 0}), "--requests: expected at least 1, got 0");
  EXPECT_EQ(error_of({.bytes = 0}), "--bytes: expected an integer in [1, 262144], the span, got 0");
  EXPECT_EQ(error_of({.bytes = 65, .span = 64}),
            "--bytes: expected an integer in [1, 64], the span, got 65");
  EXPECT_EQ(error_of({.span = 262'145}),
            "--span: expected at most the memory's 262144 bytes, got 262145");
  EXPECT_EQ(error_of({.pattern = strided}), "--stride: expected BYTES with strided, got none");
  EXPECT_EQ(error_of({.pattern = strided, .stride = 0}), "--stride: expected at least 1, got 0");
  EXPECT_EQ(error_of({.pattern = random, .stride = 64}),
            "--stride: expected none but with strided, got one");
  EXPECT_EQ(error_of({.write_share = 1.5}), "--write-share: expected a number in [0, 1], got 1.5");
  EXPECT_EQ(error_of({.pattern = dependent, .write_share = 0.5}),
            "--write-share: expected 0 with dependent, got 0.5");
  EXPECT_EQ(error_of({.pattern = conflict, .bytes = 65}),
            "--bytes: expected at most one burst, 64 bytes, with conflict, got 65");
  EXPECT_EQ(error_of({.pattern = conflict, .span = 4096}),
            "--span: expected none with conflict, got one");
  EXPECT_EQ(error_of({.pattern = conflict}, ideal_memory()),
            "--stream: expected conflict with a DRAM, got an ideal memory");
}

TEST(Traffic, RefusesIntervalsThatLeadBeyondTheEndOfTime) {
  // 2^61 fs (less one) are 2,305,843,009,213 clocks of 1 ns; a tenth of them is the last interval.
  EXPECT_EQ(requests_of({.requests = 10, .interval = 230'584'300'921}).size(), 10U);
  EXPECT_EQ(error_of({.requests = 10, .interval = 230'584'300'922}),
            "--interval: expected 10 requests each so many clocks, an integer in "
            "[1, 230584300921], got 230584300922");
  EXPECT_EQ(error_of({.requests = 10, .interval = 0}),
            "--interval: expected 10 requests each so many clocks, an integer in "
            "[1, 230584300921], got 0");
}

}  // namespace
}  // namespace nzsim
