#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/support/command.h"
#include "tests/support/temporary_directory.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;
using test::run_nzsim;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using Json = nlohmann::json;

/// A directory with a small sweep, `s.json`: three depths of the teaching machine's queue, one
/// network of 8 x 4 weights.
class SweepCommand : public testing::Test {
 protected:
  SweepCommand() {
    write_file(path("net.json"),
               R"({"name": "net", "description": "d", "source": "a test", "layers": [
               {"name": "fc", "type": "fully_connected", "inputs": 8, "outputs": 4,
                "weights": {"synthetic": {"density": 0.5}},
                "activations": {"synthetic": {"density": 0.5}}}]})");
    write_sweep(R"("/activation_queue_depth": [1, 2, 4])");
  }

  void write_sweep(const std::string& axes) const {
    write_file(path("s.json"), R"({"name": "s", "description": "d", "source": "a test",
        "base": "eie-4pe-teaching", "workloads": ["./net.json"], "axes": {)" +
                                   axes + "}}");
  }

  [[nodiscard]] fs::path path(const std::string& name) const { return directory.path() / name; }

  [[nodiscard]] test::CommandResult sweep(std::vector<std::string> words) const {
    words.insert(words.begin(), "sweep");
    return run_nzsim(words, directory.path());
  }

  test::TemporaryDirectory directory;
};

