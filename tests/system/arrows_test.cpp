#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/source_tree.h"

namespace nzsim::test {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

const std::vector<std::string> kProduct{"sim", "models", "workloads", "tools"};
const std::vector<std::string> kTree{"sim", "models", "workloads", "tools", "tests"};

bool is_header(const std::string& file) { return file.ends_with(".h"); }

std::string place(const Include& include) {
  return fmt::format("{}:{}: includes {}", include.file, include.line, include.target);
}

/// Include lines of all files below `rooms` for which `wrong` holds.
template <class Predicate>
std::vector<std::string> wrong_includes(const std::vector<std::string>& rooms, Predicate wrong) {
  std::vector<std::string> places;
  for (const std::string& file : source_files(rooms)) {
    for (const Include& include : includes_of(file, source_text(file))) {
      if (wrong(include)) places.push_back(place(include));
    }
  }
  return places;
}

/// Files below `rooms` whose code, comments aside, holds one of `words`.
std::vector<std::string> files_with_words(const std::vector<std::string>& rooms,
                                          const std::set<std::string>& words) {
  std::vector<std::string> places;
  for (const std::string& file : source_files(rooms)) {
    for (const std::string& word : words_of(without_comments(source_text(file)))) {
      if (words.contains(word)) places.push_back(fmt::format("{}: names {}", file, word));
    }
  }
  return places;
}

/// Names of accelerators: the folders of `models` whose name is no everyday word, and the machines'
/// own names.
std::set<std::string> accelerator_names() {
  std::set<std::string> names{"eie", "systolic", "tpu"};
  for (const std::string& file : source_files({"models"})) {
    const std::string room = room_of(file);
    names.insert(room.substr(room.find('/') + 1));
  }
  names.erase("ideal");
  names.erase("platform");
  return names;
}

/// Headers of the project that `file` includes, directly or through others.
void collect_headers(const std::string& file, std::set<std::string>& headers) {
  for (const Include& include : includes_of(file, source_text(file))) {
    if (include.quoted && headers.insert(include.target).second) {
      collect_headers(include.target, headers);
    }
  }
}

bool is_heavy(const std::string& target) {
  return target == "systemc" || target == "systemc.h" || target.starts_with("tlm") ||
         target.starts_with("nlohmann/");
}

TEST(Arrows, EachIncludeInQuotesIsAPathFromTheRoot) {
  const auto is_missing = [](const Include& include) {
    return include.quoted && !std::filesystem::is_regular_file(
                                 std::filesystem::path{NZSIM_SOURCE_DIR} / include.target);
  };
  EXPECT_THAT(wrong_includes(kTree, is_missing), IsEmpty());
}

TEST(Arrows, NoRoomIncludesOneThatTheArrowsDoNotReach) {
  const auto is_backwards = [](const Include& include) {
    return include.quoted && !may_include(room_of(include.file), room_of(include.target));
  };
  EXPECT_THAT(wrong_includes(kTree, is_backwards), IsEmpty());
}

TEST(Arrows, SimNamesNoAccelerator) {
  EXPECT_THAT(files_with_words({"sim"}, accelerator_names()), IsEmpty());
}

TEST(Arrows, SimAndModelsNeitherPrintNorExit) {
  // A forked worker ends here, without the destructors of the process that it is a copy of.
  const std::string worker = "sim/run/sweep/worker_process.cpp: names exit";
  EXPECT_THAT(
      files_with_words({"sim", "models"}, {"cout", "cerr", "clog", "printf", "fprintf", "puts",
                                           "exit", "quick_exit", "abort", "getenv"}),
      Each(worker));
}

TEST(Arrows, HeadersOfFastEnginesHoldNeitherJsonNorSystemC) {
  std::set<std::string> headers;
  for (const std::string& file : source_files({"models"})) {
    const std::string name = std::filesystem::path{file}.filename().string();
    if (name.starts_with("fast")) collect_headers(file, headers);
  }
  std::vector<std::string> places;
  for (const std::string& header : headers) {
    for (const Include& include : includes_of(header, source_text(header))) {
      if (is_heavy(include.target)) places.push_back(place(include));
    }
  }
  EXPECT_THAT(places, IsEmpty());
}

TEST(Arrows, TestAndBenchmarkLibrariesStayOutOfTheProduct) {
  const auto is_test_library = [](const Include& include) {
    return include.target.starts_with("gtest/") || include.target.starts_with("gmock/") ||
           include.target.starts_with("valijson/");
  };
  EXPECT_THAT(wrong_includes(kProduct, is_test_library), IsEmpty());
}

TEST(Arrows, EveryHeaderIsGuardedAndUsesNoNamespace) {
  std::vector<std::string> places;
  for (const std::string& file : source_files(kTree)) {
    const std::string text = is_header(file) ? source_text(file) : "#pragma once\n";
    if (text.find("#pragma once\n") == std::string::npos) places.push_back(file);
    if (text.find("using namespace") != std::string::npos) places.push_back(file);
  }
  EXPECT_THAT(places, IsEmpty());
}

TEST(SourceTree, FindsTheSourcesThatTheArrowsAreCheckedOn) {
  EXPECT_THAT(source_files(kTree), Contains("sim/base/units.h"));
  EXPECT_THAT(source_files(kTree), Contains("tests/system/arrows_test.cpp"));
  EXPECT_THAT(source_files({"models"}), Not(IsEmpty()));
  EXPECT_THAT(source_files({"no_such_room"}), IsEmpty());
}

TEST(SourceTree, ArrowsPointFromToolsDownToBase) {
  EXPECT_TRUE(may_include("tools", "models/eie"));
  EXPECT_TRUE(may_include("models/eie", "sim/run"));
  EXPECT_TRUE(may_include("sim/run", "sim/base"));
  EXPECT_TRUE(may_include("sim/report", "sim/stats"));

  EXPECT_FALSE(may_include("sim/base", "sim/config"));
  EXPECT_FALSE(may_include("sim/stats", "sim/config"));
  EXPECT_FALSE(may_include("sim/run", "models/eie"));
  EXPECT_FALSE(may_include("models/eie", "models/systolic"));
  EXPECT_FALSE(may_include("models/eie", "workloads"));
  EXPECT_FALSE(may_include("workloads", "tools"));
  EXPECT_FALSE(may_include("tools", "tests"));
}

TEST(SourceTree, RoomsAreTheFoldersThatTheArrowsName) {
  EXPECT_EQ(room_of("sim/base/units.h"), "sim/base");
  EXPECT_EQ(room_of("models/eie/parts/queue.h"), "models/eie");
  EXPECT_EQ(room_of("workloads/import/npz.cpp"), "workloads");
  EXPECT_EQ(room_of("tools/nzsim/main.cpp"), "tools");
}

TEST(SourceTree, IncludesAreReadWithTheirLineAndKind) {
  const std::vector<Include> includes =
      includes_of("a.cpp", "#include \"sim/a.h\"\n\n  # include <systemc>\n// #include \"b.h\"\n");
  ASSERT_EQ(includes.size(), 2U);
  EXPECT_EQ(place(includes[0]), "a.cpp:1: includes sim/a.h");
  EXPECT_TRUE(includes[0].quoted);
  EXPECT_EQ(place(includes[1]), "a.cpp:3: includes systemc");
  EXPECT_FALSE(includes[1].quoted);
}

TEST(SourceTree, CommentsAreNoCode) {
  EXPECT_EQ(without_comments("a // EIE\nb /* EIE\n */c"), "a \nb  c");
  EXPECT_EQ(without_comments(R"(f("// no comment", '"'); // one)"), R"(f("// no comment", '"'); )");
  EXPECT_EQ(without_comments("1'000'000 // one"), "1'000'000 ");
}

TEST(SourceTree, WordsAreFoundInEveryKindOfIdentifier) {
  EXPECT_THAT(words_of("EieProgram eie_program(\"eie.pe\")"),
              ElementsAre("eie", "program", "eie", "program", "eie", "pe"));
  EXPECT_THAT(words_of("outputs"), ElementsAre("outputs"));
}

}  // namespace
}  // namespace nzsim::test
