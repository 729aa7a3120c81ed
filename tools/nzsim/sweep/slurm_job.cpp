#include "tools/nzsim/sweep/slurm_job.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/config/node.h"
#include "tools/nzsim/sweep/slurm_process.h"

namespace nzsim::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSchema = "nzsim.slurm_job/1";

/// States of tasks that have ended (manual page of squeue 22.05, "JOB STATE CODES"). All others
/// count as active: tasks that are completing still have processes.
constexpr std::array<std::string_view, 10> kEnded{
    "BOOT_FAIL", "CANCELLED", "COMPLETED",     "DEADLINE", "FAILED",
    "NODE_FAIL", "PREEMPTED", "OUT_OF_MEMORY", "REVOKED",  "TIMEOUT"};

fs::path job_path(const fs::path& directory) { return directory / "slurm.json"; }

/// The first line of what a program said.
std::string first_line(const std::string& text) {
  const std::string line = text.substr(0, text.find('\n'));
  return line.empty() ? "nothing" : '"' + line + '"';
}

[[noreturn]] void fail(const std::string& program, const char* expected,
                       const ProgramResult& result) {
  throw InputError(program, "",
                   fmt::format("expected {}, got exit code {} and {}", expected, result.exit_code,
                               first_line(result.errors.empty() ? result.output : result.errors)));
}

bool is_name(std::string_view text, std::string_view more) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || more.find(letter) != std::string_view::npos;
  });
}

/// `ID` or `ID;CLUSTER` and a line feed, as `sbatch --parsable` prints.
std::optional<SlurmJob> parse_submitted(std::string_view text) {
  if (!text.ends_with('\n')) return {};
  text.remove_suffix(1);
  SlurmJob job;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, job.id);
  if (error != std::errc{} || job.id == 0) return {};
  if (stop == end) return job;
  job.cluster = std::string(stop + 1, end);
  return *stop == ';' && is_name(job.cluster, "-_.") ? std::optional(job) : std::nullopt;
}

std::vector<std::string> for_job(std::vector<std::string> words, const SlurmJob& job) {
  if (!job.cluster.empty()) words.push_back("--clusters=" + job.cluster);
  return words;
}

/// What `squeue` and `scancel` say of a job that has ended long ago.
bool is_forgotten(const ProgramResult& result) {
  return result.exit_code != 0 && result.errors.find("Invalid job id") != std::string::npos;
}

}  // namespace

std::optional<SlurmJob> read_job(const fs::path& directory) {
  const fs::path path = job_path(directory);
  if (std::error_code error; !fs::exists(path, error)) return {};
  ConfigDocument document = ConfigDocument::load(path);
  ConfigNode root = document.root();
  static_cast<void>(root.choice("schema", {.options = {kSchema}}));
  SlurmJob job;
  job.id = static_cast<std::uint64_t>(root.integer("job", {.minimum = 1}));
  job.cluster = root.text("cluster", {.default_value = "", .may_be_empty = true});
  job.shards = static_cast<std::uint64_t>(root.integer("shards", {.minimum = 1}));
  job.array = root.text("array", {.maximum_length = std::size_t{1} << 20});
  if (root.valid("cluster") && !job.cluster.empty() && !is_name(job.cluster, "-_.")) {
    root.fail("cluster", fmt::format("expected the name of a cluster, got \"{}\"", job.cluster));
  }
  document.finish();
  return job;
}

void write_job(const SlurmJob& job, const fs::path& directory) {
  nlohmann::ordered_json json;
  json["schema"] = kSchema;
  json["job"] = job.id;
  if (!job.cluster.empty()) json["cluster"] = job.cluster;
  json["shards"] = job.shards;
  json["array"] = job.array;
  write_file(job_path(directory), json.dump(2) + "\n");
}

bool JobState::is_active() const {
  return std::any_of(tasks.begin(), tasks.end(), [](const auto& task) {
    return std::find(kEnded.begin(), kEnded.end(), task.first) == kEnded.end();
  });
}

std::string JobState::text() const {
  std::string text;
  for (const auto& [state, count] : tasks) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, state);
  }
  return text.empty() ? "none" : text;
}

std::vector<std::string> submit_command(const std::vector<std::string>& options,
                                        const fs::path& script) {
  std::vector<std::string> words = {"sbatch", "--parsable"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(script.string());
  return words;
}

SlurmJob submit(const std::vector<std::string>& command) {
  const ProgramResult result = run_program(command);
  const std::optional<SlurmJob> job = parse_submitted(result.output);
  if (result.exit_code != 0 || !job) fail(command.front(), "the number of a job", result);
  return *job;
}

JobState state_of(const SlurmJob& job) {
  const ProgramResult result = run_program(for_job(
      {"squeue", "--noheader", "--states=all", "--format=%T", fmt::format("--jobs={}", job.id)},
      job));
  if (is_forgotten(result)) return {};
  if (result.exit_code != 0) fail("squeue", "the states of the job's tasks", result);
  JobState state;
  std::istringstream lines(result.output);
  for (std::string line; std::getline(lines, line);) {
    // The cluster's name stands above its jobs.
    if (!job.cluster.empty() && line == "CLUSTER: " + job.cluster) continue;
    if (!is_name(line, "_")) fail("squeue", "the states of the job's tasks", result);
    ++state.tasks[line];
  }
  return state;
}

void cancel(const SlurmJob& job) {
  const ProgramResult result = run_program(for_job({"scancel", fmt::format("{}", job.id)}, job));
  if (result.exit_code != 0 && !is_forgotten(result)) fail("scancel", "the end of the job", result);
}

std::string name_of(const SlurmJob& job) {
  return job.cluster.empty() ? fmt::format("job {}", job.id)
                             : fmt::format("job {} of cluster {}", job.id, job.cluster);
}

}  // namespace nzsim::cli
