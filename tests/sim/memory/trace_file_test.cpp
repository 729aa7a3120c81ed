#include "sim/memory/trace_file.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tests/support/gzip.h"
#include "tests/support/message_of.h"
#include "tests/support/temporary_directory.h"

namespace nzsim {
namespace {

using test::gzip;
using test::message_of;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr Access kRead = Access::read;
constexpr Access kWrite = Access::write;

/// A memory of 1 MiB with bursts of 64 bytes.
const RequestRules kRules{.capacity_bytes = std::uint64_t{1} << 20,
                          .default_bytes = 64,
                          .clock = 1000,
                          .tick = 1000,
                          .latest_clock = 1'000'000'000};

std::vector<TimedRequest> all_of(RequestSource& source) {
  std::vector<TimedRequest> requests;
  while (const auto request = source.next()) requests.push_back(*request);
  return requests;
}

std::vector<TimedRequest> parse(std::string_view bytes, TraceFormat format = TraceFormat::nzsim) {
  TraceFile trace(bytes, "t", kRules, format);
  return all_of(trace);
}

/// A trace of many lines, and longer than the chunks it is read in.
std::string long_trace() {
  std::string text;
  for (int line = 0; line < 50'000; ++line) {
    text += fmt::format("{} {:#x} {}\n", 3 * line, 64 * (line % 1000), line % 3 == 0 ? "W" : "R");
  }
  return text;
}

TEST(TraceFile, ReadsTimedRequests) {
  EXPECT_THAT(
      parse("0 0x40 R\n7 128 W 256\n7 0XfC0 read 1\n9 5 WRITE 3\n"),
      ElementsAre(TimedRequest{0, kRead, 64, 64, false}, TimedRequest{7, kWrite, 128, 256, false},
                  TimedRequest{7, kRead, 0xfc0, 1, false}, TimedRequest{9, kWrite, 5, 3, false}));
}

TEST(TraceFile, ReadsRequestsRightBehindEachOther) {
  EXPECT_THAT(parse("64 r\n128 Write 8\n"), ElementsAre(TimedRequest{{}, kRead, 64, 64, false},
                                                        TimedRequest{{}, kWrite, 128, 8, false}));
}

TEST(TraceFile, ReadsTheOrderOfDramsim3) {
  EXPECT_THAT(
      parse("0x40 READ 3\n1f80 WRITE 4\n10 READ 4\n", TraceFormat::dramsim3),
      ElementsAre(TimedRequest{3, kRead, 64, 64, false}, TimedRequest{4, kWrite, 0x1f80, 64, false},
                  TimedRequest{4, kRead, 16, 64, false}));
}

TEST(TraceFile, SkipsCommentsAndBlankLines) {
  EXPECT_THAT(parse("# head\n\n \t\r\n\t64\tR  # tail\r\n#\n"),
              ElementsAre(TimedRequest{{}, kRead, 64, 64, false}));
}

TEST(TraceFile, ReadsGzipAsItReadsText) {
  const std::string text = long_trace();
  const std::vector<TimedRequest> requests = parse(text);
  ASSERT_EQ(requests.size(), 50'000U);
  EXPECT_EQ(requests.back(), (TimedRequest{149'997, kRead, 64 * 999, 64, false}));
  EXPECT_EQ(parse(gzip(text)), requests);
  EXPECT_EQ(parse(gzip(text.substr(0, 300'001)) + gzip("") + gzip(text.substr(300'001))), requests);
}

TEST(TraceFile, ReadsFilesAsItReadsBuffers) {
  const test::TemporaryDirectory directory;
  const std::string text = long_trace();
  write_file(directory.path() / "plain", text);
  write_file(directory.path() / "packed", gzip(text));
  TraceFile plain(directory.path() / "plain", kRules, TraceFormat::nzsim);
  TraceFile packed(directory.path() / "packed", kRules, TraceFormat::nzsim);
  const std::vector<TimedRequest> requests = parse(text);
  EXPECT_EQ(all_of(plain), requests);
  EXPECT_EQ(all_of(packed), requests);
}

TEST(TraceFile, ReadsPipes) {
  int ends[2] = {};
  ASSERT_EQ(::pipe(ends), 0);
  const std::string text = "64 R\n128 W\n";
  ASSERT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  TraceFile trace(fmt::format("/dev/fd/{}", ends[0]), kRules, TraceFormat::nzsim);
  EXPECT_EQ(all_of(trace), parse(text));
  ::close(ends[0]);
}

TEST(TraceFile, TakesLinesOf4096BytesButNoLongerOnes) {
  const std::string blanks(4092, ' ');
  EXPECT_EQ(parse("64 R" + blanks + "\n").size(), 1U);
  EXPECT_EQ(message_of([&] { parse("1 R\n64 R " + blanks + "\n"); }),
            "t: line 2: expected at most 4096 bytes in a line, got more");
  // No line end at all: found out before the trace is read to its end.
  EXPECT_THAT(message_of([&] { parse(std::string(1'000'000, 'x')); }),
              HasSubstr("line 1: expected at most 4096 bytes"));
}

/// A trace and what its error says behind `t: line `.
struct BadTrace {
  std::string text;
  std::string error;
};

class BadTraceFile : public testing::TestWithParam<BadTrace> {};

TEST_P(BadTraceFile, IsRefusedWithItsLine) {
  EXPECT_THAT(message_of([] { parse(GetParam().text); }),
              StartsWith("t: line " + GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, BadTraceFile,
    testing::Values(
        BadTrace{"", "1: expected a request, got the end of the trace"},
        BadTrace{"# only\n\n", "3: expected a request, got the end of the trace"},
        BadTrace{"hello\n",
                 "1: expected CYCLE ADDRESS OP [BYTES] or ADDRESS OP [BYTES] with OP one of R, W, "
                 "READ, WRITE, got \"hello\""},
        BadTrace{std::string("\x7f"
                             "ELF\x01\x00 R\n",
                             9),
                 "1: expected ADDRESS, an integer in "},
        BadTrace{"\n64 X\n", "2: expected CYCLE ADDRESS OP [BYTES] or ADDRESS OP"},
        BadTrace{"64 R\n64\n", "2: expected ADDRESS OP [BYTES], got 1 fields"},
        BadTrace{"64 R 8 8\n", "1: expected ADDRESS OP [BYTES], got more than 3 fields"},
        BadTrace{"0 64 R 8 8\n", "1: expected CYCLE ADDRESS OP [BYTES], got more than 4 fields"},
        BadTrace{"0 64 R\n0 64\n", "2: expected CYCLE ADDRESS OP [BYTES], got 2 fields"},
        BadTrace{"64 R\n5 64 R\n",
                 "2: expected ADDRESS OP [BYTES], as the lines before, got \"5 64 R\""},
        BadTrace{"5 64 R\n64 R 8\n",
                 "2: expected CYCLE ADDRESS OP [BYTES], as the lines before, got \"64 R 8\""},
        BadTrace{"5 64 R\n6 64 Q\n", "2: expected OP, one of R, W, READ, WRITE, got \"Q\""},
        BadTrace{"5 64 R\n4 64 R\n", "2: expected CYCLE at or after 5, the one before, got 4"},
        BadTrace{"-1 64 R\n", "1: expected CYCLE, an integer in [0, 1000000000], got \"-1\""},
        BadTrace{"1000000001 64 R\n", "1: expected CYCLE, an integer in [0, 1000000000], got"},
        BadTrace{"0x5 64 R\n", "1: expected CYCLE, an integer in [0, 1000000000], got \"0x5\""},
        BadTrace{"1048576 R\n", "1: expected ADDRESS, an integer in [0, 1048575], got \"1048576\""},
        BadTrace{"99999999999999999999999 R\n", "1: expected ADDRESS, an integer in [0, 1048575]"},
        BadTrace{"0xfffffffffffffffffff R\n", "1: expected ADDRESS, an integer in [0, 1048575]"},
        BadTrace{"0x R\n", "1: expected ADDRESS, an integer in [0, 1048575], got \"0x\""},
        BadTrace{"0x-1 R\n", "1: expected ADDRESS, an integer in [0, 1048575], got \"0x-1\""},
        BadTrace{"1f R\n", "1: expected ADDRESS, an integer in [0, 1048575], got \"1f\""},
        BadTrace{"0xfffc1 R\n",
                 "1: expected a request that ends within the memory's 1048576 bytes, got 64 bytes "
                 "at 1048513"},
        BadTrace{"1 R 1048576\n", "1: expected a request that ends within the memory's"},
        BadTrace{"1 R 1048577\n", "1: expected BYTES, an integer in [1, 1048576], got "},
        BadTrace{"64 R 0\n", "1: expected BYTES, an integer in [1, 1048576], got \"0\""},
        BadTrace{"64 R 0x8\n", "1: expected BYTES, an integer in [1, 1048576], got \"0x8\""},
        BadTrace{"64 R\n64 R", "2: expected a line end, got none: the last line is cut"},
        BadTrace{"64 R\n#", "2: expected a line end, got none: the last line is cut"}));

TEST(TraceFile, AcceptsTheLastBytesOfTheMemory) {
  EXPECT_EQ(parse("0xfffc0 R\n1048575 W 1\n0 R 1048576\n").size(), 3U);
}

TEST(TraceFile, RefusesOtherLinesInTheOrderOfDramsim3) {
  const auto error_of = [](std::string_view text) {
    return message_of([&] { parse(text, TraceFormat::dramsim3); });
  };
  EXPECT_EQ(error_of("0x40 READ\n"), "t: line 1: expected ADDRESS OP CYCLE, got 2 fields");
  EXPECT_EQ(error_of("0x40 READ 1 64\n"),
            "t: line 1: expected ADDRESS OP CYCLE, got more than 3 fields");
  EXPECT_EQ(error_of("1 0x40 READ\n"),
            "t: line 1: expected OP, one of R, W, READ, WRITE, got \"0x40\"");
  EXPECT_EQ(error_of("0x40 READ 2\n0x40 READ 1\n"),
            "t: line 2: expected CYCLE at or after 2, the one before, got 1");
}

TEST(TraceFile, RefusesGzipDataThatAreCut) {
  const std::string packed = gzip(long_trace());
  for (const std::size_t kept :
       {packed.size() - 1, packed.size() / 2, std::size_t{11}, std::size_t{2}}) {
    EXPECT_THAT(message_of([&] { parse(packed.substr(0, kept)); }),
                AllOf(StartsWith("t: line "),
                      HasSubstr("expected the rest of the gzip data, got the end of the file")))
        << kept;
  }
}

TEST(TraceFile, RefusesGzipDataThatAreDamaged) {
  std::string packed = gzip(long_trace());
  packed[packed.size() - 6] ^= 1;  // in the checksum: RFC 1952, section 2.3.1
  EXPECT_EQ(message_of([&] { parse(packed); }),
            "t: line 50001: expected gzip data, got damaged ones: incorrect data check");
  EXPECT_EQ(message_of([] { parse("\x1f\x8b\x07garbage garbage\n"); }),
            "t: line 1: expected gzip data, got damaged ones: unknown compression method");
  EXPECT_EQ(message_of([] { parse(gzip("64 R\n") + "64 R\n"); }),
            "t: line 2: expected the end of the gzip data, got other bytes behind them");
}

TEST(TraceFile, RefusesFilesThatCannotBeRead) {
  const auto error_of = [](const std::string& path) {
    return message_of([&] {
      TraceFile trace(path, kRules, TraceFormat::nzsim);
      static_cast<void>(trace.next());
    });
  };
  EXPECT_EQ(error_of("/nowhere/at/all"),
            "/nowhere/at/all: expected a file that can be read, got: No such file or directory");
  EXPECT_EQ(error_of("/"), "/: line 1: expected a file that can be read, got: Is a directory");
}

TEST(TraceFile, ThrowsWorkloadErrors) { EXPECT_THROW(parse("x\n"), WorkloadError); }

}  // namespace
}  // namespace nzsim
