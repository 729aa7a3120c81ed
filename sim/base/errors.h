#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace nzsim {

/// One thing that is wrong with an input, printed as `file: pointer: message`.
struct Diagnostic {
  /// Path of the file as the user gave it, or the name of an option (`--set`).
  std::string file;
  /// JSON pointer, `line N`, `line N, column M` or `byte N` within the file; may be empty.
  std::string pointer;
  /// `expected ..., got ...`, one line.
  std::string message;
};

/// The one shape of an error line: `FILE: /json/pointer: expected ..., got ...`.
[[nodiscard]] std::string to_string(const Diagnostic& diagnostic);

/// Bad usage or bad input, found before anything is simulated or written. Exit code 2.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Diagnostic> diagnostics);
  InputError(std::string file, std::string pointer, std::string message);

  /// All problems that were found, in the order of the file.
  [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
};

/// A machine, energy table, sweep or command line that is wrong.
class ConfigError : public InputError {
 public:
  using InputError::InputError;
};

/// A network, a data file or a layer that is wrong, or that does not fit the machine.
class WorkloadError : public InputError {
 public:
  using InputError::InputError;
};

/// A simulation that failed: a broken invariant, no progress, a check that does not hold. Exit 1.
class SimulationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws the `SimulationError` of a failed `SIM_ASSERT`.
[[noreturn]] void fail_assertion(std::string_view condition, std::string_view module,
                                 std::uint64_t cycle, const std::string& message);

}  // namespace nzsim

/// An invariant of the simulator itself. `MODULE` is the hierarchical name, `CYCLE` the clock
/// cycle; the rest is a `fmt` format string with its arguments.
#define SIM_ASSERT(CONDITION, MODULE, CYCLE, ...)                                         \
  do {                                                                                    \
    if (!(CONDITION)) {                                                                   \
      ::nzsim::fail_assertion(#CONDITION, (MODULE), (CYCLE), ::fmt::format(__VA_ARGS__)); \
    }                                                                                     \
  } while (false)
