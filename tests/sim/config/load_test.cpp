#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/config/node.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// What a call throws, as its lines; empty where it throws nothing.
std::string error_of(const auto& call) {
  try {
    call();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return {};
}

std::string syntax_error(const std::string& text) {
  return error_of([&] { (void)ConfigDocument::parse(text, "m.json"); });
}

TEST(ConfigSyntax, ErrorsNameLineAndColumn) {
  EXPECT_THAT(syntax_error("{\n  \"a\": 1,\n  \"b\" 2\n}"),
              StartsWith("m.json: line 3, column 7: expected valid JSON, got unexpected number"));
  EXPECT_THAT(syntax_error("{\"a\": 1,}"), StartsWith("m.json: line 1, column 9: expected valid"));
  EXPECT_THAT(syntax_error(""), StartsWith("m.json: line 1, column 1: expected valid JSON, got "
                                           "unexpected end of input"));
  EXPECT_THAT(syntax_error("{} {}"), StartsWith("m.json: line 1, column 4: expected valid JSON"));
  EXPECT_THAT(syntax_error("{\"a\": 1e999}"), HasSubstr("number overflow parsing '1e999'"));
  EXPECT_THAT(syntax_error("{\"a\": NaN}"), StartsWith("m.json: line 1, column 7"));
  EXPECT_THAT(syntax_error("{\"a\": \"\xff\"}"), HasSubstr("ill-formed UTF-8"));
}

TEST(ConfigSyntax, TakesComments) { EXPECT_EQ(syntax_error("// one\n{\"a\": /* two */ 1}\n"), ""); }

TEST(ConfigSyntax, RefusesDeepNesting) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\": " + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(syntax_error(nested(64)), "");
  EXPECT_THAT(syntax_error(nested(65)),
              EndsWith("expected at most 64 levels of nesting, got more"));
  EXPECT_THAT(syntax_error(std::string(1'000'000, '[')), StartsWith("m.json: /0/0/0"));
}

TEST(ConfigSyntax, RefusesObjectsOfVeryManyKeys) {
  const auto keys = [](int count) {
    std::string text = "{\"o\": {\"k\": 0";
    for (int key = 1; key < count; ++key) text += ",\"k" + std::to_string(key) + "\": 0";
    return text + "}}";
  };
  EXPECT_EQ(syntax_error(keys(1024)), "");
  EXPECT_EQ(syntax_error(keys(1025)),
            "m.json: /o: expected at most 1024 keys in an object, got more");
}

TEST(ConfigSyntax, RefusesVeryLargeFiles) {
  EXPECT_EQ(syntax_error("{}" + std::string(8U << 20, ' ')),
            "m.json: expected a file of at most 8388608 bytes, got 8388610");
}

TEST(ConfigSyntax, FindsDuplicatesWithinDuplicates) {
  ConfigDocument document = ConfigDocument::parse(
      R"({"a": {"x": 1, "x": 2}, "b/c": [{"y": 1, "y": {"z": 1, "z": 2}}], "a": {}})", "m.json");
  ConfigNode root = document.root();
  root.object("a", true, "", [](ConfigNode& a) { a.integer("x", {}); });
  root.objects("b/c", {}, [](ConfigNode& element) { element.integer("y", {}); });
  EXPECT_EQ(error_of([&] { document.finish(); }),
            "m.json: /a: expected the key once, got it again\n"
            "m.json: /a/x: expected the key once, got it again\n"
            "m.json: /b~1c/0/y: expected the key once, got it again\n"
            "m.json: /b~1c/0/y/z: expected the key once, got it again");
}

class ConfigFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() /
                 ("nzsim_config_" +
                  std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  void write(const std::string& name, const std::string& text) {
    write_file(directory_ / name, text);
  }
  [[nodiscard]] std::string at(const std::string& name) const {
    return (directory_ / name).string();
  }

  /// Reads `a` in [0, 9], `b` {`c`, `d` in [0, 9]} and `list`; returns the resolved file.
  json read(const std::string& name, const std::vector<Override>& overrides = {}) {
    ConfigDocument document = ConfigDocument::load(directory_ / name, overrides);
    ConfigNode root = document.root();
    root.integer("a", {.maximum = 9, .default_value = 0});
    root.object("b", false, "", [](ConfigNode& b) {
      b.integer("c", {.maximum = 9, .default_value = 0});
      b.integer("d", {.maximum = 9, .default_value = 0});
    });
    root.integers("list", {.required = false}, {});
    root.text("word", {.default_value = "x"});
    document.finish();
    return json::parse(document.resolved());
  }
  std::string error(const std::string& name, const std::vector<Override>& overrides = {}) {
    return error_of([&] { read(name, overrides); });
  }

  fs::path directory_;
};

TEST_F(ConfigFiles, ExtendOneAnotherAsMergePatches) {
  write("base.json", R"({"a": 1, "b": {"c": 2, "d": 3}, "list": [1, 2]})");
  write("middle.json", R"({"extends": "base", "b": {"c": 4}, "list": [5]})");
  write("top.json", R"({"extends": "middle.json", "b": {"d": null}, "a": 6})");
  EXPECT_EQ(read("top.json"),
            json::parse(R"({"a": 6, "b": {"c": 4, "d": 0}, "list": [5], "word": "x"})"));
}

