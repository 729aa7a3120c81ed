#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/support/background.h"
#include "tests/support/slurm_sandbox.h"
#include "tests/support/temporary_directory.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::Background;
using test::CommandResult;
using test::eventually;
using testing::AllOf;
using testing::HasSubstr;
using Json = nlohmann::json;

/// Longer than anything takes on a machine that does much else.
constexpr std::chrono::seconds kPatience = 120s;

/// A real Slurm of two nodes, and a sweep `s.json` of 16 points of about half a second each.
class SystemSlurm : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = test::SlurmSandbox::why_not(); !reason.empty()) {
      GTEST_SKIP() << reason;
    }
    write_file(path("net.json"),
               R"({"name": "net", "description": "d", "source": "a test", "layers": [
               {"name": "fc", "type": "fully_connected", "inputs": 2048, "outputs": 2048,
                "weights": {"synthetic": {"density": 0.1}},
                "activations": {"synthetic": {"density": 0.5}}}]})");
    write_file(path("s.json"), R"({"name": "s", "description": "d", "source": "a test",
        "base": "eie-64pe", "workloads": [{"network": "./net.json", "batch": 40}],
        "axes": {"/activation_queue_depth": {"from": 1, "to": 16, "step": 1}},
        "options": {"mode": "reference"}})");
    sandbox = std::make_unique<test::SlurmSandbox>(path("slurm"));
  }

  [[nodiscard]] fs::path path(const std::string& name) const { return directory.path() / name; }

  [[nodiscard]] std::vector<std::string> words(std::vector<std::string> more) const {
    more.insert(more.begin(), {NZSIM_BINARY, "sweep"});
    return more;
  }

  [[nodiscard]] CommandResult sweep(const std::vector<std::string>& more) const {
    return Background(words(more), directory.path()).wait(kPatience);
  }

  /// The command that everybody types, again and again.
  [[nodiscard]] std::vector<std::string> command(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"s.json", "--out", "o", "--launcher", "slurm", "--shards", "8"});
    return more;
  }

  /// Lines of results that are in `o`.
  [[nodiscard]] std::ptrdiff_t results() const {
    std::ptrdiff_t lines = 0;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(path("o/results"), error)) {
      const std::string text = read_file(entry.path());
      lines += std::count(text.begin(), text.end(), '\n');
    }
    return lines;
  }

  /// Waits until so many lines are there.
  void wait_for_results(std::ptrdiff_t lines) const {
    ASSERT_TRUE(eventually(kPatience, [&] { return results() >= lines; })) << results();
  }

  void expect_tables_of_a_local_run() const {
    ASSERT_EQ(sweep({"s.json", "--out", "local"}).exit_code, 0);
    EXPECT_EQ(read_file(path("o/results.csv")), read_file(path("local/results.csv")));
    EXPECT_EQ(read_file(path("o/results.jsonl")), read_file(path("local/results.jsonl")));
  }

  test::TemporaryDirectory directory;
  std::unique_ptr<test::SlurmSandbox> sandbox;
};

TEST_F(SystemSlurm, GivesTheTablesOfALocalRunAndRepeatsOnlyWhatIsMissing) {
  const CommandResult first = sweep(command());
  EXPECT_EQ(first.exit_code, 0) << first.errors;
  EXPECT_EQ(first.output, "s in o: 16 points, 16 done, 0 failed, 0 missing\n");
  EXPECT_THAT(first.errors, HasSubstr("nzsim sweep: submitted job 1 for shards 0-7 of 8\n"));

  const CommandResult idle = sweep(command());
  EXPECT_EQ(idle.exit_code, 0);
  EXPECT_EQ(idle.errors, "");

  for (const int shard : {1, 3, 4}) {
    fs::remove(path(fmt::format("o/results/shard-{}-8.jsonl", shard)));
  }
  // The first job's last task may still be seen as completing.
  ASSERT_TRUE(eventually(kPatience, [&] {
    return !Json::parse(sweep({"status", "o", "--json"}).output)["slurm"]["active"].get<bool>();
  }));
  const CommandResult second = sweep(command());
  EXPECT_EQ(second.exit_code, 0) << second.errors;
  EXPECT_THAT(second.errors, HasSubstr(" for shards 1,3-4 of 8\n"));
  EXPECT_EQ(results(), 16);
  expect_tables_of_a_local_run();
}

