#include "sim/config/node.h"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "tests/sim/config/reading.h"

namespace nzsim {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;

const IntegerRule kDepth{.minimum = 1, .maximum = 4096, .default_value = 8};

auto read_depth() {
  return [](ConfigNode& node) { return node.integer("activation_queue_depth", kDepth); };
}

TEST(ConfigInteger, IsReadWithinItsRange) {
  EXPECT_EQ(value_of(R"({"activation_queue_depth": 16})", read_depth()), 16);
  EXPECT_EQ(value_of(R"({"activation_queue_depth": 1})", read_depth()), 1);
  EXPECT_EQ(value_of(R"({"activation_queue_depth": 4096})", read_depth()), 4096);
}

TEST(ConfigInteger, TakesItsDefaultAndEchoesIt) {
  json resolved;
  EXPECT_EQ(value_of("{}", read_depth(), &resolved), 8);
  EXPECT_EQ(resolved, json::parse(R"({"activation_queue_depth": 8})"));
}

TEST(ConfigInteger, TakesAnyWayToWriteAWholeNumber) {
  json resolved;
  EXPECT_EQ(value_of(R"({"activation_queue_depth": 1.6e1})", read_depth(), &resolved), 16);
  EXPECT_TRUE(resolved["activation_queue_depth"].is_number_integer());
}

TEST(ConfigInteger, RefusesWhatIsNoIntegerInItsRange) {
  const auto line = [](const std::string& value) {
    return errors_of(R"({"activation_queue_depth": )" + value + "}", read_depth());
  };
  const std::string start =
      "m.json: /activation_queue_depth: expected an integer in [1, 4096], got ";
  EXPECT_THAT(line("0"), ElementsAre(start + "0"));
  EXPECT_THAT(line("4097"), ElementsAre(start + "4097"));
  EXPECT_THAT(line("-3"), ElementsAre(start + "-3"));
  EXPECT_THAT(line("8.5"), ElementsAre(start + "8.5"));
  EXPECT_THAT(line("1e300"), ElementsAre(start + "1e+300"));
  EXPECT_THAT(line("18446744073709551615"), ElementsAre(start + "18446744073709551615"));
  EXPECT_THAT(line("4294967297"), ElementsAre(start + "4294967297"));
  EXPECT_THAT(line("\"8\""), ElementsAre(start + "\"8\""));
  EXPECT_THAT(line("true"), ElementsAre(start + "true"));
  EXPECT_THAT(line("null"), ElementsAre(start + "null"));
  EXPECT_THAT(line("[8]"), ElementsAre(start + "an array"));
  EXPECT_THAT(line("{}"), ElementsAre(start + "an object"));
}

TEST(ConfigInteger, WithoutDefaultIsRequired) {
  const auto read = [](ConfigNode& node) { return node.integer("rows", {.minimum = 1}); };
  EXPECT_THAT(errors_of("{}", read),
              ElementsAre("m.json: /rows: expected an integer in [1, 2^63 - 1], got nothing"));
}

TEST(ConfigInteger, ReachesTheLimitsOf64Bits) {
  const auto read = [](ConfigNode& node) {
    return node.integer("n", {.minimum = INT64_MIN, .maximum = INT64_MAX});
  };
  EXPECT_EQ(value_of(R"({"n": -9223372036854775808})", read), INT64_MIN);
  EXPECT_EQ(value_of(R"({"n": 9223372036854775807})", read), INT64_MAX);
  EXPECT_THAT(errors_of(R"({"n": 9223372036854775808})", read),
              ElementsAre("m.json: /n: expected an integer in [-2^63, 2^63 - 1], got "
                          "9223372036854775808"));
}

TEST(ConfigNumber, IsReadWithinItsLimits) {
  const auto read = [](ConfigNode& node) {
    return node.number(
        "density",
        {.minimum = 0.0, .maximum = 1.0, .default_value = 0.25, .exclusive_minimum = true});
  };
  EXPECT_DOUBLE_EQ(value_of(R"({"density": 1})", read), 1.0);
  EXPECT_DOUBLE_EQ(value_of("{}", read), 0.25);
  const std::string start = "m.json: /density: expected a number in (0, 1], got ";
  EXPECT_THAT(errors_of(R"({"density": 0})", read), ElementsAre(start + "0"));
  EXPECT_THAT(errors_of(R"({"density": 1.1})", read), ElementsAre(start + "1.1"));
  EXPECT_THAT(errors_of(R"({"density": "a"})", read), ElementsAre(start + "\"a\""));
}

TEST(ConfigNumber, PrintsLimitsInShortestForm) {
  const auto read = [](ConfigNode& node) {
    return node.number("clock_mhz", {.minimum = 0.1, .maximum = 100000.0});
  };
  EXPECT_THAT(errors_of("{}", read),
              ElementsAre("m.json: /clock_mhz: expected a number in [0.1, 100000], got nothing"));
}

TEST(ConfigBoolean, IsTrueOrFalse) {
  const auto read = [](ConfigNode& node) { return node.boolean("ceil_mode", false, ""); };
  EXPECT_TRUE(value_of(R"({"ceil_mode": true})", read));
  EXPECT_FALSE(value_of("{}", read));
  EXPECT_THAT(errors_of(R"({"ceil_mode": 1})", read),
              ElementsAre("m.json: /ceil_mode: expected true or false, got 1"));
}

TEST(ConfigText, KeepsItsLengthInCharacters) {
  const auto read = [](ConfigNode& node) { return node.text("name", {.maximum_length = 3}); };
  EXPECT_EQ(value_of(R"({"name": "äöü"})", read), "äöü");
  EXPECT_THAT(errors_of(R"({"name": "abcd"})", read),
              ElementsAre("m.json: /name: expected a non-empty string of at most 3 characters, got "
                          "\"abcd\""));
  EXPECT_THAT(errors_of(R"({"name": ""})", read),
              ElementsAre("m.json: /name: expected a non-empty string of at most 3 characters, got "
                          "\"\""));
}

TEST(ConfigText, MayBeEmptyWhereItsRuleSaysSo) {
  const auto read = [](ConfigNode& node) { return node.text("name", {.may_be_empty = true}); };
  EXPECT_EQ(value_of(R"({"name": ""})", read), "");
}

TEST(ConfigText, LongValuesAreCutInMessages) {
  const auto read = [](ConfigNode& node) { return node.integer("n", {.maximum = 3}); };
  EXPECT_THAT(errors_of(R"({"n": ")" + std::string(1000, 'x') + "\"}", read),
              ElementsAre("m.json: /n: expected an integer in [0, 3], got \"" +
                          std::string(60, 'x') + "...\""));
}

