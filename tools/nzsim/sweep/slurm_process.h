#pragma once

#include <string>
#include <vector>

namespace nzsim::cli {

/// What a finished program left behind.
struct ProgramResult {
  /// Exit status; 128 + N where signal N ended it.
  int exit_code = -1;
  std::string output;
  std::string errors;
};

/// Runs the program `words[0]` of PATH with the other words as its arguments, without a shell, its
/// standard input empty, and waits for its end. Throws `InputError` where it cannot be started.
[[nodiscard]] ProgramResult run_program(const std::vector<std::string>& words);

/// Throws `InputError` unless all `programs` are in PATH.
void require_programs(const std::vector<std::string>& programs);

}  // namespace nzsim::cli