TEST_F(ConfigFiles, ErrorsNameTheFileThatTheValueCameFrom) {
  write("base.json", R"({"a": 10, "b": {"c": 11, "d": 12}, "list": ["x"], "u": 1})");
  write("top.json", R"({"extends": "base", "b": {"c": 13, "v": 1}})");
  EXPECT_EQ(error("top.json", {{"/b/w", "1"}}),
            at("base.json") + ": /a: expected an integer in [0, 9], got 10\n" +  //
                at("top.json") + ": /b/c: expected an integer in [0, 9], got 13\n" +
                at("base.json") + ": /b/d: expected an integer in [0, 9], got 12\n" +
                at("top.json") + ": /b/v: unknown key\n" +  //
                "--set: /b/w: unknown key\n" + at("base.json") +
                ": /list/0: expected an integer in [0, 2^63 - 1], got \"x\"\n" + at("base.json") +
                ": /u: unknown key");
}

TEST_F(ConfigFiles, RefuseCyclesLongChainsAndMissingBases) {
  write("one.json", R"({"extends": "two"})");
  write("two.json", R"({"extends": "one"})");
  EXPECT_EQ(error("one.json"), at("two.json") +
                                   ": /extends: expected a file that does not extend this one, got "
                                   "\"one\"");
  for (int file = 0; file < 9; ++file) {
    write(fmt::format("f{}.json", file), fmt::format(R"({{"extends": "f{}"}})", file + 1));
  }
  write("f9.json", "{}");
  EXPECT_EQ(error("f2.json"), "");
  EXPECT_EQ(error("f1.json"),
            at("f8.json") + ": /extends: expected a chain of at most 8 files, got more");
  write("lost.json", R"({"extends": "nowhere"})");
  EXPECT_EQ(error("lost.json"), at("lost.json") + ": /extends: expected a file " + at("nowhere") +
                                    " or " + at("nowhere.json") + ", got nothing there");
  write("number.json", R"({"extends": 3})");
  EXPECT_EQ(error("number.json"),
            at("number.json") + ": /extends: expected the name of a file beside this one, got 3");
}

TEST_F(ConfigFiles, SyntaxErrorsNameTheBase) {
  write("base.json", "{");
  write("top.json", R"({"extends": "base"})");
  EXPECT_THAT(error("top.json"), StartsWith(at("base.json") + ": line 1, column 2: expected"));
}

TEST_F(ConfigFiles, ThatAreMissingAreAConfigError) {
  EXPECT_EQ(error("none.json"), at("none.json") + ": expected a file, got nothing there");
}

TEST_F(ConfigFiles, OverridesReplaceValues) {
  write("m.json", R"({"a": 1, "list": [1, 2]})");
  EXPECT_EQ(read("m.json", {{"/a", "7"}, {"/b/c", "8"}, {"/list/1", "5"}, {"/word", "abc"}}),
            json::parse(R"({"a": 7, "b": {"c": 8, "d": 0}, "list": [1, 5], "word": "abc"})"));
  EXPECT_EQ(read("m.json", {{"/a", "7"}, {"/a", "8"}})["a"], 8);
  EXPECT_EQ(read("m.json", {{"/b", R"({"d": 3})"}})["b"]["d"], 3);
}

TEST_F(ConfigFiles, ErrorsOfOverridesNameTheOption) {
  write("m.json", R"({"a": 1, "list": [1, 2]})");
  EXPECT_EQ(error("m.json", {{"/a", "70"}}), "--set: /a: expected an integer in [0, 9], got 70");
  EXPECT_EQ(error("m.json", {{"/a", "x"}}), "--set: /a: expected an integer in [0, 9], got \"x\"");
  EXPECT_EQ(error("m.json", {{"/words", "1"}}),
            "--set: /words: unknown key; did you mean \"word\"?");
  EXPECT_EQ(error("m.json", {{"/list/2", "1"}}),
            "--set: /list/2: expected an index below 2 in the array /list, got \"2\"");
  EXPECT_EQ(error("m.json", {{"/a/b", "1"}}),
            "--set: /a/b: expected an object or array at /a, got 1");
  EXPECT_EQ(error("m.json", {{"/b/e/f", "1"}}), "--set: /b/e: unknown key");
}

TEST(ParseOverride, SplitsAtTheFirstEqualsSign) {
  const Override override = parse_override("/a/b~1c=x=y");
  EXPECT_EQ(override.pointer, "/a/b~1c");
  EXPECT_EQ(override.value, "x=y");
}

TEST(ParseOverride, RefusesWhatIsNoPointerAndValue) {
  for (const char* text : {"", "/a", "a=1", "=1", "/a~2=1", "/a~=1"}) {
    EXPECT_EQ(error_of([&] { (void)parse_override(text); }),
              "--set: expected /pointer=value, got " + json(text).dump());
  }
}

}  // namespace
}  // namespace nzsim
