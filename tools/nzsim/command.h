#pragma once

#include <string>
#include <vector>

namespace nzsim::cli {

class Arguments;

/// A word after the command's name.
struct Positional {
  /// As printed in the usage line: `MACHINE`.
  std::string name;
  bool required = true;
};

/// An option `--name`, or `--name VALUE` where `value` names what it takes.
struct Option {
  std::string name;
  std::string value = {};
  std::string help;
  bool repeatable = false;
};

/// A subcommand of `nzsim`.
struct Command {
  std::string name;
  /// One line for the list of commands.
  std::string summary;
  std::vector<Positional> positionals;
  std::vector<Option> options;
  /// One or more lines that a user can type.
  std::string example;
  /// Returns the exit code: 0 ok, 1 a simulation or a check failed, 3 not finished. Results go to
  /// standard output. Throws `InputError` for bad usage or input, which ends in exit code 2.
  int (*handler)(const Arguments& arguments) = nullptr;
  /// Commands of two words that begin with this one's name (`sweep plan`); they go before the
  /// command's own positionals.
  std::vector<Command> subcommands = {};
};

/// All subcommands, in the order of the help. A new one is a line in `commands.cpp`.
[[nodiscard]] const std::vector<Command>& commands();

/// The text of `nzsim COMMAND --help`, and of `nzsim --help`.
[[nodiscard]] std::string help_of(const Command& command);
[[nodiscard]] std::string help_of_all();

}  // namespace nzsim::cli
