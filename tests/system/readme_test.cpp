#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/files.h"
#include "tests/system/source_tree.h"

namespace nzsim::test {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

/// One block of shell commands of a Markdown text; continued lines are joined.
using ShellBlock = std::vector<std::string>;

std::vector<ShellBlock> shell_blocks(const std::string& markdown) {
  std::vector<ShellBlock> blocks;
  bool inside = false;
  bool continued = false;
  std::istringstream lines{markdown};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      inside = !inside && line == "```sh";
      if (inside) blocks.emplace_back();
      continue;
    }
    if (!inside) continue;
    const bool goes_on = line.ends_with('\\');
    if (goes_on) line.pop_back();
    if (continued) {
      blocks.back().back() += line;
    } else {
      blocks.back().push_back(line);
    }
    continued = goes_on;
  }
  return blocks;
}

/// Targets of links to files, anchors cut off.
std::vector<std::string> linked_files(const std::string& markdown) {
  static const std::regex pattern{R"re(\]\(([^)#]+)(#[^)]*)?\))re"};
  std::vector<std::string> targets;
  for (std::sregex_iterator at{markdown.begin(), markdown.end(), pattern}, end; at != end; ++at) {
    const std::string target = (*at)[1].str();
    if (target.find("://") == std::string::npos) targets.push_back(target);
  }
  return targets;
}

/// Commands that this machine can run as they stand: those of blocks that download nothing.
std::vector<std::string> own_commands(const std::string& markdown, const std::string& program) {
  std::vector<std::string> commands;
  for (const ShellBlock& block : shell_blocks(markdown)) {
    bool downloads = false;
    for (const std::string& line : block) downloads |= line.find("git clone") != std::string::npos;
    if (downloads) continue;
    for (const std::string& line : block) {
      if (line.starts_with(program)) commands.push_back(line);
    }
  }
  return commands;
}

/// A row of the table of results.
struct ResultRow {
  std::string layer;
  std::string machine;
  /// As printed: simulated time and energy.
  std::string microseconds;
  std::string microjoules;
};

std::vector<ResultRow> result_rows(const std::string& markdown) {
  static const std::regex pattern{
      R"re(\| (\S+) \| (eie\S*) \| [0-9.]+ \| ([0-9.]+) \| \S+ % \| ([0-9.]+) \|)re"};
  std::vector<ResultRow> rows;
  for (std::sregex_iterator at{markdown.begin(), markdown.end(), pattern}, end; at != end; ++at) {
    rows.push_back({(*at)[1].str(), (*at)[2].str(), (*at)[3].str(), (*at)[4].str()});
  }
  return rows;
}

/// A folder that looks like the built repository and takes what commands write.
class Sandbox {
 public:
  Sandbox() {
    std::string name = (fs::temp_directory_path() / "nzsim-readme-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    folder_ = name;
    fs::create_directory_symlink(fs::path{NZSIM_BINARY}.parent_path(), folder_ / "build");
    for (const char* room : {"configs", "workloads", "models", "tools"}) {
      fs::create_directory_symlink(fs::path{NZSIM_SOURCE_DIR} / room, folder_ / room);
    }
  }
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  /// Standard output of `command`; throws where it fails.
  [[nodiscard]] std::string output_of(const std::string& command) const {
    const std::string file = (folder_ / "output").string();
    const std::string failure = failure_of(fmt::format("{} > '{}'", command, file));
    if (!failure.empty()) throw std::runtime_error(failure);
    return read_file(file);
  }

  /// Empty where `command` exits with 0, else the command, its status and its output.
  [[nodiscard]] std::string failure_of(const std::string& command) const {
    const std::string line = fmt::format("cd '{}' && ( {} ) 2>&1", folder_.string(), command);
    FILE* pipe = popen(line.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("popen failed");
    std::string output;
    std::array<char, 4096> buffer{};
    while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) output += buffer.data();
    const int status = pclose(pipe);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "";
    return fmt::format("{}: status {}: {}", command, status, output);
  }

 private:
  fs::path folder_;
};

TEST(Readme, LinksLeadToFilesOfTheRepository) {
  std::vector<std::string> missing;
  for (const std::string& target : linked_files(source_text("README.md"))) {
    if (!fs::exists(fs::path{NZSIM_SOURCE_DIR} / target)) missing.push_back(target);
  }
  EXPECT_THAT(missing, IsEmpty());
}

TEST(Readme, CommandsOfNzsimRunAsWritten) {
  const std::vector<std::string> commands = own_commands(source_text("README.md"), "build/nzsim ");
  ASSERT_THAT(commands, Not(IsEmpty()));
  const Sandbox sandbox;
  std::vector<std::string> failures;
  for (const std::string& command : commands) {
    const std::string failure = sandbox.failure_of(command);
    if (!failure.empty()) failures.push_back(failure);
  }
  EXPECT_THAT(failures, IsEmpty());
}

TEST(Readme, ResultsAreThoseOfTheSimulator) {
  const std::vector<ResultRow> rows = result_rows(source_text("README.md"));
  ASSERT_EQ(rows.size(), 9U);
  const Sandbox sandbox;
  for (const ResultRow& row : rows) {
    const auto report = nlohmann::json::parse(sandbox.output_of(
        fmt::format("build/nzsim run {} {} --no-values --json", row.machine, row.layer)));
    const auto& totals = report.at("totals");
    EXPECT_EQ(row.microseconds, fmt::format("{:.2f}", totals.at("seconds").get<double>() * 1e6))
        << row.layer;
    EXPECT_EQ(row.microjoules,
              fmt::format("{:.2f}", totals.at("energy_joules").get<double>() * 1e6))
        << row.layer;
  }
}

TEST(Readme, ScriptsExistAndExplainThemselves) {
  const Sandbox sandbox;
  std::vector<std::string> failures;
  for (const ShellBlock& block : shell_blocks(source_text("README.md"))) {
    for (const std::string& line : block) {
      if (!line.starts_with("./tools/")) continue;
      const std::string failure = sandbox.failure_of(line.substr(0, line.find(' ')) + " --help");
      if (!failure.empty()) failures.push_back(failure);
    }
  }
  EXPECT_THAT(failures, IsEmpty());
}

TEST(Readme, NamesTheTwoCommandsToStartWith) {
  std::vector<std::string> lines;
  for (const ShellBlock& block : shell_blocks(source_text("README.md"))) {
    lines.insert(lines.end(), block.begin(), block.end());
  }
  EXPECT_THAT(lines, Contains("./tools/demo"));
  EXPECT_THAT(lines, Contains("./tools/test"));
}

TEST(ReadmeReader, FindsBlocksLinksAndFailures) {
  const std::string text =
      "see [a](x/y.md#part), [b](https://z)\n```sh\nbuild/nzsim \\\n  list\n```\n"
      "```text\nno command\n```\n```sh\ngit clone u\nbuild/nzsim import u\n```\n";
  EXPECT_THAT(linked_files(text), ElementsAre("x/y.md"));
  ASSERT_EQ(shell_blocks(text).size(), 2U);
  EXPECT_THAT(own_commands(text, "build/nzsim "), ElementsAre("build/nzsim   list"));

  const Sandbox sandbox;
  EXPECT_EQ(sandbox.failure_of("test -d build"), "");
  EXPECT_THAT(sandbox.failure_of("echo why; exit 3"), ::testing::HasSubstr("why"));
}

}  // namespace
}  // namespace nzsim::test
