#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/support/command.h"
#include "tests/support/gzip.h"
#include "tests/support/temporary_directory.h"

namespace nzsim {
namespace {

using test::run_nzsim;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using Json = nlohmann::json;

/// What `nzsim memory ARGUMENTS --json` prints.
Json json_of(std::vector<std::string> arguments, const std::filesystem::path& directory = ".") {
  arguments.insert(arguments.begin(), "memory");
  arguments.push_back("--json");
  const test::CommandResult result = run_nzsim(arguments, directory);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(result.errors, "");
  return Json::parse(result.output);
}

/// A trace of reads and writes with clocks, every fifth of them far from the one before.
std::string trace() {
  std::string text = "# clock address operation\n";
  for (int line = 0; line < 2000; ++line) {
    text += fmt::format("{} {:#x} {}\n", 9 * line, line % 5 == 0 ? 1'048'576 * line : 64 * line,
                        line % 3 == 0 ? "W" : "R");
  }
  return text;
}

TEST(MemoryCommand, PrintsOneJsonObjectAlone) {
  const Json json = json_of({"ddr4-2400", "--stream", "random", "--requests", "1000"});
  EXPECT_EQ(json["memory"], "ddr4-2400");
  EXPECT_EQ(json["requests"], 1000);
  EXPECT_EQ(json["reads"], 1000);
  EXPECT_EQ(json["read_bytes"], 64'000);
  EXPECT_EQ(json["traffic"]["stream"], "random");
  EXPECT_EQ(json["config"]["organization"]["rows"], 65536);
  EXPECT_EQ(json["check"], nullptr);
}

TEST(MemoryCommand, AddsUp) {
  const Json json = json_of({"ddr4-2400", "--stream", "mixed", "--requests", "5000"});
  const Json& counters = json["counters"];
  // Each request is one burst: it is moved on the data bus, or answered from the write queue.
  EXPECT_EQ(counters["reads"].get<int>() + counters["forwarded_reads"].get<int>(),
            json["reads"].get<int>());
  EXPECT_EQ(counters["writes"], json["writes"]);
  EXPECT_EQ(json["reads"].get<int>() + json["writes"].get<int>(), 5000);
  EXPECT_EQ(counters["row_hits"].get<int>() + counters["row_misses"].get<int>() +
                counters["row_conflicts"].get<int>(),
            counters["reads"].get<int>() + counters["writes"].get<int>());
  // A burst of 8 beats occupies the data bus for 4 clocks.
  EXPECT_EQ(counters["busy_cycles"].get<int>(),
            4 * (counters["reads"].get<int>() + counters["writes"].get<int>()));
  double picojoules = 0.0;
  for (const Json& row : json["energy"]["rows"]) picojoules += row["picojoules"].get<double>();
  EXPECT_NEAR(json["energy"]["joules"].get<double>() * 1e12, picojoules, 1e-6 * picojoules);
  EXPECT_NEAR(json["energy"]["picojoules_per_bit"].get<double>(), picojoules / (5000 * 64 * 8),
              1e-6);
  const double nanoseconds = json["elapsed_ns"].get<double>();
  EXPECT_NEAR(nanoseconds, json["elapsed_clocks"].get<double>() * 0.833, 1e-6 * nanoseconds);
  EXPECT_NEAR(json["bytes_per_second"].get<double>(), 5000 * 64 / (nanoseconds * 1e-9), 1e3);
}

TEST(MemoryCommand, MeasuresASingleReadExactly) {
  const Json json = json_of({"ddr4-2400", "--stream", "dependent", "--requests", "1", "--set",
                             "/controller/refresh=none"});
  // Request 1 + tRCD 16 + tCL 16 + burst 4 = 37 clocks of 0.833 ns.
  EXPECT_EQ(json["elapsed_clocks"], 37);
  EXPECT_EQ(json["read_latency"]["clocks"]["p50"], 37.0);
  EXPECT_NEAR(json["read_latency"]["ns"]["maximum"].get<double>(), 37 * 0.833, 1e-9);
}

TEST(MemoryCommand, MeasuresAnIdealMemoryInNanoseconds) {
  const Json json = json_of({"ideal", "--stream", "dependent", "--requests", "10"});
  // Latency 50 ns + 64 bytes at 25.6 bytes per ns = 52.5 ns each, one after the other.
  EXPECT_EQ(json["elapsed_ns"], 525.0);
  EXPECT_EQ(json["read_latency"]["ns"]["p99"], 52.5);
  EXPECT_EQ(json["elapsed_clocks"], nullptr);
  EXPECT_EQ(json["read_latency"]["clocks"], nullptr);
  // 20 pJ per bit of 10 x 64 bytes.
  EXPECT_EQ(json["energy"]["picojoules_per_bit"], 20.0);
  EXPECT_GT(json_of({"ideal", "--stream", "sequential"})["peak_share"].get<double>(), 0.999);
}

TEST(MemoryCommand, PlaysTracesWhetherPackedOrNot) {
  const test::TemporaryDirectory directory;
  write_file(directory.path() / "plain", trace());
  write_file(directory.path() / "packed", test::gzip(trace()));
  Json plain = json_of({"ddr4-2400", "plain"}, directory.path());
  Json packed = json_of({"ddr4-2400", "packed"}, directory.path());
  EXPECT_EQ(plain["requests"], 2000);
  EXPECT_EQ(plain["traffic"]["trace"], "plain");
  // The last request is made at clock 9 x 1999 = 17,991.
  EXPECT_GT(plain["elapsed_clocks"], 17'991);
  plain.erase("traffic");
  packed.erase("traffic");
  EXPECT_EQ(plain, packed);
}

TEST(MemoryCommand, ReadsTracesOfDramsim3) {
  const test::TemporaryDirectory directory;
  write_file(directory.path() / "own", "3 0x1f80 R\n9 64 W\n");
  write_file(directory.path() / "other", "1f80 READ 3\n0x40 WRITE 9\n");
  Json own = json_of({"ddr4-2400", "own"}, directory.path());
  Json other = json_of({"ddr4-2400", "other", "--format", "dramsim3"}, directory.path());
  own.erase("traffic");
  other.erase("traffic");
  EXPECT_EQ(own, other);
}

TEST(MemoryCommand, WritesAndChecksCommands) {
  const test::TemporaryDirectory directory;
  const Json json = json_of({"hbm2-2000", "--stream", "mixed", "--requests", "2000", "--set",
                             "/channels=2", "--commands", "commands.txt", "--check"},
                            directory.path());
  const std::string commands = read_file(directory.path() / "commands.txt");
  EXPECT_THAT(commands, StartsWith("# clock command channel pseudo_channel rank"));
  const auto lines = std::count(commands.begin(), commands.end(), '\n');
  EXPECT_EQ(json["check"]["commands"], lines - 1);
  EXPECT_EQ(json["check"]["violations"], 0);
  EXPECT_GT(lines, 2000);
  EXPECT_EQ(json["channels"].size(), 2U);
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "commands.txt.partial"));
}

TEST(MemoryCommand, WritesItsJsonIntoANewDirectory) {
  const test::TemporaryDirectory directory;
  const test::CommandResult result = run_nzsim({"memory", "ddr4-2400", "--stream", "sequential",
                                                "--requests", "100", "--json", "--out", "a/b"},
                                               directory.path());
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(read_file(directory.path() / "a/b/memory.json"), result.output);
}

TEST(MemoryCommand, PrintsTablesWithUnits) {
  const test::CommandResult result =
      run_nzsim({"memory", "ddr4-2400", "--stream", "sequential", "--requests", "100", "--check"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.errors, "");
  EXPECT_THAT(
      result.output,
      AllOf(HasSubstr("memory    ddr4-2400  (DDR4, 1 channel, clock 0.833 ns)"), HasSubstr("GB/s"),
            HasSubstr("% of 19.21 GB/s"), HasSubstr("pJ/bit"), HasSubstr("p99"),
            HasSubstr("row conflicts"), HasSubstr("refreshes"), HasSubstr(", 0 violations\n")));
}

TEST(MemoryCommand, SaysThatAnEnergyIsUnknown) {
  const test::TemporaryDirectory directory;
  write_file(directory.path() / "bare.json",
             R"({"name": "bare", "source": "test", "kind": "ideal", "latency_ns": 5,
                 "bytes_per_second": 1e9, "capacity_bytes": 4096})");
  const test::CommandResult result =
      run_nzsim({"memory", "bare.json", "--stream", "sequential"}, directory.path());
  EXPECT_THAT(result.output, HasSubstr(" unknown\n"));
  EXPECT_EQ(json_of({"bare.json", "--stream", "random"}, directory.path())["energy"], nullptr);
}

TEST(MemoryCommand, IsAPureFunctionOfItsInputs) {
  const std::vector<std::string> command = {"ddr4-2400", "--stream", "random", "--write-share",
                                            "0.2"};
  const Json first = json_of(command);
  EXPECT_EQ(first, json_of(command));
}

TEST(MemoryCommand, KeepsRequestsApartAsAsked) {
  const Json spaced = json_of({"ddr4-2400", "--stream", "random", "--requests", "1000",
                               "--interval", "200", "--set", "/controller/refresh=none"});
  // Each request finds the memory idle: at worst another row is open, and tRP 16 comes first.
  EXPECT_LE(spaced["read_latency"]["clocks"]["maximum"].get<double>(), 37.0 + 16.0);
  const Json limited = json_of({"ddr4-2400", "--stream", "random", "--requests", "1000",
                                "--outstanding", "1", "--set", "/controller/refresh=none"});
  EXPECT_LE(limited["read_latency"]["clocks"]["maximum"].get<double>(), 37.0 + 39.0);
  EXPECT_EQ(limited["outstanding"], 1);
}

#ifndef NZSIM_SANITIZED  // sanitizers keep what was freed for a while
/// Writes a packed trace of `count` requests, a multiple of four.
void write_requests(const std::filesystem::path& path, int count) {
  std::string text;
  for (int i = 0; i < count; i += 4) text += "64 R\n128 W\n4096 R\n65536 R\n";
  write_file(path, test::gzip(text));
}

TEST(MemoryCommand, TakesTracesOfAnyLengthInBoundedMemory) {
  const test::TemporaryDirectory directory;
  write_requests(directory.path() / "little", 40'000);
  write_requests(directory.path() / "much", 4'000'000);
  const auto peak_of = [&](const std::string& name) {
    const test::CommandResult result = run_nzsim({"memory", "ideal", name}, directory.path());
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    return result.peak_kibibytes;
  };
  // 4 bytes kept of each of the 3,960,000 requests more would be 15,468 KiB; the peaks of both runs
  // include what this process had when it started them.
  EXPECT_LT(peak_of("much"), peak_of("little") + 4000);
}
#endif

/// Bad usage or a bad trace `t`, and what its single error line says.
struct BadMemoryUsage {
  std::vector<std::string> arguments;
  std::string error;
};

class BadMemoryCommand : public testing::TestWithParam<BadMemoryUsage> {};

TEST_P(BadMemoryCommand, EndsWithOneErrorLineAndExitCodeTwo) {
  const test::TemporaryDirectory directory;
  write_file(directory.path() / "bad", "64 R\n64 R\nhello\n");
  write_file(directory.path() / "cut", test::gzip(trace()).substr(0, 4000));
  write_file(directory.path() / "far", "0 0x7ffffffffffffff R\n");
  std::vector<std::string> arguments = GetParam().arguments;
  arguments.insert(arguments.begin(), "memory");
  const test::CommandResult result = run_nzsim(arguments, directory.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.output, "");
  EXPECT_THAT(result.errors, StartsWith(GetParam().error));
  EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  // No output of a run that failed.
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "out"));
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "out.partial"));
}

