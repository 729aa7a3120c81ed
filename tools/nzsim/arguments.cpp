#include "tools/nzsim/arguments.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/base/errors.h"
#include "sim/config/node.h"

namespace nzsim::cli {
namespace {

namespace po = boost::program_options;

constexpr const char* kWords = "positional words";

/// The table entry in the library's terms; every value is read as text and checked by `Arguments`.
po::options_description describe(const Command& command) {
  po::options_description description;
  description.add_options()("help", "");
  description.add_options()(kWords, po::value<std::vector<std::string>>());
  for (const Option& option : command.options) {
    if (option.value.empty()) {
      description.add_options()(option.name.c_str(), "");
    } else {
      description.add_options()(option.name.c_str(), po::value<std::vector<std::string>>());
    }
  }
  return description;
}

std::vector<std::string> option_names(const Command& command) {
  std::vector<std::string> names = {"--help"};
  for (const Option& option : command.options) names.push_back("--" + option.name);
  return names;
}

[[noreturn]] void fail(const Command& command, const std::string& message) {
  throw InputError("nzsim " + command.name, "", message);
}

/// Parses `words`; turns the library's exceptions into the project's.
po::parsed_options parse_words(const Command& command, const po::options_description& description,
                               const std::vector<std::string>& words) {
  po::positional_options_description positionals;
  positionals.add(kWords, -1);
  namespace style = po::command_line_style;
  try {
    return po::command_line_parser(words)
        .options(description)
        .positional(positionals)
        .style(style::unix_style & ~style::allow_guessing & ~style::allow_sticky)
        .run();
  } catch (const po::unknown_option& error) {
    const std::string name = error.get_option_name();
    fail(command, fmt::format("expected an option of this command, got \"{}\"{}", name,
                              suggestion(name, option_names(command))));
  } catch (const po::invalid_command_line_syntax& error) {
    const bool surplus = error.kind() == po::invalid_syntax::extra_parameter;
    throw InputError(error.get_option_name(), "",
                     surplus ? "expected no value, got one" : "expected a value, got nothing");
  } catch (const po::error& error) {
    fail(command, error.what());
  }
}

void check_words(const Command& command, const std::vector<std::string>& words) {
  const auto required = static_cast<std::size_t>(
      std::count_if(command.positionals.begin(), command.positionals.end(),
                    [](const Positional& positional) { return positional.required; }));
  if (words.size() < required) {
    fail(command, fmt::format("expected {}, got nothing; see `nzsim {} --help`",
                              command.positionals[words.size()].name, command.name));
  }
  if (words.size() > command.positionals.size()) {
    fail(command, fmt::format("expected at most {} arguments, got \"{}\" too",
                              command.positionals.size(), words[command.positionals.size()]));
  }
  for (std::size_t place = 0; place < words.size(); ++place) {
    if (words[place].empty()) {
      fail(command, fmt::format("expected {}, got an empty word", command.positionals[place].name));
    }
  }
}

}  // namespace

Arguments Arguments::parse(const Command& command, const std::vector<std::string>& words) {
  const po::options_description description = describe(command);
  Arguments arguments;
  for (const po::option& option : parse_words(command, description, words).options) {
    if (option.string_key == "help") arguments.help_ = true;
    if (option.position_key >= 0) {
      arguments.words_.insert(arguments.words_.end(), option.value.begin(), option.value.end());
      continue;
    }
    std::vector<std::string>& values = arguments.options_[option.string_key];
    values.insert(values.end(), option.value.begin(), option.value.end());
  }
  if (arguments.help_) return arguments;
  check_words(command, arguments.words_);
  for (const Option& option : command.options) {
    const std::vector<std::string> values = arguments.texts(option.name);
    if (!option.repeatable && values.size() > 1) {
      throw InputError("--" + option.name, "", "expected one value, got several");
    }
    if (std::find(values.begin(), values.end(), "") != values.end()) {
      throw InputError("--" + option.name, "", fmt::format("expected {}, got \"\"", option.value));
    }
  }
  return arguments;
}

std::optional<std::string> Arguments::positional(std::size_t index) const {
  if (index >= words_.size()) return {};
  return words_[index];
}

const std::string& Arguments::required(std::size_t index) const { return words_.at(index); }

bool Arguments::flag(const std::string& name) const { return options_.count(name) > 0; }

std::optional<std::string> Arguments::text(const std::string& name) const {
  const auto place = options_.find(name);
  if (place == options_.end()) return {};
  return place->second.front();
}

std::vector<std::string> Arguments::texts(const std::string& name) const {
  const auto place = options_.find(name);
  return place == options_.end() ? std::vector<std::string>{} : place->second;
}

std::optional<std::uint64_t> Arguments::integer(const std::string& name, std::uint64_t minimum,
                                                std::uint64_t maximum) const {
  const std::optional<std::string> word = text(name);
  if (!word) return {};
  std::uint64_t value = 0;
  const char* end = word->data() + word->size();
  const auto [stop, error] = std::from_chars(word->data(), end, value);
  if (error != std::errc{} || stop != end || value < minimum || value > maximum) {
    throw InputError(
        "--" + name, "",
        fmt::format("expected an integer in [{}, {}], got \"{}\"", minimum, maximum, *word));
  }
  return value;
}

std::optional<double> Arguments::number(const std::string& name, double minimum,
                                        double maximum) const {
  const std::optional<std::string> word = text(name);
  if (!word) return {};
  double value = 0.0;
  const char* end = word->data() + word->size();
  const auto [stop, error] = std::from_chars(word->data(), end, value);
  if (error != std::errc{} || stop != end || !(value >= minimum && value <= maximum)) {
    throw InputError(
        "--" + name, "",
        fmt::format("expected a number in [{}, {}], got \"{}\"", minimum, maximum, *word));
  }
  return value;
}

std::string Arguments::choice(const std::string& name,
                              const std::vector<std::string>& choices) const {
  const std::optional<std::string> word = text(name);
  if (!word) return choices.front();
  if (std::find(choices.begin(), choices.end(), *word) == choices.end()) {
    throw InputError("--" + name, "", unknown_choice(*word, choices));
  }
  return *word;
}

std::optional<std::filesystem::path> Arguments::directory(const std::string& name) const {
  const std::optional<std::string> word = text(name);
  if (!word) return {};
  std::error_code error;
  if (std::filesystem::exists(*word, error) && !std::filesystem::is_directory(*word, error)) {
    throw InputError("--" + name, "", fmt::format("expected a directory, got the file {}", *word));
  }
  return *word;
}

std::vector<std::string> Arguments::list(const std::string& name) const {
  const std::optional<std::string> word = text(name);
  std::vector<std::string> parts;
  if (!word) return parts;
  for (std::size_t begin = 0; begin <= word->size();) {
    const std::size_t end = std::min(word->find(',', begin), word->size());
    parts.push_back(word->substr(begin, end - begin));
    begin = end + 1;
  }
  if (std::find(parts.begin(), parts.end(), "") != parts.end()) {
    throw InputError("--" + name, "",
                     fmt::format("expected names separated by commas, got \"{}\"", *word));
  }
  return parts;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string nearest = did_you_mean(word, candidates);
  return nearest.empty() ? std::string{} : fmt::format("; did you mean \"{}\"?", nearest);
}

std::string unknown_choice(const std::string& word, const std::vector<std::string>& choices) {
  return fmt::format("expected one of {}, got \"{}\"{}", fmt::join(choices, ", "), word,
                     suggestion(word, choices));
}

}  // namespace nzsim::cli
