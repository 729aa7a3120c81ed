#include "sim/memory/dram_channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "tests/support/channel_driver.h"
#include "tests/support/shipped_memory.h"

namespace nzsim {
namespace {

using test::ChannelDriver;
using test::place;
using test::shipped_dram;
using ::testing::ElementsAre;

// DDR4-2400: CL 16, CWL 12, tRCD 16, tRP 16, tRAS 39, tRC 55, tRRD_S 4, tRRD_L 6, tCCD_S 4,
// tCCD_L 6, tFAW 26, tWR 18, tWTR_S 3, tWTR_L 9, tRTP 9, tRTW 10, BL/2 4; the scheduler sees a
// request one clock after its arrival.
DramConfig ddr4(std::vector<Override> overrides = {}) {
  overrides.push_back({"/controller/refresh", "none"});
  return shipped_dram("ddr4-2400", overrides);
}

/// Clocks of the reads and writes of a driver.
std::vector<Clock> column_clocks(const ChannelDriver& driver) {
  std::vector<Clock> clocks;
  for (const CommandRecord& record : driver.commands()) {
    if (is_column_command(record.command)) clocks.push_back(record.clock);
  }
  return clocks;
}

TEST(DramChannel, IdleReadLatencyIsControllerPlusActivatePlusReadPlusBurst) {
  ChannelDriver driver(ddr4());
  const std::uint64_t closed = driver.request(Access::read, place(0, 0, 1), 100);
  const std::uint64_t open = driver.request(Access::read, place(0, 0, 1, 1), 1000);
  const std::uint64_t conflict = driver.request(Access::read, place(0, 0, 2), 2000);
  driver.run(3000);
  EXPECT_EQ(driver.answered(closed) - 100, 1 + 16 + 16 + 4);  // controller + tRCD + CL + BL/2
  EXPECT_EQ(driver.answered(open) - 1000, 1 + 16 + 4);        // controller + CL + BL/2
  EXPECT_EQ(driver.answered(conflict) - 2000, 1 + 16 + 16 + 16 + 4);  // and tRP
}

TEST(DramChannel, ControllerClocksAddToTheLatency) {
  ChannelDriver driver(
      ddr4({{"/controller/request_clocks", "7"}, {"/controller/response_clocks", "5"}}));
  const std::uint64_t read = driver.request(Access::read, place(0, 0, 1), 0);
  driver.run(100);
  EXPECT_EQ(driver.answered(read), 7 + 16 + 16 + 4 + 5);
}

TEST(DramChannel, ConflictsInOneBankFollowEachOtherAtExactlyTrc) {
  ChannelDriver driver(ddr4());
  for (std::uint32_t row = 0; row < 20; ++row) driver.request(Access::read, place(1, 2, row), 0);
  driver.run(3000);
  const std::vector<Clock> reads = column_clocks(driver);
  ASSERT_EQ(reads.size(), 20U);
  for (std::size_t i = 0; i < reads.size(); ++i) {
    EXPECT_EQ(reads[i], 1 + 16 + 55 * static_cast<Clock>(i));  // ACT in clock 1, then every tRC
  }
}

TEST(DramChannel, ReadsOfNewRowsInAllBanksAreBoundByTheFourActivateWindow) {
  ChannelDriver driver(ddr4());
  // Groups take turns, so that tRRD_S = 4 binds within four ACTs and tFAW = 26 over them.
  for (std::uint32_t i = 0; i < 16; ++i) {
    driver.request(Access::read, place(i % 4, i / 4, 5), 0);
  }
  driver.run(1000);
  std::vector<Clock> activates;
  for (const CommandRecord& record : driver.commands()) {
    if (record.command == Command::activate) activates.push_back(record.clock);
  }
  EXPECT_THAT(activates, ElementsAre(1, 5, 9, 13, 27, 31, 35, 39, 53, 57, 61, 65, 79, 83, 87, 91));
}

TEST(DramChannel, BurstsOfOneBankGroupAreTccdLApartOfDifferentOnesTccdS) {
  ChannelDriver same(ddr4());
  ChannelDriver different(ddr4());
  for (std::uint32_t i = 0; i < 8; ++i) {
    same.request(Access::read, place(0, 0, 0, i), 0);
    different.request(Access::read, place(i % 2, 0, 0, i), 0);
  }
  same.run(1000);
  different.run(1000);
  EXPECT_EQ(column_clocks(same).back() - column_clocks(same).front(), 7 * 6);
  // The second group's row opens tRRD_S behind the first: its first read is 4 clocks later.
  EXPECT_EQ(column_clocks(different).back() - column_clocks(different).front(), 7 * 4);
}

TEST(DramChannel, RowHitsPassOlderConflictsUntilTheCap) {
  ChannelDriver driver(ddr4({{"/controller/row_hit_cap", "2"}}));
  driver.request(Access::read, place(0, 0, 1, 0), 0);
  driver.request(Access::read, place(0, 0, 2, 0), 1);  // conflict, older than the hits
  for (std::uint32_t i = 1; i < 4; ++i) driver.request(Access::read, place(0, 0, 1, i), 2);
  driver.run(400);
  // ACT in 1, RD from 17 on every tCCD_L = 6; two hits pass, then PRE tRTP = 9 after the last RD
  // in 29, not before ACT + tRAS = 40. ACT tRP later, but tRC = 55 after the first; RD; the last
  // hit now conflicts: PRE tRAS = 39 after its ACT.
  EXPECT_THAT(driver.sequence(),
              ElementsAre("1 ACT 0", "17 RD 0", "23 RD 0", "29 RD 0", "40 PRE 0", "56 ACT 0",
                          "72 RD 0", "95 PRE 0", "111 ACT 0", "127 RD 0"));
}

TEST(DramChannel, FcfsKeepsTheOrderOfArrival) {
  ChannelDriver driver(ddr4({{"/controller/scheduler", "fcfs"}}));
  driver.request(Access::read, place(0, 0, 1, 0), 0);
  driver.request(Access::read, place(0, 0, 2, 0), 0);
  driver.request(Access::read, place(1, 0, 1, 0), 0);
  driver.run(400);
  // Nothing is prepared for the third request while the second is not served.
  EXPECT_THAT(driver.sequence(), ElementsAre("1 ACT 0", "17 RD 0", "40 PRE 0", "56 ACT 0",
                                             "72 RD 0", "73 ACT 4", "89 RD 4"));
}

TEST(DramChannel, ReadsGoBeforeRowsOfOlderRequestsInTheSameClock) {
  ChannelDriver driver(ddr4());
  driver.request(Access::read, place(0, 0, 1, 0), 0);
  driver.run(100);
  // Both are allowed in clock 101: the row hit is younger and goes first.
  driver.request(Access::read, place(1, 0, 1, 0), 100);
  driver.request(Access::read, place(0, 0, 1, 1), 100);
  driver.run(200);
  EXPECT_THAT(driver.sequence(),
              ElementsAre("1 ACT 0", "17 RD 0", "101 RD 0", "102 ACT 4", "118 RD 4"));
}

TEST(DramChannel, ClosedPagePolicyClosesARowThatNothingWaitsFor) {
  ChannelDriver driver(ddr4({{"/controller/page_policy", "closed"}}));
  driver.request(Access::read, place(0, 0, 1), 0);
  driver.run(1000);
  // tRAS = 39 after the ACT in 1; tRTP = 9 after the RD in 17 has passed.
  EXPECT_THAT(driver.sequence(), ElementsAre("1 ACT 0", "17 RD 0", "40 PRE 0"));
}

TEST(DramChannel, TimeoutClosesARowOnlyAfterItsTime) {
  const std::vector<Override> timeout{{"/controller/page_policy", "timeout"},
                                      {"/controller/page_timeout_clocks", "100"}};
  ChannelDriver idle(ddr4(timeout));
  idle.request(Access::read, place(0, 0, 1), 0);
  idle.run(1000);
  EXPECT_THAT(idle.sequence(), ElementsAre("1 ACT 0", "17 RD 0", "117 PRE 0"));

  ChannelDriver used(ddr4(timeout));
  used.request(Access::read, place(0, 0, 1), 0);
  used.request(Access::read, place(0, 0, 1, 1), 115);  // seen in 116, the last clock
  used.run(1000);
  EXPECT_THAT(used.sequence(), ElementsAre("1 ACT 0", "17 RD 0", "116 RD 0", "216 PRE 0"));
}

TEST(DramChannel, WritesAreDrainedFromTheHighToTheLowWatermark) {
  ChannelDriver driver(
      ddr4({{"/controller/write_high_watermark", "3"}, {"/controller/write_low_watermark", "1"}}));
  // Reads of the open row keep the channel busy; three writes wait from clock 21 on.
  for (std::uint32_t i = 0; i < 12; ++i) driver.request(Access::read, place(0, 0, 0, i), 0);
  for (std::uint32_t i = 0; i < 3; ++i) driver.request(Access::write, place(0, 0, 0, 64 + i), 20);
  driver.run(1000);
  std::vector<std::string> order;
  for (const CommandRecord& record : driver.commands()) {
    if (is_column_command(record.command)) order.emplace_back(to_string(record.command));
  }
  // RD in 17, then two writes (3 down to 1), the other reads, and the last write when none waits.
  EXPECT_THAT(order, ElementsAre("RD", "WR", "WR", "RD", "RD", "RD", "RD", "RD", "RD", "RD", "RD",
                                 "RD", "RD", "RD", "WR"));
}

TEST(DramChannel, TurningTheBusTakesTheStatedClocks) {
  ChannelDriver driver(
      ddr4({{"/controller/write_high_watermark", "1"}, {"/controller/write_low_watermark", "0"}}));
  driver.request(Access::read, place(0, 0, 0, 0), 0);
  driver.request(Access::write, place(0, 0, 0, 1), 1);
  driver.run(18);
  driver.request(Access::read, place(0, 0, 0, 2), 18);
  driver.run(1000);
  // The write waits from 2 on but opens no row of its own: it finds the row open in 17, where the
  // drain begins, before the read. RD: CWL 12 + BL/2 4 + tWTR_L 9 = 25 after it; the next RD
  // tCCD_L later.
  EXPECT_THAT(driver.sequence(), ElementsAre("1 ACT 0", "17 WR 0", "42 RD 0", "48 RD 0"));
}

TEST(DramChannel, AReadOfAWaitingWriteIsAnsweredFromTheQueue) {
  ChannelDriver driver(ddr4());
  driver.request(Access::read, place(0, 0, 0, 0), 0);
  driver.request(Access::write, place(0, 0, 0, 1), 0);
  const std::uint64_t read = driver.request(Access::read, place(0, 0, 0, 1), 5);
  driver.run(1000);
  EXPECT_EQ(driver.answered(read), 5 + 1 + 1);  // seen in 6, answered in the clock after
  EXPECT_EQ(driver.channel().counters(1000).forwarded_reads, 1U);
  EXPECT_EQ(driver.channel().counters(1000).reads, 1U);
}

TEST(DramChannel, AWriteWaitsForAnOlderReadOfItsPlace) {
  ChannelDriver driver(
      ddr4({{"/controller/write_high_watermark", "1"}, {"/controller/write_low_watermark", "0"}}));
  const std::uint64_t read = driver.request(Access::read, place(0, 0, 0, 7), 0);
  const std::uint64_t write = driver.request(Access::write, place(0, 0, 0, 7), 1);
  driver.run(1000);
  // A drain would begin in clock 2, but the write is held back until the RD in 17: tRTW = 10.
  EXPECT_EQ(driver.answered(read), 17 + 16 + 4);
  EXPECT_EQ(driver.answered(write), 27 + 12 + 4);
}

TEST(DramChannel, AFullQueueHoldsThePortBack) {
  ChannelDriver driver(ddr4({{"/controller/read_queue_entries", "2"}}));
  for (std::uint32_t i = 0; i < 4; ++i) driver.request(Access::read, place(0, 0, 0, i), 0);
  EXPECT_EQ(driver.channel().waiting(), 2U);
  driver.run(1000);
  // An entry that is given back by the RD in 17 is taken in 18.
  EXPECT_EQ(driver.accepted(1), 0);
  EXPECT_EQ(driver.accepted(2), 18);
  EXPECT_EQ(driver.accepted(3), 24);
  EXPECT_EQ(driver.channel().waiting(), 0U);
  EXPECT_EQ(driver.channel().unanswered(), 0U);
}

TEST(DramChannel, ATransferOfManyBurstsIsAnsweredWithItsLast) {
  ChannelDriver driver(ddr4());
  // 64 bursts in sequence over the bank groups: ACT 1, RD 17, then one burst every 4 clocks; the
  // other groups' rows open behind the first, each tRRD_S later, in time.
  const std::uint64_t id = driver.transfer(Access::read, 0, 64 * 64, 0);
  driver.run(1000);
  EXPECT_EQ(driver.answered(id), 17 + 63 * 4 + 16 + 4);
  EXPECT_EQ(driver.channel().counters(1000).reads, 64U);
}

TEST(DramChannel, ATransferThatCutsBurstsMovesWholeOnes) {
  ChannelDriver driver(ddr4());
  driver.transfer(Access::read, 60, 8, 0);  // the last 4 bytes of one burst, the first of the next
  driver.run(1000);
  EXPECT_EQ(driver.channel().counters(1000).reads, 2U);
  EXPECT_EQ(driver.channel().counters(1000).bytes, 128U);
}

TEST(DramChannel, RefreshTakesItsShareOfASaturatedStream) {
  const DramConfig config = shipped_dram("ddr4-2400");
  ChannelDriver driver(config);
  driver.transfer(Access::read, 0, 64 * 200'000, 0);
  driver.run(1'000'000);
  const auto clocks = static_cast<double>(driver.answered(0));
  // 200,000 bursts of 4 clocks in the time that refresh leaves: tREFI - tRFC of each tREFI, less
  // the PREA before it (at least tRP), the ACT after it (tRCD) and the last burst's way out.
  const double at_best = 200'000 * 4 / (1.0 - 420.0 / 9360.0);
  const double at_worst = 200'000 * 4 / (1.0 - (420.0 + 16 + 16 + 9 + 12) / 9360.0);
  EXPECT_GT(clocks, at_best);
  EXPECT_LT(clocks, at_worst);
}

TEST(DramChannel, AnIdleRankIsRefreshedEveryInterval) {
  ChannelDriver driver(shipped_dram("ddr4-2400"));
  driver.run(3 * 9360 + 1);
  EXPECT_THAT(driver.sequence(), ElementsAre("9360 REF 0", "18720 REF 0", "28080 REF 0"));
  const ChannelCounters counters = driver.channel().counters(3 * 9360 + 1);
  EXPECT_EQ(counters.refreshing_clocks, 2U * 420 + 1);
  EXPECT_EQ(counters.precharged_clocks, 3U * 9360 - 2 * 420);
}

TEST(DramChannel, BanksTakeTurnsInPerBankRefresh) {
  ChannelDriver driver(shipped_dram("lpddr4-3200", {{"/controller/refresh", "per_bank"}}));
  driver.run(780 * 3 + 1);
  EXPECT_THAT(driver.sequence(), ElementsAre("780 REFPB 0", "1560 REFPB 1", "2340 REFPB 2"));
}

TEST(DramChannel, OtherBanksWorkWhileOneIsRefreshedAlone) {
  ChannelDriver driver(shipped_dram("lpddr4-3200", {{"/controller/refresh", "per_bank"}}));
  driver.run(790);
  const std::uint64_t busy = driver.request(Access::read, place(0, 0, 0), 790);
  const std::uint64_t other = driver.request(Access::read, place(0, 1, 0), 790);
  driver.run(2000);
  // Bank 0 is refreshed in 780: ACT from 780 + tRFCpb = 1004 on. Bank 1: ACT tRREFD = 16 after
  // the REFPB.
  EXPECT_EQ(driver.answered(busy), 780 + 224 + 29 + 28 + 6 + 8);
  EXPECT_EQ(driver.answered(other), 796 + 29 + 28 + 6 + 8);
}

TEST(DramChannel, ATransferThatArrivesInADecidedClockFails) {
  ChannelDriver driver(ddr4());
  driver.run(100);
  EXPECT_THROW(driver.request(Access::read, place(0, 0, 0), 99), SimulationError);
}

}  // namespace
}  // namespace nzsim
