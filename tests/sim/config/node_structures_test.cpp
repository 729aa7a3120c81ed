#include <cstdint>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/config/node.h"
#include "tests/sim/config/reading.h"

namespace nzsim {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ConfigObject, MissingOptionalOneEchoesTheDefaultsOfItsKeys) {
  const auto read = [](ConfigNode& node) {
    std::int64_t value = 0;
    node.object("sram", false, "", [&](ConfigNode& sram) {
      value = sram.integer("width_bits", {.default_value = 64});
    });
    return value;
  };
  json resolved;
  EXPECT_EQ(value_of("{}", read, &resolved), 64);
  EXPECT_EQ(resolved, json::parse(R"({"sram": {"width_bits": 64}})"));
  EXPECT_THAT(errors_of(R"({"sram": 3})", read),
              ElementsAre("m.json: /sram: expected an object, got 3"));
}

TEST(ConfigObject, OptionalOneIsReadOnlyWhereItIsThere) {
  const auto read = [](ConfigNode& node) {
    return node.optional_object(
        "memory", "", [](ConfigNode& memory) { memory.integer("channels", {.minimum = 1}); });
  };
  json resolved;
  EXPECT_FALSE(value_of("{}", read, &resolved));
  EXPECT_EQ(resolved, json::object());
  EXPECT_TRUE(value_of(R"({"memory": {"channels": 2}})", read));
  EXPECT_THAT(errors_of(R"({"memory": []})", read),
              ElementsAre("m.json: /memory: expected an object, got an array"));
}

TEST(ConfigArrays, AreReadElementByElement) {
  const auto read = [](ConfigNode& node) {
    return node.integers("axis", {.minimum_size = 1, .maximum_size = 3}, {.maximum = 9});
  };
  EXPECT_THAT(value_of(R"({"axis": [1, 2, 9]})", read), ElementsAre(1, 2, 9));
  EXPECT_THAT(errors_of(R"({"axis": [1, 10, "a"]})", read),
              ElementsAre("m.json: /axis/1: expected an integer in [0, 9], got 10",
                          "m.json: /axis/2: expected an integer in [0, 9], got \"a\""));
  EXPECT_THAT(
      errors_of(R"({"axis": []})", read),
      ElementsAre("m.json: /axis: expected an array of 1 to 3 integers, got an array of 0"));
  EXPECT_THAT(errors_of("{}", read),
              ElementsAre("m.json: /axis: expected an array of 1 to 3 integers, got nothing"));
}

TEST(ConfigArrays, HoldNumbersAndTexts) {
  const auto numbers = [](ConfigNode& node) { return node.numbers("a", {}, {.maximum = 1.0}); };
  const auto texts = [](ConfigNode& node) { return node.texts("a", {.required = false}, {}); };
  EXPECT_THAT(value_of(R"({"a": [0.5, 1]})", numbers), ElementsAre(0.5, 1.0));
  EXPECT_THAT(value_of(R"({"a": ["x", "y"]})", texts), ElementsAre("x", "y"));
  EXPECT_THAT(value_of("{}", texts), IsEmpty());
  EXPECT_THAT(errors_of(R"({"a": [2]})", numbers),
              ElementsAre("m.json: /a/0: expected a number in [0, 1], got 2"));
  EXPECT_THAT(errors_of(R"({"a": [""]})", texts),
              ElementsAre("m.json: /a/0: expected a non-empty string of at most 4096 characters, "
                          "got \"\""));
}

TEST(ConfigArrays, OfObjectsNameTheElement) {
  const auto read = [](ConfigNode& node) {
    std::string names;
    node.objects("layers", {.minimum_size = 1},
                 [&](ConfigNode& layer) { names += layer.text("name", {}); });
    return names;
  };
  EXPECT_EQ(value_of(R"({"layers": [{"name": "a"}, {"name": "b"}]})", read), "ab");
  EXPECT_THAT(
      errors_of(R"({"layers": [{"name": "a"}, 3, {"nam": "b"}]})", read),
      ElementsAre("m.json: /layers/1: expected an object, got 3",
                  "m.json: /layers/2/nam: unknown key; did you mean \"name\"?",
                  "m.json: /layers/2/name: expected a non-empty string of at most 4096 characters, "
                  "got nothing"));
}

