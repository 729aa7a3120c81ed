#include "tools/nzsim/commands.h"

#include <algorithm>

#include <fmt/format.h>

namespace nzsim::cli {
namespace {

/// `--seed N`: how an option is typed.
std::string spelling(const Option& option) {
  return option.value.empty() ? "--" + option.name
                              : fmt::format("--{} {}", option.name, option.value);
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> all = {
      run_command(),        //
      memory_command(),     //
      report_command(),     //
      sweep_command(),      //
      compare_command(),    //
      reproduce_command(),  //
      baseline_command(),   //
      list_command(),       //
      validate_command(),   //
      schema_command(),     //
      import_command(),     //
  };
  return all;
}

std::string help_of(const Command& command) {
  std::string text = "usage: nzsim " + command.name;
  for (const Positional& positional : command.positionals) {
    text += positional.required ? " " + positional.name : " [" + positional.name + "]";
  }
  text += fmt::format(" [options]\n\n{}\n\n", command.summary);
  if (!command.subcommands.empty()) text += "commands:\n";
  for (const Command& part : command.subcommands) {
    text += fmt::format("  {:<14} {}\n", part.name, part.summary);
  }
  text += command.subcommands.empty() ? "options:\n" : "\noptions:\n";
  std::size_t width = std::string_view("--help").size();
  for (const Option& option : command.options) width = std::max(width, spelling(option).size());
  for (const Option& option : command.options) {
    text += fmt::format("  {:<{}}  {}{}\n", spelling(option), width, option.help,
                        option.repeatable ? " (repeatable)" : "");
  }
  text += fmt::format("  {:<{}}  {}\n\nexample:\n", "--help", width, "print this text");
  std::string_view example = command.example;
  while (!example.empty()) {
    const std::size_t end = std::min(example.find('\n'), example.size());
    text += fmt::format("  {}\n", example.substr(0, end));
    example.remove_prefix(std::min(end + 1, example.size()));
  }
  return text;
}

std::string help_of_all() {
  std::string text =
      "usage: nzsim COMMAND [arguments]\n\n"
      "Cycle-level simulator of neural-network inference accelerators.\n\ncommands:\n";
  for (const Command& command : commands()) {
    text += fmt::format("  {:<10} {}\n", command.name, command.summary);
  }
  return text +
         "\n`nzsim COMMAND --help` explains a command, `nzsim --version` prints the version.\n"
         "exit codes: 0 ok, 1 a simulation or a check failed, 2 bad usage, config or workload,\n"
         "3 a sweep is not finished\n";
}

}  // namespace nzsim::cli
