#include "sim/run/sweep/workers.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/run/sweep/lock.h"
#include "sim/run/sweep/status.h"
#include "sim/run/sweep/store.h"
#include "tests/support/fake_sweep.h"
#include "tests/support/message_of.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::sweep {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Workers : public testing::Test {
 protected:
  RunEnd run(const Plan& plan, const InputsOf& inputs, std::size_t jobs = 2) const {
    return run_sweep({.plan = plan, .directory = home.path(), .inputs = inputs, .jobs = jobs});
  }

  [[nodiscard]] std::vector<std::string> failures(const Plan& plan) const {
    return status_of(plan, home.path()).failures;
  }

  test::TemporaryDirectory home;
};

/// What a run that nobody disturbs collects.
std::string undisturbed(const Plan& plan) {
  const test::TemporaryDirectory directory;
  (void)run_sweep(
      {.plan = plan, .directory = directory.path(), .inputs = test::fake_inputs(), .jobs = 1});
  return test::collected(plan, directory.path());
}

/// A point that takes long enough to be met.
void pause_shortly(std::uint64_t /*index*/) { std::this_thread::sleep_for(milliseconds(1)); }

TEST_F(Workers, FinishEveryPointOnce) {
  const Plan plan = test::fake_plan(50);
  const RunEnd end = run(plan, test::fake_inputs(), 4);
  EXPECT_FALSE(end.is_interrupted);
  EXPECT_EQ(end.progress.total, 50U);
  EXPECT_EQ(end.progress.finished, 50U);
  EXPECT_EQ(end.progress.failed, 0U);
  EXPECT_EQ(test::result_lines(home.path()), 50U);
  EXPECT_EQ(test::collected(plan, home.path()), undisturbed(plan));
  EXPECT_FALSE(fs::exists(home.path() / "programs"));
}

TEST_F(Workers, RepeatNothingThatIsFinished) {
  const Plan plan = test::fake_plan(20);
  (void)run(plan, test::fake_inputs());
  (void)run(plan, test::fake_inputs([](std::uint64_t) { std::abort(); }));
  EXPECT_EQ(test::result_lines(home.path()), 20U);
  EXPECT_EQ(test::collected(plan, home.path()), undisturbed(plan));
}

TEST_F(Workers, GoOnAfterAPointThatCrashes) {
  const Plan plan = test::fake_plan(20);
  const RunEnd end = run(plan, test::fake_inputs([](std::uint64_t index) {
                           if (index == 7) std::abort();
                         }));
  EXPECT_EQ(end.progress.finished, 20U);
  EXPECT_THAT(failures(plan),
              ElementsAre("point 7: crashed: the process was ended by signal 6 (Aborted)"));
}

TEST_F(Workers, GoOnAfterAPointThatEndsTheProcess) {
  const Plan plan = test::fake_plan(6);
  (void)run(plan, test::fake_inputs([](std::uint64_t index) {
              if (index == 2) ::_exit(9);
            }));
  EXPECT_THAT(failures(plan), ElementsAre("point 2: crashed: the process ended with code 9"));
}

TEST_F(Workers, GoOnAfterAPointThatNeverEnds) {
  Plan plan = test::fake_plan(20);
  plan.config.seconds_limit = 0.25;
  (void)run(plan, test::fake_inputs([](std::uint64_t index) {
              while (index == 3 || index == 4) ::pause();
            }));
  EXPECT_THAT(failures(plan), ElementsAre("point 3: timed_out: no result after 0.25 s",
                                          "point 4: timed_out: no result after 0.25 s"));
  EXPECT_EQ(status_of(plan, home.path()).tally.done(), 18U);
}