TEST_F(SweepCommand, PlansRunsAndCollects) {
  const test::CommandResult result = sweep({"s.json", "--out", "a/b"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(result.output, "s in a/b: 3 points, 3 done, 0 failed, 0 missing\n");
  EXPECT_EQ(result.errors, "");
  EXPECT_THAT(read_file(path("a/b/results.csv")),
              StartsWith("index,key,status,workload,/activation_queue_depth,cycles,seconds,"));
  EXPECT_TRUE(fs::exists(path("a/b/results.jsonl")));
  EXPECT_TRUE(fs::exists(path("a/b/results.sqlite")));
}

TEST_F(SweepCommand, ResumesASweepButBeginsNoneIfTold) {
  const test::CommandResult none = sweep({"s.json", "--out", "o", "--resume"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_EQ(none.errors, "--resume: expected a directory with a planned sweep, got o\n");
  EXPECT_FALSE(fs::exists(path("o")));
  ASSERT_EQ(sweep({"plan", "s.json", "--out", "o"}).exit_code, 0);
  EXPECT_EQ(sweep({"s.json", "--out", "o", "--resume"}).output,
            "s in o: 3 points, 3 done, 0 failed, 0 missing\n");
}

TEST_F(SweepCommand, WritesAPageThatReportWritesAgain) {
  ASSERT_EQ(sweep({"s.json", "--out", "o"}).exit_code, 0);
  const std::string page = read_file(path("o/sweep.html"));
  EXPECT_THAT(page, HasSubstr("the middle of each axis"));
  fs::remove(path("o/sweep.html"));
  const test::CommandResult again =
      run_nzsim({"report", "o", "--format", "html"}, directory.path());
  EXPECT_EQ(again.output, "o/sweep.html\n");
  EXPECT_EQ(read_file(path("o/sweep.html")), page);
  const test::CommandResult text = run_nzsim({"report", "o"}, directory.path());
  EXPECT_EQ(text.exit_code, 2);
  EXPECT_THAT(text.errors, HasSubstr("--format: expected html for a sweep"));
}

TEST_F(SweepCommand, FindsWhatRunFinds) {
  ASSERT_EQ(sweep({"s.json", "--out", "o", "--reports"}).exit_code, 0);
  const std::string lines = read_file(path("o/results.jsonl"));
  const Json row = Json::parse(lines.substr(0, lines.find('\n')));
  const Json report = Json::parse(run_nzsim({"run", "eie-4pe-teaching", "./net.json", "--json",
                                             "--set", "/activation_queue_depth=1"},
                                            directory.path())
                                      .output);
  EXPECT_EQ(row["cycles"], report["totals"]["cycles"]);
  EXPECT_EQ(row["energy_joules"], report["totals"]["energy_joules"]);
  EXPECT_EQ(row["bottleneck"], report["layers"][0]["bottleneck"]);
  Json kept = Json::parse(read_file(path("o/reports/" + row["key"].get<std::string>() + ".json")));
  kept["totals"]["host_seconds"] = report["totals"]["host_seconds"];
  EXPECT_EQ(kept, report);
}

TEST_F(SweepCommand, IsTheSameInPartsAndInShards) {
  ASSERT_EQ(sweep({"s.json", "--out", "whole", "--jobs", "1"}).exit_code, 0);
  ASSERT_EQ(sweep({"plan", "s.json", "--out", "parts"}).output,
            "s in parts: 3 points, 0 left out\n");
  EXPECT_EQ(sweep({"status", "parts"}).exit_code, 3);
  EXPECT_EQ(sweep({"worker", "parts", "--shard", "1/2"}).output,
            "shard 1/2 of parts: 1 points, 1 finished, 0 failed\n");
  EXPECT_EQ(sweep({"collect", "parts"}).exit_code, 3);
  EXPECT_THAT(read_file(path("parts/results.csv")), HasSubstr(",missing,./net.json,1,"));
  EXPECT_EQ(sweep({"run", "parts", "--jobs", "4"}).exit_code, 0);
  EXPECT_EQ(read_file(path("parts/results.csv")), read_file(path("whole/results.csv")));
  EXPECT_EQ(read_file(path("parts/results.jsonl")), read_file(path("whole/results.jsonl")));
}

TEST_F(SweepCommand, GoesOnWhereItWasEndedAndRepeatsNothing) {
  ASSERT_EQ(sweep({"plan", "s.json", "--out", "o"}).exit_code, 0);
  ASSERT_EQ(sweep({"worker", "o", "--shard", "0/3"}).exit_code, 0);
  const std::string first = read_file(path("o/results/shard-0-3.jsonl"));
  EXPECT_EQ(sweep({"s.json", "--out", "o", "--jobs", "1"}).exit_code, 0);
  EXPECT_EQ(read_file(path("o/results/shard-0-3.jsonl")), first);
  const std::string rest = read_file(path("o/results/run-0.jsonl"));
  EXPECT_EQ(std::count(rest.begin(), rest.end(), '\n'), 2);
}

TEST_F(SweepCommand, SaysInExitCodeAndStatusThatPointsFail) {
  // About 40 x 8 x 0.5 / 4 = 40 entries of a byte per PE.
  write_sweep(R"("/sparse_matrix_sram/capacity_bytes": [65536, 16])");
  write_file(path("net.json"),
             R"({"name": "net", "description": "d", "source": "a test", "layers": [
      {"name": "fc", "type": "fully_connected", "inputs": 8, "outputs": 40,
       "weights": {"synthetic": {"density": 0.5}},
       "activations": {"synthetic": {"density": 0.5}}}]})");
  const test::CommandResult result = sweep({"s.json", "--out", "o"});
  EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
  EXPECT_THAT(result.output, AllOf(HasSubstr("2 points, 1 done, 1 failed, 0 missing"),
                                   HasSubstr("\n  failed: 1\n  point 1: failed: ")));
  const test::CommandResult status = sweep({"status", "o", "--json"});
  EXPECT_EQ(status.exit_code, 1);
  const Json json = Json::parse(status.output);
  EXPECT_EQ(json["schema"], "nzsim.sweep_status/1");
  EXPECT_EQ(json["done"], 1);
  EXPECT_EQ(json["by_status"]["failed"], 1);
  EXPECT_EQ(json["running"], nullptr);
}

TEST_F(SweepCommand, RefusesAnotherSweepInTheDirectory) {
  ASSERT_EQ(sweep({"plan", "s.json", "--out", "o"}).exit_code, 0);
  write_sweep(R"("/activation_queue_depth": [1, 2])");
  const test::CommandResult result = sweep({"s.json", "--out", "o"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, HasSubstr("o/sweep.json: /sweep: expected the sweep of s.json"));
}

TEST_F(SweepCommand, RunsPointsAgainThatLackTheirReports) {
  ASSERT_EQ(sweep({"s.json", "--out", "o"}).exit_code, 0);
  const std::string table = read_file(path("o/results.csv"));
  ASSERT_EQ(sweep({"s.json", "--out", "o", "--reports"}).exit_code, 0);
  const auto reports = std::distance(fs::directory_iterator(path("o/reports")), {});
  EXPECT_EQ(reports, 3);
  EXPECT_EQ(read_file(path("o/results.csv")), table);
}

TEST_F(SweepCommand, RefusesADirectoryWhoseFilesItWouldReplace) {
  fs::create_directories(path("d"));
  fs::copy_file(path("s.json"), path("d/sweep.json"));
  const test::CommandResult result = sweep({"d/sweep.json", "--out", "d"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, HasSubstr("--out: expected another directory than that of the sweep"));
}

TEST_F(SweepCommand, NamesADamagedLine) {
  ASSERT_EQ(sweep({"s.json", "--out", "o", "--jobs", "1"}).exit_code, 0);
  const std::string lines = read_file(path("o/results/run-0.jsonl"));
  write_file(path("o/results/run-0.jsonl"), "damaged\n" + lines);
  const test::CommandResult result = sweep({"status", "o"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.errors,
            "o/results/run-0.jsonl: line 1: expected a result of a sweep, got \"damaged\"; "
            "remove the line to run its point again\n");
}

TEST_F(SweepCommand, ReportsBadUsage) {
  EXPECT_EQ(sweep({"s.json"}).errors, "--out: expected a directory for the results, got none\n");
  EXPECT_THAT(sweep({"worker", "o", "--shard", "2/2"}).errors,
              StartsWith("--shard: expected I/K with 0 <= I < K"));
  EXPECT_THAT(sweep({"worker", "o"}).errors, StartsWith("--shard: expected I/K"));
  EXPECT_THAT(sweep({"run", "o", "--job", "1"}).errors, HasSubstr("did you mean \"--jobs\"?"));
  EXPECT_EQ(sweep({"run", "nowhere"}).exit_code, 2);
  EXPECT_EQ(sweep({"s.json", "--out", "s.json"}).exit_code, 2);
}

TEST_F(SweepCommand, ExplainsItsParts) {
  EXPECT_THAT(sweep({"--help"}).output, HasSubstr("\ncommands:\n  sweep plan "));
  for (const std::string part : {"plan", "run", "worker", "status", "collect", "cancel"}) {
    EXPECT_THAT(sweep({part, "--help"}).output, StartsWith("usage: nzsim sweep " + part + " "));
  }
}

}  // namespace
}  // namespace nzsim