INSTANTIATE_TEST_SUITE_P(
    CommandLine, BadMemoryCommand,
    testing::Values(
        BadMemoryUsage{{}, "nzsim memory: expected MEMORY, got nothing"},
        BadMemoryUsage{{"ddr4-2400"}, "nzsim memory: expected either TRACE or --stream, got none"},
        BadMemoryUsage{{"ddr4-2400", "bad", "--stream", "random"},
                       "nzsim memory: expected either TRACE or --stream, got both"},
        BadMemoryUsage{{"ddr4-240", "--stream", "random"},
                       "ddr4-240: expected the file or name of a memory, got neither; did you mean "
                       "\"ddr4-2400\"?"},
        BadMemoryUsage{{"ddr4-2400", "bad", "--commands", "out", "--out", "out"},
                       "bad: line 3: expected ADDRESS OP [BYTES], got 1 fields"},
        BadMemoryUsage{{"ddr4-2400", "cut", "--commands", "out"}, "cut: line "},
        BadMemoryUsage{{"ddr4-2400", "far"}, "far: line 1: expected ADDRESS, an integer in [0, "},
        BadMemoryUsage{{"ddr4-2400", "nowhere"}, "nowhere: expected a file that can be read, got"},
        BadMemoryUsage{{"ddr4-2400", "bad", "--seed", "1"},
                       "--seed: expected --stream, got a TRACE"},
        BadMemoryUsage{{"ddr4-2400", "--stream", "random", "--format", "nzsim"},
                       "--format: expected a TRACE, got --stream"},
        BadMemoryUsage{{"ddr4-2400", "--stream", "randm"},
                       "--stream: expected one of sequential, strided, random, mixed, dependent, "
                       "conflict, got \"randm\"; did you mean \"random\"?"},
        BadMemoryUsage{{"ddr4-2400", "--stream", "strided"},
                       "--stride: expected BYTES with strided, got none"},
        BadMemoryUsage{{"ddr4-2400", "--stream", "random", "--requests", "0"},
                       "--requests: expected an integer in [1, "},
        BadMemoryUsage{{"ddr4-2400", "--stream", "random", "--write-share", "2"},
                       "--write-share: expected a number in [0, 1], got \"2\""},
        BadMemoryUsage{{"ideal", "--stream", "conflict"},
                       "--stream: expected conflict with a DRAM, got an ideal memory"},
        BadMemoryUsage{{"ideal", "--stream", "random", "--check"},
                       "--check: expected a DRAM, got an ideal memory, which has no commands"},
        BadMemoryUsage{{"ideal", "--stream", "random", "--commands", "out"},
                       "--commands: expected a DRAM, got an ideal memory, which has no commands"},
        BadMemoryUsage{{"ddr4-2400", "--stream", "random", "--commands", "/no/where"},
                       "/no/where: expected a file that can be written, got: No such file"},
        BadMemoryUsage{{"ddr4-2400", "--stream", "random", "--out", "/dev/null"},
                       "--out: expected a directory, got the file /dev/null"},
        BadMemoryUsage{{"ddr4-2400", "--stream", "random", "--set", "/channels=3"},
                       "--set: /channels: expected a power of two"}));

}  // namespace
}  // namespace nzsim
