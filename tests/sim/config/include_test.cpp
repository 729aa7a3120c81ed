#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/config/node.h"
#include "tests/support/message_of.h"
#include "tests/support/temporary_directory.h"

namespace nzsim {
namespace {

using nlohmann::json;

/// A folder with `m.json`, whose key `part` may come from `parts` or `more`.
class Inclusion : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    write_file(directory_.path() / name, text);
  }
  [[nodiscard]] std::string at(const std::string& name) const {
    return (directory_.path() / name).string();
  }

  /// Reads `part` {`a`, `b` {`c`} in [0, 9], `list` of such}; returns it resolved.
  json read(const std::vector<Override>& overrides = {}) {
    ConfigDocument document =
        ConfigDocument::load(directory_.path() / "m.json", overrides, {"part"});
    document.include("part", {directory_.path() / "parts", directory_.path() / "more"});
    ConfigNode root = document.root();
    root.included_object("part", "", [](ConfigNode& part) {
      part.integer("a", {.maximum = 9, .default_value = 0});
      part.object("b", false, "",
                  [](ConfigNode& b) { b.integer("c", {.maximum = 9, .default_value = 0}); });
      part.integers("list", {.required = false}, {.maximum = 9});
    });
    document.finish();
    return json::parse(document.resolved())["part"];
  }
  std::string error(const std::vector<Override>& overrides = {}) {
    return test::message_of([&] { read(overrides); });
  }

 private:
  test::TemporaryDirectory directory_;
};

TEST_F(Inclusion, ReplacesANameByItsFile) {
  write("m.json", R"({"part": "p"})");
  write("parts/p.json", R"({"$schema": "x", "a": 1, "b": {"c": 2}, "list": [3]})");
  EXPECT_EQ(read(), json::parse(R"({"a": 1, "b": {"c": 2}, "list": [3]})"));
}

TEST_F(Inclusion, MergesAnObjectOverTheFileThatItExtends) {
  write("m.json", R"({"part": {"extends": "p", "a": 4, "list": null}})");
  write("parts/p.json", R"({"extends": "base", "a": 1, "list": [3]})");
  write("parts/base.json", R"({"a": 0, "b": {"c": 2}})");
  EXPECT_EQ(read(), json::parse(R"({"a": 4, "b": {"c": 2}, "list": []})"));
}

TEST_F(Inclusion, LeavesOtherValuesAlone) {
  write("m.json", R"({"part": {"a": 4}})");
  EXPECT_EQ(read()["a"], 4);
  write("m.json", R"({})");
  EXPECT_TRUE(read().is_null());
  write("m.json", R"({"part": 3})");
  EXPECT_EQ(error(), at("m.json") + ": /part: expected an object, got 3");
}

TEST_F(Inclusion, TakesTheFirstDirectoryThatHasTheName) {
  write("m.json", R"({"part": "p"})");
  write("more/p.json", R"({"a": 2})");
  EXPECT_EQ(read()["a"], 2);
  write("parts/p.json", R"({"a": 1})");
  EXPECT_EQ(read()["a"], 1);
}

TEST_F(Inclusion, TakesAPathFromTheFolderOfTheDocument) {
  write("m.json", R"({"part": "elsewhere/p.json"})");
  write("elsewhere/p.json", R"({"a": 5})");
  EXPECT_EQ(read()["a"], 5);
}

TEST_F(Inclusion, FollowsOverrides) {
  write("m.json", R"({"part": "p"})");
  write("parts/p.json", R"({"a": 1, "b": {"c": 1}})");
  write("parts/q.json", R"({"a": 2})");
  EXPECT_EQ(read({{"/part/b/c", "7"}}), json::parse(R"({"a": 1, "b": {"c": 7}, "list": []})"));
  EXPECT_EQ(read({{"/part/extends", "q"}, {"/part/b/c", "7"}}),
            json::parse(R"({"a": 2, "b": {"c": 7}, "list": []})"));
  EXPECT_EQ(read({{"/part", "q"}})["a"], 2);
}

TEST_F(Inclusion, ErrorsNameTheFileAndThePlaceInIt) {
  write("m.json", R"({"part": {"extends": "p", "b": {"c": 10}, "list": [1, 2]}})");
  write("parts/p.json", R"({"extends": "base", "u": 1})");
  write("parts/base.json", R"({"a": 11, "b": {"v": 1}})");
  EXPECT_EQ(error({{"/part/list/1", "12"}, {"/part/w", "1"}}),
            at("parts/base.json") + ": /a: expected an integer in [0, 9], got 11\n" +
                at("parts/base.json") + ": /b/v: unknown key\n" + at("m.json") +
                ": /part/b/c: expected an integer in [0, 9], got 10\n" + at("parts/p.json") +
                ": /u: unknown key\n" +
                "--set: /part/list/1: expected an integer in [0, 9], got 12\n" +
                "--set: /part/w: unknown key");
}

TEST_F(Inclusion, RefusesUnknownNames) {
  write("parts/first.json", "{}");
  write("more/second.json", "{}");
  write("m.json", R"({"part": "frist"})");
  const std::string expected = "expected the name of a part or the path of its file, got ";
  EXPECT_EQ(error(), at("m.json") + ": /part: " + expected +
                         "\"frist\"; did you mean \"first\"?; names: first, second");
  EXPECT_EQ(error({{"/part/extends", "third/x"}}),
            "--set: /part/extends: " + expected + "\"third/x\"; names: first, second");
  EXPECT_EQ(error({{"/part/extends", "3"}}), "--set: /part/extends: " + expected + "3");
}

TEST_F(Inclusion, RefusesFilesThatAreNoObjectsOrHaveAKeyTwice) {
  write("m.json", R"({"part": "p"})");
  write("parts/p.json", "[]");
  EXPECT_EQ(error(), at("parts/p.json") + ": expected an object, got an array");
  write("parts/p.json", R"({"b": {"c": 1, "c": 2}})");
  EXPECT_EQ(error(), at("parts/p.json") + ": /b/c: expected the key once, got it again");
}

TEST(InclusionSchema, AllowsANameAnObjectAndAnExtension) {
  ConfigDocument document = ConfigDocument::describe("test");
  document.include("part", {"nowhere"});
  ConfigNode root = document.root();
  root.included_object("part", "A part.",
                       [](ConfigNode& part) { part.integer("a", {.maximum = 9}); });
  const json part = json::parse(document.schema())["else"]["properties"]["part"];
  EXPECT_EQ(part["description"], "A part.");
  EXPECT_EQ(part["anyOf"][0]["type"], "string");
  EXPECT_EQ(part["anyOf"][1]["if"]["required"], json::parse(R"(["extends"])"));
  EXPECT_FALSE(part["anyOf"][1]["then"].contains("required"));
  EXPECT_EQ(part["anyOf"][1]["else"]["required"], json::parse(R"(["a"])"));
  EXPECT_FALSE(json::parse(document.schema())["else"].contains("required"));
}

}  // namespace
}  // namespace nzsim
