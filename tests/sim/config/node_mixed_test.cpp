#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/sim/config/reading.h"

namespace nzsim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Json = nlohmann::json;

std::vector<std::string> read_list(ConfigNode& root) {
  std::vector<std::string> all;
  root.texts_or_objects(
      "list", {.minimum_size = 1, .maximum_size = 3, .description = "Names."}, {.description = {}},
      [&](const std::string& text) { all.push_back("text " + text); },
      [&](ConfigNode& node) {
        all.push_back(node.pointer() + " " + node.text("name", {.description = "A name."}));
      });
  return all;
}

std::vector<std::string> read_map(ConfigNode& root) {
  std::vector<std::string> all;
  root.named_arrays_or_objects(
      "map", {.minimum_size = 1, .maximum_size = 4}, "Values by name.",
      [&](ConfigNode& map, const std::string& name, std::vector<std::string> values) {
        for (const std::string& value : values) all.push_back(name + " " + value);
        if (name == "bad") map.fail(name, "expected good, got bad");
      },
      [&](const std::string& name, ConfigNode& node) {
        all.push_back(name + " to " + std::to_string(node.integer("to", {.maximum = 9})));
      });
  return all;
}

Json described(void (*read)(ConfigNode&)) {
  ConfigDocument document = ConfigDocument::describe("m");
  ConfigNode root = document.root();
  read(root);
  return Json::parse(document.schema())["else"]["properties"];
}

TEST(TextsOrObjects, AreReadInOrder) {
  EXPECT_THAT(value_of(R"({"list": ["a", {"name": "b"}, "c"]})", read_list),
              ElementsAre("text a", "/list/1 b", "text c"));
}

TEST(TextsOrObjects, ReportEachElementThatIsNeither) {
  EXPECT_THAT(errors_of(R"({"list": ["", 3, {"nam": "x"}]})", read_list),
              ElementsAre("m.json: /list/0: expected a non-empty string of at most 4096 characters "
                          "or an object, got \"\"",
                          "m.json: /list/1: expected a non-empty string of at most 4096 characters "
                          "or an object, got 3",
                          "m.json: /list/2/nam: unknown key; did you mean \"name\"?",
                          "m.json: /list/2/name: expected a non-empty string of at most 4096 "
                          "characters, got nothing"));
  EXPECT_THAT(errors_of(R"({"list": []})", read_list),
              ElementsAre("m.json: /list: expected an array of 1 to 3 strings or objects, got an "
                          "array of 0"));
}

TEST(TextsOrObjects, AreDescribedAsEither) {
  const Json list = described([](ConfigNode& root) { static_cast<void>(read_list(root)); })["list"];
  EXPECT_EQ(list["type"], "array");
  EXPECT_EQ(list["minItems"], 1);
  EXPECT_EQ(list["description"], "Names.");
  EXPECT_EQ(list["items"]["anyOf"][0]["type"], "string");
  EXPECT_EQ(list["items"]["anyOf"][1]["properties"]["name"]["type"], "string");
}

TEST(NamedArraysOrObjects, AreReadAsJsonOrAsObjects) {
  EXPECT_THAT(value_of(R"({"map": {"a": [1, "x", {"k": 2.0}, true], "b": {"to": 4}, "notes": 1}})",
                       read_map),
              ElementsAre("a 1", "a \"x\"", "a {\"k\":2.0}", "a true", "b to 4"));
  EXPECT_THAT(value_of(R"({"map": {}})", read_map), IsEmpty());
}

TEST(NamedArraysOrObjects, ReportWhatIsWrongAtItsPlace) {
  EXPECT_THAT(errors_of(R"({"map": {"a": [null], "b": 3, "c": {"to": 10}, "bad": [1], "d": []}})",
                        read_map),
              ElementsAre("m.json: /map/a/0: expected a string, number, boolean or object, got "
                          "null",
                          "m.json: /map/b: expected an array of 1 to 4 values, or an object, got 3",
                          "m.json: /map/c/to: expected an integer in [0, 9], got 10",
                          "m.json: /map/bad: expected good, got bad",
                          "m.json: /map/d: expected an array of 1 to 4 values, or an object, got "
                          "an array of 0"));
  EXPECT_THAT(errors_of(R"({"map": []})", read_map),
              ElementsAre("m.json: /map: expected an object, got an array"));
  EXPECT_THAT(errors_of("{}", read_map),
              ElementsAre("m.json: /map: expected an object, got nothing"));
}

TEST(NamedArraysOrObjects, AreDescribedAsEither) {
  const Json map = described([](ConfigNode& root) { static_cast<void>(read_map(root)); })["map"];
  const Json either = map["additionalProperties"]["anyOf"];
  EXPECT_EQ(either[0]["type"], "array");
  EXPECT_EQ(either[0]["maxItems"], 4);
  EXPECT_EQ(either[1]["properties"]["to"]["maximum"], 9);
}

TEST(OptionalNumber, IsNothingWhereTheKeyIsMissing) {
  const auto read = [](ConfigNode& root) {
    return root.optional_number("x", {.maximum = 2.0, .exclusive_minimum = true});
  };
  EXPECT_EQ(value_of("{}", read), std::nullopt);
  EXPECT_EQ(value_of(R"({"x": 1.5})", read), 1.5);
  EXPECT_THAT(errors_of(R"({"x": 0})", read),
              ElementsAre("m.json: /x: expected a number in (0, 2], got 0"));
}

}  // namespace
}  // namespace nzsim