TEST_F(Workers, GoOnAfterAPointThatAllocatesWithoutEnd) {
#ifdef NZSIM_SANITIZED
  GTEST_SKIP() << "the sanitizer's allocator reserves its memory before the limit is set";
#endif
  Plan plan = test::fake_plan(20);
  plan.config.bytes_limit = 256U << 20U;
  (void)run(plan, test::fake_inputs([](std::uint64_t index) {
              std::vector<std::string> blocks;
              while (index == 5) blocks.emplace_back(16U << 20U, 'x');
            }));
  EXPECT_THAT(failures(plan),
              ElementsAre("point 5: out_of_memory: more memory was needed than the 268435456 bytes "
                          "of the sweep's limit"));
}

TEST_F(Workers, SayWhatFails) {
  const Plan plan = test::fake_plan(4);
  const RunEnd end = run(plan, test::fake_inputs([](std::uint64_t index) {
                           if (index == 1) throw WorkloadError("net.json", "/layers/0", "too big");
                         }));
  EXPECT_EQ(end.progress.failed, 1U);
  EXPECT_THAT(failures(plan), ElementsAre("point 1: failed: net.json: /layers/0: too big"));
}

TEST_F(Workers, RunFailedPointsAgainWhereAsked) {
  const Plan plan = test::fake_plan(8);
  (void)run(plan, test::fake_inputs([](std::uint64_t index) {
              if (index % 2 == 1) throw SimulationError("not today");
            }));
  EXPECT_EQ(status_of(plan, home.path()).tally.failed(), 4U);
  const RunEnd end = run_sweep({.plan = plan,
                                .directory = home.path(),
                                .inputs = test::fake_inputs(),
                                .jobs = 2,
                                .retry_failed = true});
  EXPECT_EQ(end.progress.failed, 0U);
  // 8 lines of the first run and 4 of the second.
  EXPECT_EQ(test::result_lines(home.path()), 12U);
  EXPECT_EQ(test::collected(plan, home.path()), undisturbed(plan));
}

TEST_F(Workers, RunAPointOnceMoreWhoseProcessIsKilled) {
  const Plan plan = test::fake_plan(12);
  const fs::path mark = home.path() / "killed";
  const RunEnd end = run(plan, test::fake_inputs([&](std::uint64_t index) {
                           if (index != 5 || fs::exists(mark)) return;
                           write_file(mark, "once");
                           ::kill(::getpid(), SIGKILL);
                         }));
  EXPECT_EQ(end.progress.failed, 0U);
  EXPECT_EQ(test::collected(plan, home.path()), undisturbed(plan));
}

TEST_F(Workers, GiveUpAPointThatIsKilledTwice) {
  const Plan plan = test::fake_plan(12);
  (void)run(plan, test::fake_inputs([](std::uint64_t index) {
              if (index == 5) ::kill(::getpid(), SIGKILL);
            }));
  EXPECT_THAT(failures(plan),
              ElementsAre("point 5: crashed: the process was ended by signal 9 (Killed)"));
}

TEST_F(Workers, StartAProcessForEachPointOfReferenceMode) {
  const Plan plan = test::fake_plan(10);
  const fs::path processes = home.path() / "processes";
  (void)run(plan, test::fake_inputs(
                      [&](std::uint64_t index) {
                        write_file(processes / fmt::format("{}-{}", ::getpid(), index), "");
                      },
                      {.needs_reference = "shared ports"}));
  std::vector<std::string> ids;
  for (const auto& entry : fs::directory_iterator(processes)) {
    const std::string name = entry.path().filename();
    ids.push_back(name.substr(0, name.find('-')));
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::unique(ids.begin(), ids.end()) - ids.begin(), 10);
}

TEST_F(Workers, EndOnASignalAndKeepWhatIsFinished) {
  const Plan plan = test::fake_plan(40);
  const RunEnd end = run(plan, test::fake_inputs([](std::uint64_t index) {
                           if (index == 20) ::kill(::getppid(), SIGTERM);
                           while (index >= 20) ::pause();
                         }),
                         1);
  EXPECT_TRUE(end.is_interrupted);
  EXPECT_EQ(end.progress.finished, 20U);
  EXPECT_FALSE(run(plan, test::fake_inputs()).is_interrupted);
  EXPECT_EQ(test::result_lines(home.path()), 40U);
  EXPECT_EQ(test::collected(plan, home.path()), undisturbed(plan));
}

