#include "sim/memory/command_trace.h"

#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/message_of.h"

namespace nzsim {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

const std::string kHeader(kCommandTraceHeader);

std::vector<CommandRecord> read_all(const std::string& text) {
  std::istringstream input(text);
  CommandTraceReader reader(input, "c.trace");
  std::vector<CommandRecord> records;
  while (const std::optional<CommandRecord> record = reader.next()) records.push_back(*record);
  return records;
}

std::string error_of(const std::string& text) {
  return test::message_of([&] { static_cast<void>(read_all(text)); });
}

/// The error of a trace with one line.
std::string error_of_line(const std::string& line) { return error_of(kHeader + line + "\n"); }

TEST(CommandTrace, HoldsOneLinePerCommand) {
  std::string text;
  append_to_command_trace(text, {12345678901, Command::write, {7, 1, 3, 2, 5, 65535, 127}});
  append_to_command_trace(text, {12345678902, Command::precharge_all, {.channel = 7, .rank = 3}});
  EXPECT_EQ(text, "12345678901 WR 7 1 3 2 5 65535 127\n12345678902 PREA 7 0 3 0 0 0 0\n");
}

TEST(CommandTrace, IsReadAsItWasWritten) {
  std::vector<CommandRecord> records;
  std::string text = kHeader;
  for (const Command command : kAllCommands) {
    records.push_back({static_cast<Clock>(records.size()), command, {1, 2, 3, 4, 5, 6, 7}});
    append_to_command_trace(text, records.back());
  }
  records.push_back(
      {kNever - 1,
       Command::read,
       {255, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX}});
  append_to_command_trace(text, records.back());
  EXPECT_THAT(read_all(text), ElementsAreArray(records));
}

TEST(CommandTrace, MayHoldNoCommand) { EXPECT_THAT(read_all(kHeader), IsEmpty()); }

TEST(CommandTrace, StartsWithTheNamesOfItsColumns) {
  const std::string expected =
      "c.trace: line 1: expected '# clock command channel pseudo_channel rank bank_group bank row "
      "column', got ";
  EXPECT_EQ(error_of(""), expected + "the file's end");
  EXPECT_EQ(error_of("\n"), expected + "nothing");
  EXPECT_EQ(error_of("5 ACT 0 0 0 0 0 0 0\n"), expected + "'5 ACT 0 0 0 0 0 0 0'");
}

TEST(CommandTrace, RefusesGarbage) {
  EXPECT_EQ(error_of_line("x"),
            "c.trace: line 2: expected a clock, an integer in [0, 2305843009213693950], got 'x'");
  EXPECT_EQ(error_of_line("# a"),
            "c.trace: line 2: expected a clock, an integer in [0, 2305843009213693950], got '#'");
  EXPECT_EQ(error_of_line("5 NOP 0 0 0 0 0 0 0"),
            "c.trace: line 2: expected ACT or RD or WR or PRE or PREA or REF or REFPB, got 'NOP'");
  EXPECT_EQ(error_of_line("5 act 0 0 0 0 0 0 0"),
            "c.trace: line 2: expected ACT or RD or WR or PRE or PREA or REF or REFPB, got 'act'");
  EXPECT_EQ(error_of_line("5 ACT 0 0 0 0 0 0x1 0"),
            "c.trace: line 2: expected a row, an integer in [0, 4294967295], got '0x1'");
  EXPECT_EQ(error_of_line("5 ACT 0 0 0 0 0 0 0\r"),
            "c.trace: line 2: expected a column, an integer in [0, 4294967295], got '0?'");
}

TEST(CommandTrace, RefusesMissingAndFurtherFields) {
  EXPECT_EQ(error_of_line(""), "c.trace: line 2: expected a clock, got the end of the line");
  EXPECT_EQ(error_of_line("5"), "c.trace: line 2: expected a command, got the end of the line");
  EXPECT_EQ(error_of_line("5 ACT 0 0 0 0 0 0"),
            "c.trace: line 2: expected a column, got the end of the line");
  EXPECT_EQ(error_of_line("5 ACT 0  0 0 0 0 0"),
            "c.trace: line 2: expected a pseudo-channel, got ' '");
  EXPECT_EQ(error_of_line("5 ACT 0 0 0 0 0 0 0 1"),
            "c.trace: line 2: expected the end of the line, got '1'");
  EXPECT_EQ(error_of_line("5 ACT 0 0 0 0 0 0 0 "),
            "c.trace: line 2: expected the end of the line, got ' '");
}

TEST(CommandTrace, RefusesNumbersOutOfRange) {
  EXPECT_EQ(error_of_line("-1 ACT 0 0 0 0 0 0 0"),
            "c.trace: line 2: expected a clock, an integer in [0, 2305843009213693950], got '-1'");
  EXPECT_EQ(error_of_line("2305843009213693951 ACT 0 0 0 0 0 0 0"),
            "c.trace: line 2: expected a clock, an integer in [0, 2305843009213693950], got "
            "'2305843009213693951'");
  EXPECT_EQ(error_of_line("5 ACT 256 0 0 0 0 0 0"),
            "c.trace: line 2: expected a channel, an integer in [0, 255], got '256'");
  EXPECT_EQ(error_of_line("5 ACT 0 0 4294967296 0 0 0 0"),
            "c.trace: line 2: expected a rank, an integer in [0, 4294967295], got '4294967296'");
  EXPECT_EQ(error_of_line("5 ACT 0 0 0 0 99999999999999999999 0 0"),
            "c.trace: line 2: expected a bank, an integer in [0, 4294967295], got "
            "'99999999999999999999'");
}

TEST(CommandTrace, RefusesALastLineThatIsCut) {
  const std::string error =
      "c.trace: line 3: expected the line's end, got the file's end: the last line is cut";
  EXPECT_EQ(error_of(kHeader + "5 ACT 0 0 0 0 0 0 0\n6 RD 0 0 0 0 0 0 12"), error);
  EXPECT_EQ(error_of(kHeader + "5 ACT 0 0 0 0 0 0 0\n6"), error);
}

TEST(CommandTrace, RefusesALineThatIsLongerThanAnyCommand) {
  // 191 characters still are a line.
  EXPECT_EQ(error_of_line(std::string(191, '7')),
            "c.trace: line 2: expected a clock, an integer in [0, 2305843009213693950], got '" +
                std::string(32, '7') + "'");
  EXPECT_EQ(error_of_line(std::string(192, '7')),
            "c.trace: line 2: expected less than 192 characters, got a longer line");
}

TEST(CommandTrace, RefusesAClockThatGoesBackwardsInItsChannel) {
  EXPECT_EQ(error_of(kHeader + "7 ACT 1 0 0 0 0 0 0\n6 ACT 1 0 0 1 0 0 0\n"),
            "c.trace: line 3: expected clock 7 of channel 1 or later, got 6");
  EXPECT_THAT(read_all(kHeader + "7 ACT 1 0 0 0 0 0 0\n6 ACT 0 0 0 1 0 0 0\n7 ACT 1 0 0 1 0 0 0\n"),
              ElementsAre(CommandRecord{7, Command::activate, {.channel = 1}},
                          CommandRecord{6, Command::activate, {.bank_group = 1}},
                          CommandRecord{7, Command::activate, {.channel = 1, .bank_group = 1}}));
}

TEST(CommandTrace, ReportsAFileThatCannotBeRead) {
  std::istringstream input(kHeader);
  input.setstate(std::ios::badbit);
  CommandTraceReader reader(input, "c.trace");
  EXPECT_EQ(test::message_of([&] { static_cast<void>(reader.next()); }),
            "c.trace: line 1: expected a file that can be read, got an error");
}

}  // namespace
}  // namespace nzsim