TEST(ConfigNamedObjects, HaveFreeNames) {
  const auto read = [](ConfigNode& node) {
    std::string text;
    node.named_objects("axes", true, "", [&](const std::string& name, ConfigNode& axis) {
      text += name + std::to_string(axis.integer("from", {}));
    });
    return text;
  };
  EXPECT_EQ(value_of(R"({"axes": {"/a/b": {"from": 1}, "c": {"from": 2}, "notes": 3}})", read),
            "/a/b1c2");
  EXPECT_THAT(
      errors_of(R"({"axes": {"/a": 1, "b": {"frm": 1}}})", read),
      ElementsAre("m.json: /axes/~1a: expected an object, got 1",
                  "m.json: /axes/b/frm: unknown key; did you mean \"from\"?",
                  "m.json: /axes/b/from: expected an integer in [0, 2^63 - 1], got nothing"));
}

auto read_source(bool required) {
  return [required](ConfigNode& node) {
    std::string found = "none";
    node.one_of({"file", "synthetic"}, required, [&](const std::string& key) {
      found = key;
      if (key == "file") node.text("file", {});
      if (key == "synthetic") node.object("synthetic", true, "", [](ConfigNode&) {});
    });
    return found;
  };
}

TEST(ConfigOneOf, ReadsTheKeyThatIsThere) {
  EXPECT_EQ(value_of(R"({"file": "a.npz"})", read_source(true)), "file");
  EXPECT_EQ(value_of(R"({"synthetic": {}})", read_source(true)), "synthetic");
  EXPECT_EQ(value_of("{}", read_source(false)), "none");
}

TEST(ConfigOneOf, RefusesNoneAndBoth) {
  EXPECT_THAT(errors_of("{}", read_source(true)),
              ElementsAre("m.json: expected one of the keys \"file\" or \"synthetic\", got none"));
  EXPECT_THAT(errors_of(R"({"file": "a", "synthetic": {}})", read_source(true)),
              ElementsAre("m.json: expected one of the keys \"file\" or \"synthetic\", got "
                          "\"file\" and \"synthetic\""));
  EXPECT_THAT(errors_of(R"({"file": "a", "synthetic": {}})", read_source(false)),
              ElementsAre("m.json: expected at most one of the keys \"file\" or \"synthetic\", got "
                          "\"file\" and \"synthetic\""));
}

auto read_variant() {
  return [](ConfigNode& node) {
    std::int64_t value = 0;
    node.variant("type", {.options = {"dense", "sparse"}}, [&](const std::string& type) {
      value = type == "dense" ? node.integer("rows", {}) : node.integer("non_zeros", {});
    });
    return value;
  };
}

TEST(ConfigVariant, ReadsTheKeysOfItsOption) {
  EXPECT_EQ(value_of(R"({"type": "dense", "rows": 4})", read_variant()), 4);
  EXPECT_EQ(value_of(R"({"type": "sparse", "non_zeros": 5})", read_variant()), 5);
  EXPECT_THAT(errors_of(R"({"type": "dense", "rows": 4, "non_zeros": 5})", read_variant()),
              ElementsAre("m.json: /non_zeros: unknown key"));
}

TEST(ConfigVariant, DoesNotJudgeOtherKeysOfAWrongOption) {
  EXPECT_THAT(errors_of(R"({"type": "dens", "rows": "x"})", read_variant()),
              ElementsAre("m.json: /type: expected \"dense\" or \"sparse\", got \"dens\"; did you "
                          "mean \"dense\"?"));
}

}  // namespace
}  // namespace nzsim
