#include "tools/nzsim/sweep/slurm_script.h"

#include <algorithm>

#include <fmt/format.h>

namespace nzsim::cli {
namespace {

/// Slurm takes task numbers below `MaxArraySize`, which is 1001 where a site says nothing
/// (slurm.conf, manual page of Slurm 22.05).
constexpr std::uint64_t kMostDefaultShards = 1000;
/// Points of a shard at least. Assumption: starting a task costs as much as a short point, so that
/// fewer make the cluster start tasks and not run points.
constexpr std::uint64_t kFewestPoints = 16;
/// Letters and digits of a job's name that are kept. Assumption: as many as `squeue` may show.
constexpr std::size_t kLongestName = 64;

bool is_plain(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') ||
         std::string_view("-_./=:,@+").find(letter) != std::string_view::npos;
}

/// A sweep's name as that of a job: what is no letter, digit, dot or dash is a dash.
std::string job_name(const std::string& name) {
  std::string text = "nzsim-" + name.substr(0, kLongestName);
  std::replace_if(
      text.begin(), text.end(),
      [](char letter) {
        return !is_plain(letter) ||
               std::string_view("/=:,@+").find(letter) != std::string_view::npos;
      },
      '-');
  return text;
}

/// A path in a `#SBATCH` line: Slurm replaces what stands behind a percent sign, and takes a word
/// in double quotes whole.
std::string file_pattern(const std::filesystem::path& path) {
  std::string text;
  for (const char letter : path.string()) {
    if (letter == '%') text += '%';
    text += letter;
  }
  return text;
}

}  // namespace

std::uint64_t default_shards(std::uint64_t points) {
  return std::clamp<std::uint64_t>((points + kFewestPoints - 1) / kFewestPoints, 1,
                                   kMostDefaultShards);
}

std::string ranges_text(const std::vector<std::uint64_t>& numbers) {
  std::string text;
  for (std::size_t begin = 0; begin < numbers.size();) {
    std::size_t end = begin + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    if (!text.empty()) text += ',';
    text += end - begin == 1 ? fmt::format("{}", numbers[begin])
                             : fmt::format("{}-{}", numbers[begin], numbers[end - 1]);
    begin = end;
  }
  return text;
}

std::string shell_word(std::string_view word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return std::string(word);
  std::string text;
  for (const char letter : word) {
    if (letter == '\'') {
      text += R"('\'')";
    } else {
      text += letter;
    }
  }
  return fmt::format("'{}'", text);
}

std::string shell_command(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    text += shell_word(word);
  }
  return text;
}

std::filesystem::path log_directory(const std::filesystem::path& directory) {
  return directory / "slurm";
}

std::string job_script_text(const JobScript& script) {
  std::string options;
  for (const std::string& option : script.worker_options) {
    options += fmt::format(" {}", shell_word(option));
  }
  return fmt::format(
      R"(#!/bin/bash
# The shards of a sweep that miss points, a task each. A task goes on where another one has ended.
#SBATCH --job-name={name}
#SBATCH --array={array}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
# What a task prints; a task that Slurm starts again adds to it.
#SBATCH --output="{log}/%A_%a.log"
#SBATCH --open-mode=append
# Tasks of a node that fails, or that make room for others, are run again elsewhere.
#SBATCH --requeue
# A minute before its time is up a task is told to end, and keeps all finished points.
#SBATCH --signal=B:TERM@60

exec {program} sweep worker {directory} \
  --shard "${{SLURM_ARRAY_TASK_ID}}/{shards}"{options}
)",
      fmt::arg("name", job_name(script.name)),
      fmt::arg("array", ranges_text(script.missing_shards)),
      fmt::arg("log", file_pattern(log_directory(script.directory))),
      fmt::arg("program", shell_word(script.program.string())),
      fmt::arg("directory", shell_word(script.directory.string())),
      fmt::arg("shards", script.shards), fmt::arg("options", options));
}

}  // namespace nzsim::cli