TEST(ConfigChoice, SuggestsTheNearestOption) {
  const auto read = [](ConfigNode& node) {
    return node.choice("mode", {.options = {"grid", "zip", "random"}, .default_value = "grid"});
  };
  EXPECT_EQ(value_of(R"({"mode": "zip"})", read), "zip");
  EXPECT_EQ(value_of("{}", read), "grid");
  EXPECT_THAT(errors_of(R"({"mode": "gird"})", read),
              ElementsAre("m.json: /mode: expected \"grid\", \"zip\" or \"random\", got \"gird\"; "
                          "did you mean \"grid\"?"));
  EXPECT_THAT(errors_of(R"({"mode": 3})", read),
              ElementsAre("m.json: /mode: expected \"grid\", \"zip\" or \"random\", got 3"));
}

TEST(ConfigIntegerOr, TakesTheKeywordOrANumber) {
  const auto read = [](ConfigNode& node) {
    return node.integer_or("bits", "auto", {.minimum = -15, .maximum = 15});
  };
  json resolved;
  EXPECT_EQ(value_of(R"({"bits": -2})", read), std::optional<std::int64_t>(-2));
  EXPECT_EQ(value_of(R"({"bits": "auto"})", read), std::nullopt);
  EXPECT_EQ(value_of("{}", read, &resolved), std::nullopt);
  EXPECT_EQ(resolved, json::parse(R"({"bits": "auto"})"));
  EXPECT_THAT(errors_of(R"({"bits": "aut"})", read),
              ElementsAre("m.json: /bits: expected an integer in [-15, 15] or \"auto\", got "
                          "\"aut\""));
}

