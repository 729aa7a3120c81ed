#include <charconv>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/run/sweep/collect.h"
#include "sim/run/sweep/plan.h"
#include "sim/run/sweep/plan_inputs.h"
#include "sim/run/sweep/status.h"
#include "sim/run/sweep/workers.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/commands.h"
#include "tools/nzsim/sweep/progress_line.h"
#include "tools/nzsim/sweep/published_tables.h"
#include "tools/nzsim/sweep/slurm_arguments.h"
#include "tools/nzsim/sweep/slurm_launcher.h"
#include "tools/nzsim/sweep/slurm_script.h"
#include "tools/nzsim/sweep/sweep_text.h"
#include "tools/nzsim/sweep_files.h"

namespace nzsim::cli {
namespace {

namespace fs = std::filesystem;

enum SweepExit { kAllDone = 0, kSomeFailed = 1, kIncomplete = 3 };

/// Assumption: nobody has more processors in one machine.
constexpr std::uint64_t kMostJobs = 4096;

const Option kJobs{"jobs", "N", "processes that run points (default: one per processor)"};
const Option kRetry{"retry-failed", "", "also run points again that have failed"};
const Option kReports{"reports", "", "keep reports/KEY.json of each point"};
const Option kJson{"json", "", "print the state of the sweep as one JSON object and nothing else"};

std::size_t jobs_of(const Arguments& arguments) {
  const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
  return arguments.integer("jobs", 1, kMostJobs).value_or(processors);
}

/// `I/K` with I below K. Throws `InputError`.
sweep::Shard shard_of(const Arguments& arguments) {
  const std::string word = arguments.text("shard").value_or("");
  sweep::Shard shard;
  const char* const end = word.data() + word.size();
  const auto [slash, first] = std::from_chars(word.data(), end, shard.index);
  if (first == std::errc{} && slash != end && *slash == '/') {
    const auto [stop, second] = std::from_chars(slash + 1, end, shard.count);
    if (second == std::errc{} && stop == end && shard.index < shard.count &&
        shard.count <= sweep::kMostShards) {
      return shard;
    }
  }
  throw InputError(
      "--shard", "",
      fmt::format("expected I/K with 0 <= I < K <= {}, got \"{}\"", sweep::kMostShards, word));
}

/// A sweep's directory has files of these names.
void check_apart(const fs::path& file, const fs::path& directory) {
  for (const char* const name : {"sweep.json", "plan.jsonl"}) {
    std::error_code error;
    if (!fs::equivalent(file, directory / name, error)) continue;
    throw InputError("--out", "",
                     fmt::format("expected another directory than that of the sweep file, whose {} "
                                 "it would hold, got {}",
                                 name, directory.string()));
  }
}

sweep::Plan plan_of(const Arguments& arguments, const fs::path& directory) {
  const fs::path file = find_file(Shelf::sweeps, arguments.required(0));
  check_apart(file, directory);
  sweep::Plan plan = sweep::make_plan(sweep::load_sweep(file), sweep_directories());
  check_published(plan);
  sweep::write_plan(plan, directory);
  // Messages of points name files as a run of the written plan does, in whatever directory.
  plan.config.path = fs::absolute(plan.config.path).lexically_normal();
  return plan;
}

fs::path out_of(const Arguments& arguments) {
  const std::optional<fs::path> directory = arguments.directory("out");
  if (!directory) throw InputError("--out", "", "expected a directory for the results, got none");
  return *directory;
}

int exit_code(std::uint64_t missing, std::uint64_t failed) {
  if (missing > 0) return kIncomplete;
  return failed > 0 ? kSomeFailed : kAllDone;
}

/// Prints how far the sweep is; the exit code says the same.
int print_status(const Arguments& arguments, const sweep::Plan& plan, const fs::path& directory,
                 const std::optional<SlurmStatus>& slurm = {}) {
  const sweep::SweepStatus status = sweep::status_of(plan, directory);
  fmt::print("{}", arguments.flag("json") ? status_json(plan.config, directory, status, slurm)
                                          : status_text(plan.config, directory, status, slurm));
  return exit_code(status.tally.missing(), status.tally.failed());
}

/// Writes the tables and the page, puts published tables beside them, prints those and how far the
/// sweep is.
int collect_and_print(const Arguments& arguments, const sweep::Plan& plan,
                      const fs::path& directory) {
  sweep::collect(plan, directory);
  const sweep::SweepStatus status = sweep::status_of(plan, directory);
  if (status.tally.missing() == 0 && !status.runner) sweep::remove_programs(directory);
  const std::vector<PublishedResults> published = compare_published(plan, directory);
  write_published(published, directory);
  write_sweep_page(plan, directory, published);
  if (!arguments.flag("json")) fmt::print("{}", published_text(published));
  return print_status(arguments, plan, directory);
}

/// Runs what is missing of the plan, or of the shard.
sweep::RunEnd run_points(const Arguments& arguments, const sweep::Plan& plan,
                         const fs::path& directory, std::optional<sweep::Shard> shard) {
  sweep::PointReader reader(plan.config, sweep_directories());
  // Files that all points need are read before workers are forked, which share what was read.
  static_cast<void>(reader.inputs(plan.points.front()));
  ProgressLine line;
  return sweep::run_sweep(
      {.plan = plan,
       .directory = directory,
       .inputs = [&](const sweep::Point& point) { return reader.inputs(point); },
       .jobs = shard ? 1 : jobs_of(arguments),
       .retry_failed = arguments.flag("retry-failed"),
       .reports = arguments.flag("reports"),
       .shard = shard,
       .progress = [&](const sweep::Progress& progress) { line.show(progress); }});
}

int submit_and_collect(const Arguments& arguments, const sweep::Plan& plan,
                       const fs::path& directory) {
  switch (run_on_slurm(slurm_request(arguments, plan, directory))) {
    case SlurmEnd::dry_run:
      return kAllDone;
    case SlurmEnd::interrupted:
    case SlurmEnd::missing_points:
      return kIncomplete;
    case SlurmEnd::finished:
      break;
  }
  return collect_and_print(arguments, plan, directory);
}

int run_and_collect(const Arguments& arguments, const sweep::Plan& plan,
                    const fs::path& directory) {
  const auto tell_ended = [&](const std::string& why) {
    fmt::print(stderr, "nzsim sweep: {}; to go on:\nnzsim sweep run {}\n", why,
               shell_word(directory.string()));
    return kIncomplete;
  };
  try {
    const sweep::RunEnd end = run_points(arguments, plan, directory, {});
    if (end.is_interrupted) {
      return tell_ended(fmt::format("interrupted with {} of {} points finished",
                                    end.progress.finished, end.progress.total));
    }
  } catch (const SimulationError& error) {
    // No point is to blame: the system gave no process or no room.
    return tell_ended(error.what());
  }
  return collect_and_print(arguments, plan, directory);
}

/// `--resume` goes on with a sweep and begins none.
void check_resume(const Arguments& arguments, const fs::path& directory) {
  std::error_code error;
  if (!arguments.flag("resume") || fs::exists(directory / "plan.jsonl", error)) return;
  throw InputError(
      "--resume", "",
      fmt::format("expected a directory with a planned sweep, got {}", directory.string()));
}

int sweep_all(const Arguments& arguments) {
  const fs::path directory = out_of(arguments);
  check_resume(arguments, directory);
  const auto launch = wants_slurm(arguments) ? submit_and_collect : run_and_collect;
  return launch(arguments, plan_of(arguments, directory), directory);
}

int sweep_plan(const Arguments& arguments) {
  const fs::path directory = out_of(arguments);
  const sweep::Plan plan = plan_of(arguments, directory);
  fmt::print("{} in {}: {} points, {} left out\n", plan.config.name, directory.string(),
             plan.points.size(), plan.excluded);
  return kAllDone;
}

int sweep_run(const Arguments& arguments) {
  const fs::path directory = arguments.required(0);
  const auto launch = wants_slurm(arguments) ? submit_and_collect : run_and_collect;
  return launch(arguments, sweep::read_plan(directory), directory);
}

int sweep_worker(const Arguments& arguments) {
  const fs::path directory = arguments.required(0);
  const sweep::Shard shard = shard_of(arguments);
  const sweep::RunEnd end = run_points(arguments, sweep::read_plan(directory), directory, shard);
  const sweep::Progress& progress = end.progress;
  fmt::print("shard {}/{} of {}: {} points, {} finished, {} failed\n", shard.index, shard.count,
             directory.string(), progress.total, progress.finished, progress.failed);
  return exit_code(progress.total - progress.finished, progress.failed);
}

int sweep_status(const Arguments& arguments) {
  const fs::path directory = arguments.required(0);
  const sweep::Plan plan = sweep::read_plan(directory);
  return print_status(arguments, plan, directory, slurm_status(directory));
}

int sweep_collect(const Arguments& arguments) {
  const fs::path directory = arguments.required(0);
  return collect_and_print(arguments, sweep::read_plan(directory), directory);
}

int sweep_cancel(const Arguments& arguments) {
  cancel_on_slurm(arguments.required(0));
  return kAllDone;
}

Command plan_command() {
  return {.name = "sweep plan",
          .summary = "Make and check all points and write them down; run none.",
          .positionals = {{"SWEEP"}},
          .options = {{"out", "DIR", "write plan.jsonl and sweep.json there"}},
          .example = "nzsim sweep plan eie-queue-depth --out out/depth",
          .handler = sweep_plan};
}

Command run_command_of_sweep() {
  return {.name = "sweep run",
          .summary = "Run the points of a planned sweep that are missing; collect the results.",
          .positionals = {{"DIR"}},
          .options = with_launcher_options({kJobs, kRetry, kReports, kJson}),
          .example =
              "nzsim sweep run out/depth --jobs 8\n"
              "nzsim sweep run out/depth --launcher slurm --slurm-arg=--partition=short",
          .handler = sweep_run};
}

Command worker_command() {
  return {.name = "sweep worker",
          .summary = "Run one shard of a planned sweep: what a job on a cluster does.",
          .positionals = {{"DIR"}},
          .options = {{"shard", "I/K", "the points whose index leaves I when divided by K"},
                      kRetry,
                      kReports},
          .example = "nzsim sweep worker out/depth --shard 3/64",
          .handler = sweep_worker};
}

Command status_command() {
  return {.name = "sweep status",
          .summary = "Say how far a sweep is, and how long the rest takes.",
          .positionals = {{"DIR"}},
          .options = {kJson},
          .example = "nzsim sweep status out/depth --json",
          .handler = sweep_status};
}

Command collect_command() {
  return {.name = "sweep collect",
          .summary = "Write results.csv, .jsonl, .sqlite and sweep.html of what is finished.",
          .positionals = {{"DIR"}},
          .options = {kJson},
          .example = "nzsim sweep collect out/depth",
          .handler = sweep_collect};
}

Command cancel_command() {
  return {.name = "sweep cancel",
          .summary = "End the job of a sweep that was submitted to Slurm; finished points stay.",
          .positionals = {{"DIR"}},
          .options = {},
          .example = "nzsim sweep cancel out/depth",
          .handler = sweep_cancel};
}

}  // namespace

Command sweep_command() {
  return {
      .name = "sweep",
      .summary = "Run all design points of a sweep on all cores; go on where a run has ended.",
      .positionals = {{"SWEEP"}},
      .options = with_launcher_options(
          {{"out", "DIR", "plan and results go there; a run that was ended goes on there"},
           {"resume", "", "only go on: an error where DIR holds no sweep yet"},
           kJobs,
           kRetry,
           kReports,
           kJson}),
      .example =
          "nzsim sweep eie-queue-depth --out out/depth\n"
          "nzsim sweep eie-queue-depth --out out/depth --launcher slurm --dry-run\n"
          "nzsim sweep status out/depth",
      .handler = sweep_all,
      .subcommands = {plan_command(), run_command_of_sweep(), worker_command(), status_command(),
                      collect_command(), cancel_command()},
  };
}

}  // namespace nzsim::cli
