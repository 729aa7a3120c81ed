#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <systemc>

#include "sim/base/errors.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/command.h"

/// The SystemC library refers to this symbol; nzsim elaborates from its commands instead.
int sc_main(int, char**) { return 0; }

namespace nzsim::cli {
namespace {

enum ExitCode { kOk = 0, kFailed = 1, kBadInput = 2 };

/// The kernel's own errors become exceptions, so that a command ends with one line and an exit
/// code.
void make_systemc_throw() {
  for (const auto severity : {sc_core::SC_WARNING, sc_core::SC_ERROR, sc_core::SC_FATAL}) {
    sc_core::sc_report_handler::set_actions(severity, sc_core::SC_THROW);
  }
}

/// Runs a command with the words behind its name.
int call(const Command& command, const std::vector<std::string>& words) {
  const Arguments arguments = Arguments::parse(command, words);
  if (arguments.help()) {
    fmt::print("{}", help_of(command));
    return kOk;
  }
  return command.handler(arguments);
}

int dispatch(const std::vector<std::string>& words) {
  if (words.empty()) {
    fmt::print(stderr, "{}", help_of_all());
    return kBadInput;
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    fmt::print("{}", help_of_all());
    return kOk;
  }
  if (words[0] == "--version") {
    fmt::print("nzsim {}\n", NZSIM_VERSION);
    return kOk;
  }
  const auto command =
      std::find_if(commands().begin(), commands().end(),
                   [&](const Command& candidate) { return candidate.name == words[0]; });
  if (command == commands().end()) {
    std::vector<std::string> names;
    for (const Command& candidate : commands()) names.push_back(candidate.name);
    throw InputError("nzsim", "", unknown_choice(words[0], names));
  }
  const std::string second = words.size() > 1 ? words[0] + ' ' + words[1] : std::string{};
  const auto part =
      std::find_if(command->subcommands.begin(), command->subcommands.end(),
                   [&](const Command& candidate) { return candidate.name == second; });
  if (part != command->subcommands.end()) return call(*part, {words.begin() + 2, words.end()});
  return call(*command, {words.begin() + 1, words.end()});
}

/// Runs a command; every error is one line on standard error.
int guarded_main(const std::vector<std::string>& words) {
  try {
    const int code = dispatch(words);
    if (std::fflush(stdout) != 0) throw SimulationError("standard output: cannot be written");
    return code;
  } catch (const InputError& error) {
    for (const Diagnostic& diagnostic : error.diagnostics()) {
      fmt::print(stderr, "{}\n", to_string(diagnostic));
    }
    return kBadInput;
  } catch (const SimulationError& error) {
    fmt::print(stderr, "{}\n", error.what());
  } catch (const std::exception& error) {
    fmt::print(stderr, "nzsim: internal error: {}\n", error.what());
  }
  return kFailed;
}

}  // namespace
}  // namespace nzsim::cli

int main(int argc, char** argv) {
  nzsim::cli::make_systemc_throw();
  return nzsim::cli::guarded_main({argv + std::min(argc, 1), argv + argc});
}