TEST(ConfigNameOrObject, ReturnsTheNameOrLeavesTheObject) {
  const auto read = [](ConfigNode& node) {
    std::string result = node.name_or_object("energy", {}).value_or("");
    if (result.empty()) {
      node.object("energy", true, "", [&](ConfigNode& energy) {
        result = "inline " + energy.text("name", {.default_value = "x"});
      });
    }
    return result;
  };
  EXPECT_EQ(value_of(R"({"energy": "eie_45nm"})", read), "eie_45nm");
  EXPECT_EQ(value_of(R"({"energy": {"name": "y"}})", read), "inline y");
  EXPECT_THAT(errors_of("{}", read),
              ElementsAre("m.json: /energy: expected a name or an object, got nothing"));
  EXPECT_THAT(errors_of(R"({"energy": 4})", read),
              ElementsAre("m.json: /energy: expected a name or an object, got 4"));
}

TEST(ConfigIntegerOrObject, ReadsEither) {
  const auto read = [](ConfigNode& node) {
    std::int64_t height = 0;
    const auto both = node.integer_or_object(
        "kernel", {.minimum = 1, .maximum = 9, .default_value = 1},
        [&](ConfigNode& extent) { height = extent.integer("height", {.minimum = 1}); });
    return both.value_or(height);
  };
  EXPECT_EQ(value_of(R"({"kernel": 3})", read), 3);
  EXPECT_EQ(value_of(R"({"kernel": {"height": 5}})", read), 5);
  EXPECT_EQ(value_of("{}", read), 1);
  EXPECT_THAT(errors_of(R"({"kernel": 10})", read),
              ElementsAre("m.json: /kernel: expected an integer in [1, 9] or an object, got 10"));
  EXPECT_THAT(errors_of(R"({"kernel": {}})", read),
              ElementsAre("m.json: /kernel/height: expected an integer in [1, 2^63 - 1], got "
                          "nothing"));
}

TEST(ConfigChoiceOrObject, ReadsEither) {
  const auto read = [](ConfigNode& node) {
    double spread = -1.0;
    const auto word = node.choice_or_object(
        "distribution", {.options = {"uniform"}, .default_value = "uniform"},
        [&](ConfigNode& uneven) { spread = uneven.number("spread", {.maximum = 1.0}); });
    return word.value_or(std::to_string(spread));
  };
  EXPECT_EQ(value_of("{}", read), "uniform");
  EXPECT_EQ(value_of(R"({"distribution": {"spread": 0.5}})", read), "0.500000");
  EXPECT_THAT(errors_of(R"({"distribution": 1})", read),
              ElementsAre("m.json: /distribution: expected \"uniform\" or an object, got 1"));
  EXPECT_THAT(errors_of(R"({"distribution": "uniforn"})", read),
              ElementsAre("m.json: /distribution: expected \"uniform\", got \"uniforn\"; did you "
                          "mean \"uniform\"?"));
}

TEST(ConfigDocument, ReportsUnknownKeysWithTheNearestKnownOne) {
  EXPECT_THAT(errors_of(R"({"activation_queue_dept": 8, "zzz": 1})", read_depth()),
              ElementsAre("m.json: /activation_queue_dept: unknown key; did you mean "
                          "\"activation_queue_depth\"?",
                          "m.json: /zzz: unknown key"));
}

TEST(ConfigDocument, IgnoresNotesAndSources) {
  EXPECT_EQ(value_of(R"({"$schema": "x", "source": [1], "notes": {"a": 1}})", read_depth()), 8);
}