TEST_F(Workers, LoseNothingWhenTheirCoordinatorIsKilledAtAnyMoment) {
  const Plan plan = test::fake_plan(60);
  for (const int moment : {2, 5, 9, 14, 20, 33}) {
    const pid_t coordinator = ::fork();
    if (coordinator == 0) {
      (void)run(plan, test::fake_inputs(pause_shortly));
      ::_exit(0);
    }
    std::this_thread::sleep_for(milliseconds(moment));
    ::kill(coordinator, SIGKILL);
    ::waitpid(coordinator, nullptr, 0);
  }
  EXPECT_EQ(run(plan, test::fake_inputs(pause_shortly)).progress.finished, 60U);
  EXPECT_EQ(test::collected(plan, home.path()), undisturbed(plan));
}

TEST_F(Workers, LeaveNoProcessBehindWhenTheirCoordinatorIsKilled) {
  const Plan plan = test::fake_plan(4);
  const pid_t coordinator = ::fork();
  if (coordinator == 0) {
    (void)run(plan, test::fake_inputs([](std::uint64_t) {
                for (;;) ::pause();
              }));
    ::_exit(0);
  }
  while (!fs::exists(home.path() / "lock")) std::this_thread::sleep_for(milliseconds(1));
  std::this_thread::sleep_for(milliseconds(50));
  ::kill(coordinator, SIGKILL);
  ::waitpid(coordinator, nullptr, 0);
  // The lock is free once all workers have ended: the run is not refused.
  EXPECT_EQ(run(plan, test::fake_inputs()).progress.finished, 4U);
}

TEST_F(Workers, RunTheirShardAlone) {
  const Plan plan = test::fake_plan(10);
  const auto run_shard = [&](std::uint64_t index) {
    return run_sweep({.plan = plan,
                      .directory = home.path(),
                      .inputs = test::fake_inputs(),
                      .shard = Shard{index, 3}})
        .progress;
  };
  // Points 1, 4 and 7 of 0 to 9; then 0, 3, 6, 9 and 2, 5, 8.
  EXPECT_EQ(run_shard(1).total, 3U);
  EXPECT_EQ(test::result_lines(home.path()), 3U);
  EXPECT_TRUE(fs::exists(results_directory(home.path()) / "shard-1-3.jsonl"));
  EXPECT_EQ(run_shard(0).finished, 4U);
  EXPECT_EQ(run_shard(2).finished, 3U);
  EXPECT_EQ(test::collected(plan, home.path()), undisturbed(plan));
}

TEST_F(Workers, RefuseADirectoryThatIsInUse) {
  const Plan plan = test::fake_plan(2);
  const DirectoryLock lock(home.path(), LockKind::exclusive, 0);
  EXPECT_THAT(test::message_of([&] { (void)run(plan, test::fake_inputs()); }),
              HasSubstr("expected no other run of this sweep"));
}

TEST_F(Workers, TellTheirProgress) {
  const Plan plan = test::fake_plan(10);
  std::vector<std::uint64_t> finished;
  (void)run_sweep(
      {.plan = plan,
       .directory = home.path(),
       .inputs = test::fake_inputs(),
       .jobs = 2,
       .progress = [&](const Progress& progress) { finished.push_back(progress.finished); }});
  EXPECT_EQ(finished.back(), 10U);
  EXPECT_TRUE(std::is_sorted(finished.begin(), finished.end()));
}

TEST_F(Workers, FailWhereResultsCannotBeWritten) {
  const Plan plan = test::fake_plan(4);
  write_file(home.path() / "reports", "a file in the place of a directory");
  EXPECT_THROW(
      (void)run_sweep(
          {.plan = plan, .directory = home.path(), .inputs = test::fake_inputs(), .reports = true}),
      SimulationError);
}

}  // namespace
}  // namespace nzsim::sweep
