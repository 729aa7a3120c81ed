#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace nzsim::test {

/// What a finished process left behind.
struct CommandResult {
  /// Exit status; 128 + N where signal N ended the process.
  int exit_code = -1;
  /// The largest memory it had: the resident set, in KiB.
  long peak_kibibytes = 0;
  std::string output;
  std::string errors;
};

/// Runs the `nzsim` of this build with `arguments`, standard input empty, in `directory`.
[[nodiscard]] CommandResult run_nzsim(const std::vector<std::string>& arguments,
                                      const std::filesystem::path& directory = ".");

}  // namespace nzsim::test