TEST_F(SystemSlurm, LosesNothingWhenAWorkerAndThenANodeAreKilled) {
  {
    Background launcher(words(command()), directory.path());
    wait_for_results(1);
    // The lock names a worker of a shard that runs.
    const Json holder = Json::parse(read_file(path("o/lock")));
    ASSERT_EQ(::kill(holder["process"].get<pid_t>(), SIGKILL), 0);
    const CommandResult refused = sweep(command());
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.errors,
                HasSubstr("expected no job of this sweep that is active, got job 1"));
    const CommandResult ended = launcher.wait(kPatience);
    EXPECT_EQ(ended.exit_code, 3) << ended.errors;
    EXPECT_THAT(ended.errors,
                AllOf(HasSubstr("job 1 has ended and "), HasSubstr(" of 16 points are missing: "),
                      HasSubstr("nzsim sweep run ")));
  }
  // One worker was killed; the other 7 shards have 2 points each.
  const std::ptrdiff_t before = results();
  EXPECT_GE(before, 14);
  EXPECT_LT(before, 16);
  for (const int shard : {2, 3, 4, 5, 6, 7}) {
    fs::remove(path(fmt::format("o/results/shard-{}-8.jsonl", shard)));
  }
  {
    // 12 points or more; when the first one is there, both nodes end at once.
    const std::ptrdiff_t left = results();
    Background launcher(words(command({"--cancel-on-interrupt"})), directory.path());
    wait_for_results(left + 1);
    sandbox->kill_node("n1");
    sandbox->kill_node("n2");
    launcher.send(SIGINT);
    const CommandResult ended = launcher.wait(kPatience);
    EXPECT_EQ(ended.exit_code, 3) << ended.errors;
    EXPECT_THAT(ended.errors, HasSubstr(" is cancelled; to go on when it has ended:\n"));
  }
  EXPECT_LT(results(), 16);
  sandbox->start_node("n1");
  sandbox->start_node("n2");
  EXPECT_EQ(sweep({"cancel", "o"}).exit_code, 0);
  const CommandResult last = sweep(command());
  EXPECT_EQ(last.exit_code, 0) << last.errors;
  EXPECT_EQ(results(), 16);
  expect_tables_of_a_local_run();
}

TEST_F(SystemSlurm, IsDoneByResultsWhenTheDaemonOfANodeIsKilled) {
  // A shard per node: both have begun when each has a result.
  Background launcher(words({"s.json", "--out", "o", "--launcher", "slurm", "--shards", "2"}),
                      directory.path());
  ASSERT_TRUE(eventually(kPatience, [&] {
    return fs::exists(path("o/results/shard-0-2.jsonl")) &&
           fs::exists(path("o/results/shard-1-2.jsonl"));
  }));
  sandbox->kill_daemon("n1");
  // Slurm does not learn that the node's task has ended, and takes it for active.
  const CommandResult ended = launcher.wait(kPatience);
  EXPECT_EQ(ended.exit_code, 0) << ended.errors;
  expect_tables_of_a_local_run();
}

TEST_F(SystemSlurm, LeavesTheJobRunningWhenInterruptedUntilItIsCancelled) {
  Background launcher(words(command()), directory.path());
  wait_for_results(1);
  launcher.send(SIGINT);
  const CommandResult ended = launcher.wait(kPatience);
  EXPECT_EQ(ended.exit_code, 3) << ended.errors;
  EXPECT_THAT(ended.errors, HasSubstr("job 1 goes on; to end it: nzsim sweep cancel "));
  const CommandResult status = sweep({"status", "o", "--json"});
  EXPECT_EQ(status.exit_code, 3);
  EXPECT_EQ(Json::parse(status.output)["slurm"]["active"], true);

  const CommandResult cancelled = sweep({"cancel", "o"});
  EXPECT_EQ(cancelled.output, "job 1 is cancelled; finished points are kept\n");
  const std::ptrdiff_t kept = results();
  EXPECT_GE(kept, 1);
  EXPECT_LT(kept, 16);
  EXPECT_EQ(sweep({"cancel", "o"}).output, "job 1 has ended before\n");
  EXPECT_THAT(sweep({"status", "o"}).output, HasSubstr("Slurm: job 1, shards 0-7 of 8: has ended"));
}

}  // namespace
}  // namespace nzsim