TEST(ConfigDocument, ReportsAllErrorsInTheOrderOfTheFile) {
  const auto read = [](ConfigNode& node) {
    node.integer("z", {.maximum = 1});
    node.integer("m", {.maximum = 1});
    node.object("o", true, "", [](ConfigNode& inner) { inner.integer("k", {.maximum = 1}); });
    node.integer("b", {.maximum = 1});
  };
  EXPECT_THAT(
      errors_of(R"({"b": 2, "u": 0, "o": {"x": 1, "k": 3}, "z": 4})", read),
      ElementsAre("m.json: /b: expected an integer in [0, 1], got 2", "m.json: /u: unknown key",
                  "m.json: /o/x: unknown key", "m.json: /o/k: expected an integer in [0, 1], got 3",
                  "m.json: /z: expected an integer in [0, 1], got 4",
                  "m.json: /m: expected an integer in [0, 1], got nothing"));
}

TEST(ConfigDocument, RefusesATopValueThatIsNoObject) {
  EXPECT_THAT(errors_of("[1]", read_depth()),
              ElementsAre("m.json: expected an object, got an array"));
}

TEST(ConfigDocument, ReportsDuplicateKeysAndKeepsTheFirst) {
  EXPECT_THAT(
      errors_of(R"({"activation_queue_depth": 4, "activation_queue_depth": 0})", read_depth()),
      ElementsAre("m.json: /activation_queue_depth: expected the key once, got it again"));
}

TEST(ConfigDocument, PrintsAtMostAHundredErrors) {
  std::string text = "{\"u0\": 0";
  for (int key = 1; key < 250; ++key) text += ", \"u" + std::to_string(key) + "\": 0";
  const std::vector<std::string> lines = errors_of(text + "}", read_depth());
  ASSERT_EQ(lines.size(), 101U);
  EXPECT_EQ(lines.back(), "m.json: 150 more errors");
}

TEST(ConfigDocument, ThrowsWorkloadErrorsForWorkloads) {
  ConfigDocument document = ConfigDocument::parse(R"({"x": 1})", "n.json");
  (void)document.root();
  EXPECT_THROW(document.finish_workload(), WorkloadError);
}

TEST(ConfigNode, RecordsChecksAcrossKeys) {
  const auto read = [](ConfigNode& node) {
    const auto rows = node.integer("rows", {.maximum = 64});
    if (node.valid("rows"))
      node.fail("rows", "expected a multiple of 4, got " + std::to_string(rows));
  };
  EXPECT_THAT(errors_of(R"({"rows": 6})", read),
              ElementsAre("m.json: /rows: expected a multiple of 4, got 6"));
  EXPECT_THAT(errors_of(R"({"rows": 65})", read),
              ElementsAre("m.json: /rows: expected an integer in [0, 64], got 65"));
}

TEST(ConfigNode, LeavesOutChecksOfValuesThatBrokeTheirRule) {
  const auto read = [](ConfigNode& node) {
    node.integer("rows", {.maximum = 64});
    node.fail("rows", "expected a multiple of 4, got another number");
  };
  EXPECT_THAT(errors_of(R"({"rows": 65})", read),
              ElementsAre("m.json: /rows: expected an integer in [0, 64], got 65"));
}

TEST(ConfigNode, KnowsWhichKeysAreThere) {
  ConfigDocument document = ConfigDocument::parse(R"({"a": null})", "dir/m.json");
  EXPECT_TRUE(document.root().has("a"));
  EXPECT_FALSE(document.root().has("b"));
  EXPECT_FALSE(document.root().describing());
  EXPECT_EQ(document.root().directory(), "dir");
  EXPECT_EQ(document.root().pointer(), "");
}

TEST(DidYouMean, FindsNearWordsOnly) {
  const std::vector<std::string> words{"pe_count", "clock_mhz"};
  EXPECT_EQ(did_you_mean("pe_cuont", words), "pe_count");
  EXPECT_EQ(did_you_mean("clock", words), "");
  EXPECT_EQ(did_you_mean("rows", words), "");
  EXPECT_EQ(did_you_mean(std::string(100000, 'p'), words), "");
}

}  // namespace
}  // namespace nzsim
