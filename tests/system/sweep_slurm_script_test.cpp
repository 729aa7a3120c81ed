#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/support/background.h"
#include "tests/support/command.h"
#include "tests/support/temporary_directory.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;
using test::CommandResult;
using test::run_nzsim;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using Json = nlohmann::json;

/// A sweep `s.json` of five points, planned in `o`, and programs in the place of Slurm's, which are
/// the only ones in PATH: `sbatch` writes each of its words on a line of `words`.
class SlurmScript : public testing::Test {
 protected:
  SlurmScript() {
    write_file(path("net.json"),
               R"({"name": "net", "description": "d", "source": "a test", "layers": [
               {"name": "fc", "type": "fully_connected", "inputs": 8, "outputs": 4,
                "weights": {"synthetic": {"density": 0.5}},
                "activations": {"synthetic": {"density": 0.5}}}]})");
    write_file(path("s.json"), R"({"name": "the sweep's", "description": "d", "source": "a test",
        "base": "eie-4pe-teaching", "workloads": ["./net.json"],
        "axes": {"/activation_queue_depth": [1, 2, 4, 8, 16]}})");
    program("sbatch", fmt::format("printf '%s\\n' \"$@\" >'{}'\necho 7", path("words").string()));
    program("squeue", "");
    program("scancel", "");
    ::setenv("PATH", (path("bin")).c_str(), 1);
    EXPECT_EQ(sweep({"plan", "s.json", "--out", "o"}).exit_code, 0);
  }

  ~SlurmScript() override { ::setenv("PATH", path_before.c_str(), 1); }

  /// Puts a script in the place of one of Slurm's commands.
  void program(const std::string& name, const std::string& text) const {
    write_file(path("bin/" + name), "#!/bin/sh\n" + text + "\n");
    fs::permissions(path("bin/" + name), fs::perms::owner_all);
  }

  [[nodiscard]] fs::path path(const std::string& name) const { return directory.path() / name; }

  [[nodiscard]] CommandResult sweep(std::vector<std::string> words) const {
    words.insert(words.begin(), "sweep");
    return run_nzsim(words, directory.path());
  }

  [[nodiscard]] CommandResult submit(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"run", "o", "--launcher", "slurm"});
    return sweep(more);
  }

  test::TemporaryDirectory directory;
  std::string path_before = std::getenv("PATH");
};

