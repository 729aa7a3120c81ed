#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace nzsim::cli {

/// Shards that a sweep of `points` points has where the user says nothing.
[[nodiscard]] std::uint64_t default_shards(std::uint64_t points);

/// Increasing numbers as Slurm writes a list of tasks: `1,3-5`.
[[nodiscard]] std::string ranges_text(const std::vector<std::uint64_t>& numbers);

/// `word` as a word of a shell command: in single quotes where a shell would not take it as it is.
[[nodiscard]] std::string shell_word(std::string_view word);
[[nodiscard]] std::string shell_command(const std::vector<std::string>& words);

/// What a job script is made of.
struct JobScript {
  /// Of the sweep.
  std::string name;
  /// The path of nzsim, and the sweep's directory; both absolute.
  std::filesystem::path program;
  std::filesystem::path directory;
  std::uint64_t shards = 1;
  /// Increasing; not empty.
  std::vector<std::uint64_t> missing_shards;
  /// More options of `nzsim sweep worker`.
  std::vector<std::string> worker_options;
};

/// The job script: a Bash script, one task of a job array per shard that misses points.
[[nodiscard]] std::string job_script_text(const JobScript& script);

/// Where tasks write what they print: `DIR/slurm`.
[[nodiscard]] std::filesystem::path log_directory(const std::filesystem::path& directory);

}  // namespace nzsim::cli
