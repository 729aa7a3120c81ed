#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/nzsim/command.h"

namespace nzsim::cli {

/// What the user typed after a command's name, checked against the command's table entry.
/// All accessors throw `InputError` whose file is the option (`--seed`).
class Arguments {
 public:
  /// Throws `InputError` for unknown options (with "did you mean"), missing or surplus words, and
  /// options that are given twice. Options are not completed from prefixes.
  static Arguments parse(const Command& command, const std::vector<std::string>& words);

  /// Whether `--help` was given; nothing else was checked then.
  [[nodiscard]] bool help() const { return help_; }

  /// The word at place `index`, or nothing where an optional one was left out.
  [[nodiscard]] std::optional<std::string> positional(std::size_t index) const;
  /// The word at place `index` of a required positional.
  [[nodiscard]] const std::string& required(std::size_t index) const;

  [[nodiscard]] bool flag(const std::string& name) const;
  [[nodiscard]] std::optional<std::string> text(const std::string& name) const;
  /// All values of a repeatable option, in order.
  [[nodiscard]] std::vector<std::string> texts(const std::string& name) const;
  /// A decimal integer in [`minimum`, `maximum`].
  [[nodiscard]] std::optional<std::uint64_t> integer(const std::string& name, std::uint64_t minimum,
                                                     std::uint64_t maximum) const;
  /// A number in [`minimum`, `maximum`].
  [[nodiscard]] std::optional<double> number(const std::string& name, double minimum,
                                             double maximum) const;
  /// One of `choices`; the first where the option was left out.
  [[nodiscard]] std::string choice(const std::string& name,
                                   const std::vector<std::string>& choices) const;
  /// A directory to write into, which need not exist. Throws where a file is there: before what is
  /// to be written is computed.
  [[nodiscard]] std::optional<std::filesystem::path> directory(const std::string& name) const;
  /// The parts of a comma-separated list, none of them empty; empty where the option was left out.
  [[nodiscard]] std::vector<std::string> list(const std::string& name) const;

 private:
  bool help_ = false;
  std::vector<std::string> words_;
  /// Flags are there with no values.
  std::map<std::string, std::vector<std::string>> options_;
};

/// `"; did you mean "X"?"`, or nothing where no candidate is near.
[[nodiscard]] std::string suggestion(const std::string& word,
                                     const std::vector<std::string>& candidates);

/// The error of a word that is none of `choices`: `expected one of ..., got ...`.
[[nodiscard]] std::string unknown_choice(const std::string& word,
                                         const std::vector<std::string>& choices);

}  // namespace nzsim::cli