TEST_F(SlurmScript, IsShownAndNotSubmittedInADryRun) {
  const CommandResult result =
      submit({"--dry-run", "--shards", "3", "--slurm-arg=--partition=short one", "--reports"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(result.errors, "");
  const std::string o = path("o").string();
  EXPECT_THAT(
      result.output,
      AllOf(StartsWith("#!/bin/bash\n"), HasSubstr("\n#SBATCH --job-name=nzsim-the-sweep-s\n"),
            HasSubstr("\n#SBATCH --array=0-2\n"), HasSubstr("\n#SBATCH --requeue\n"),
            HasSubstr("\n#SBATCH --signal=B:TERM@60\n"),
            HasSubstr("\n#SBATCH --output=\"" + o + "/slurm/%A_%a.log\"\n"),
            HasSubstr("nzsim sweep worker " + o +
                      " \\\n  --shard \"${SLURM_ARRAY_TASK_ID}/3\" --reports\n"),
            HasSubstr("\n# sbatch --parsable '--partition=short one' " + o + "/job.sbatch\n")));
  EXPECT_THAT(result.output, StartsWith(read_file(path("o/job.sbatch"))));
  EXPECT_FALSE(fs::exists(path("words")));
  EXPECT_FALSE(fs::exists(path("o/slurm.json")));
}

TEST_F(SlurmScript, RunsAShardInADirectoryWhoseNameAShellWouldSplit) {
  ASSERT_EQ(sweep({"plan", "s.json", "--out", "it's 100%A $HOME"}).exit_code, 0);
  ASSERT_EQ(sweep({"run", "it's 100%A $HOME", "--launcher", "slurm", "--dry-run"}).exit_code, 0);
  const fs::path there = path("it's 100%A $HOME");
  EXPECT_THAT(read_file(there / "job.sbatch"), HasSubstr("/it's 100%%A $HOME/slurm/%A_%a.log\"\n"));
  ::setenv("SLURM_ARRAY_TASK_ID", "0", 1);
  const CommandResult shard = test::Background({"/bin/bash", (there / "job.sbatch").string()})
                                  .wait(std::chrono::seconds{60});
  ::unsetenv("SLURM_ARRAY_TASK_ID");
  EXPECT_EQ(shard.exit_code, 0) << shard.errors;
  EXPECT_EQ(shard.output,
            fmt::format("shard 0/1 of {}: 5 points, 5 finished, 0 failed\n", there.string()));
}

TEST_F(SlurmScript, SubmitsOnlyShardsThatMissPointsAndSaysWhichAreMissingAtTheEnd) {
  // Of the shards of four, 0 has the points 0 and 4, the others one each.
  ASSERT_EQ(sweep({"worker", "o", "--shard", "1/4"}).exit_code, 0);
  const CommandResult result = submit({"--shards", "4", "--slurm-arg=--time=1:00"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.output, "");
  const std::string o = path("o").string();
  EXPECT_EQ(result.errors,
            "nzsim sweep: submitted job 7 for shards 0,2-3 of 4\n"
            "nzsim sweep: job 7 has ended and 4 of 5 points are missing: 0,2-4\n"
            "what shards 0,2-3 printed is in " +
                o +
                "/slurm/7_*.log; to go on:\n"
                "nzsim sweep run " +
                o + " --launcher slurm --shards 4 --slurm-arg=--time=1:00\n");
  EXPECT_EQ(read_file(path("words")), "--parsable\n--time=1:00\n" + o + "/job.sbatch\n");
  EXPECT_THAT(read_file(path("o/job.sbatch")), HasSubstr("\n#SBATCH --array=0,2-3\n"));
  EXPECT_EQ(Json::parse(read_file(path("o/slurm.json"))),
            Json::parse(R"({"schema": "nzsim.slurm_job/1", "job": 7, "shards": 4,
                            "array": "0,2-3"})"));
  EXPECT_THAT(sweep({"status", "o"}).output, HasSubstr("\nSlurm: job 7, shards 0,2-3 of 4: "));
}

TEST_F(SlurmScript, GoesWithTheNameOfACluster) {
  program("sbatch", "echo '7;far'");
  program("squeue", fmt::format("echo \"$@\" >'{}'\necho 'CLUSTER: far'\necho COMPLETED",
                                path("words").string()));
  EXPECT_EQ(submit({"--slurm-arg=--clusters=far"}).exit_code, 3);
  EXPECT_EQ(read_file(path("words")),
            "--noheader --states=all --format=%T --jobs=7 --clusters=far\n");
  EXPECT_EQ(sweep({"cancel", "o"}).output, "job 7 of cluster far has ended before\n");
}

TEST_F(SlurmScript, RefusesASecondJobWhileTheFirstIsActive) {
  ASSERT_EQ(submit().exit_code, 3);
  fs::remove(path("words"));
  program("squeue", "echo PENDING\necho COMPLETED\necho PENDING");
  const CommandResult result = submit();
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.errors,
            fmt::format("{0}/slurm.json: expected no job of this sweep that is active, got job 7 "
                        "(1 COMPLETED, 2 PENDING); wait for it, or end it: nzsim sweep cancel "
                        "{0}\n",
                        path("o").string()));
  EXPECT_FALSE(fs::exists(path("words")));
}

TEST_F(SlurmScript, KeepsToWhatSlurmSays) {
  const auto errors = [&] { return submit().errors; };
  for (const char* answer : {"echo", "echo Submitted batch job 7", "echo 0", "echo '7;'",
                             "echo '7;a b'", "echo 7; echo 8", "printf 7", "echo 7; exit 1"}) {
    program("sbatch", answer);
    EXPECT_THAT(errors(), StartsWith("sbatch: expected the number of a job, got exit code "));
  }
  program("sbatch", "echo no such partition >&2; exit 1");
  EXPECT_EQ(errors(),
            "sbatch: expected the number of a job, got exit code 1 and \"no such partition\"\n");
  EXPECT_FALSE(fs::exists(path("o/slurm.json")));
  program("sbatch", "echo 7");
  ASSERT_EQ(submit().exit_code, 3);
  program("squeue", "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1");
  EXPECT_EQ(sweep({"cancel", "o"}).output, "job 7 has ended before\n");
  program("squeue", "echo '7 R n1'");
  EXPECT_EQ(errors(),
            "squeue: expected the states of the job's tasks, got exit code 0 and \"7 R n1\"\n");
  EXPECT_THAT(sweep({"status", "o"}).output, HasSubstr("Slurm cannot be asked about it\n"));
}

TEST_F(SlurmScript, ReportsBadUsageWithOneLine) {
  const auto errors = [&](std::vector<std::string> more) {
    const CommandResult result = submit(more);
    EXPECT_EQ(result.exit_code, 2);
    return result.errors;
  };
  EXPECT_THAT(errors({"--slurm-arg=-p short"}), StartsWith("--slurm-arg: expected an option of "));
  EXPECT_THAT(errors({"--slurm-arg=--"}), StartsWith("--slurm-arg: expected an option of "));
  EXPECT_THAT(errors({"--slurm-arg=--comment=a\nb"}), StartsWith("--slurm-arg: expected an opti"));
  EXPECT_THAT(errors({"--slurm-arg=--arr=1"}),
              StartsWith("--slurm-arg: expected an option that nzsim does not set itself"));
  EXPECT_THAT(errors({"--jobs", "2"}), StartsWith("--jobs: expected --launcher local, got slurm"));
  EXPECT_THAT(errors({"--shards", "0"}), StartsWith("--shards: expected an integer in "));
  EXPECT_EQ(sweep({"run", "o", "--dry-run"}).errors,
            "--dry-run: expected --launcher slurm, got local\n");
  EXPECT_THAT(sweep({"cancel", "o"}).errors,
              HasSubstr("expected a sweep that was submitted with --launcher slurm, got none"));
}

TEST_F(SlurmScript, NamesTheCommandThatIsNotInstalled) {
  fs::remove(path("bin/squeue"));
  const CommandResult result = submit();
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.errors,
            "--launcher slurm: expected Slurm's commands sbatch, squeue, scancel in PATH, got no "
            "squeue\n");
}

}  // namespace
}  // namespace nzsim
