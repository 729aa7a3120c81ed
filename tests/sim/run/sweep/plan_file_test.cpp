#include <array>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "tests/sim/run/sweep/sweep_files.h"

namespace nzsim::sweep {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class SweepPlanFile : public SweepFiles {
 protected:
  SweepPlanFile() {
    sweep["axes"] = {{"/clock_mhz", {100, 200.5}},
                     {"/energy", {"table", {{"extends", "table"}}}},
                     {"/activation_fraction_bits", {{"from", 8}, {"to", 9}, {"step", 1}}}};
    sweep["where"] = "clock_mhz > 150 || activation_fraction_bits == 8";
  }

  [[nodiscard]] std::string read_error() const {
    return test::message_of([&] { static_cast<void>(read_plan(path("out"))); });
  }

  /// The error of reading the plan after `from` in its file has become `to`.
  [[nodiscard]] std::string error_with(const std::string& file, const std::string& from,
                                       const std::string& to) const {
    const std::string original = read_file(path(file));
    std::string text = original;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    write(file, text.replace(at, from.size(), to));
    const std::string message = read_error();
    write(file, original);
    return message;
  }
};

TEST_F(SweepPlanFile, ReadsBackWhatWasWritten) {
  const Plan written = plan();
  write_plan(written, path("out"));
  const Plan result = read_plan(path("out"));
  ASSERT_EQ(result.points.size(), 12U);
  for (std::size_t index = 0; index < written.points.size(); ++index) {
    EXPECT_EQ(result.points[index].index, written.points[index].index);
    EXPECT_EQ(result.points[index].key, written.points[index].key);
    EXPECT_EQ(result.points[index].workload, written.points[index].workload);
    EXPECT_EQ(result.points[index].program, written.points[index].program);
    EXPECT_EQ(result.points[index].values, written.points[index].values);
  }
  EXPECT_EQ(result.excluded, 4U);
  EXPECT_EQ(result.config.path, path("sweep.json"));
  EXPECT_EQ(result.config.resolved, written.config.resolved);
  EXPECT_EQ(result.config.axes.at(2).name, "/activation_fraction_bits");
}

TEST_F(SweepPlanFile, HasALinePerPoint) {
  sweep["axes"] = {{"/clock_mhz", {100}}};
  sweep.erase("where");
  const Plan written = plan();
  write_plan(written, path("out"));
  EXPECT_EQ(read_file(path("out/plan.jsonl")),
            R"({"index":0,"key":")" + written.points[0].key +
                R"(","workload":0,"program":0,"values":{"/clock_mhz":100}})" + "\n" +
                R"({"index":1,"key":")" + written.points[1].key +
                R"(","workload":1,"program":1,"values":{"/clock_mhz":100}})" + "\n");
}

TEST_F(SweepPlanFile, IsWrittenOnceAndAgainWithoutEffect) {
  write_plan(plan(), path("out"));
  const std::string before = read_file(path("out/plan.jsonl"));
  write_plan(plan(), path("out"));
  EXPECT_EQ(read_file(path("out/plan.jsonl")), before);
}

TEST_F(SweepPlanFile, IsWrittenAnewWhereItWasNotComplete) {
  write("out/plan.jsonl", "half a line");
  write_plan(plan(), path("out"));
  EXPECT_EQ(read_plan(path("out")).points.size(), 12U);
}

TEST_F(SweepPlanFile, RefusesADirectoryOfAnotherSweep) {
  write_plan(plan(), path("out"));
  sweep["axes"] = {{"/clock_mhz", {100}}};
  sweep["where"] = "";
  EXPECT_THAT(test::message_of([&] { write_plan(plan(), path("out")); }),
              HasSubstr("out/sweep.json: /sweep: expected the sweep of "));
}

TEST_F(SweepPlanFile, RefusesADirectoryOfOtherMachines) {
  write_plan(plan(), path("out"));
  write("configs/machines/base.json",
        R"({"name": "base", "model": "ideal", "clock_mhz": 700, "energy": "table",
        "bytes_per_cycle": 9, "multiply_accumulates_per_cycle": 64})");
  EXPECT_THAT(test::message_of([&] { write_plan(plan(), path("out")); }),
              HasSubstr("out/plan.jsonl: expected the points of "));
}

TEST_F(SweepPlanFile, RefusesADirectoryOfAnotherVersion) {
  write_plan(plan(), path("out"));
  const std::string version = std::string("\"nzsim_version\": \"") + NZSIM_VERSION + "\"";
  EXPECT_THAT(error_with("out/sweep.json", version, "\"nzsim_version\": \"0.0.9\""),
              HasSubstr(std::string("out/sweep.json: /nzsim_version: expected a plan of nzsim ") +
                        NZSIM_VERSION + ", got one of 0.0.9: plan the sweep again"));
}

TEST_F(SweepPlanFile, NamesWhatIsMissing) {
  EXPECT_THAT(read_error(), HasSubstr("out/sweep.json: expected a file, got nothing there"));
  write_plan(plan(), path("out"));
  std::filesystem::remove(path("out/plan.jsonl"));
  EXPECT_THAT(read_error(), HasSubstr("out/plan.jsonl: expected a file, got nothing there"));
}

TEST_F(SweepPlanFile, NamesFileAndPlaceOfWhatIsWrong) {
  write_plan(plan(), path("out"));
  const std::string file = "out/plan.jsonl";
  const std::string start = path(file).string() + ": line ";
  EXPECT_THAT(error_with(file, "{\"index\":1,", "{\"index\":2,"),
              StartsWith(start + "2: expected index an integer in [1, 1], got 2"));
  EXPECT_THAT(error_with(file, "\"index\":0", "\"indes\":0"),
              StartsWith(start + "1: expected an object of index, key, workload, program and "));
  EXPECT_THAT(error_with(file, "\"workload\":1", "\"workload\":2"),
              StartsWith(start + "7: expected workload an integer in [0, 1], got 2"));
  EXPECT_THAT(error_with(file, "\"program\":0", "\"program\":1"),
              StartsWith(start + "1: expected program an integer in [0, 0], got 1"));
  EXPECT_THAT(error_with(file, "\"key\":\"", "\"key\":\"x"),
              StartsWith(start + "1: expected a key of 32 hexadecimal digits that no line before "
                                 "has, got "));
  EXPECT_THAT(error_with(file, "\"/clock_mhz\":100", "\"/clock_mhz\":101"),
              StartsWith(start + "1: expected a value of the axis \"/clock_mhz\", got 101 of "
                                 "\"/clock_mhz\""));
  EXPECT_THAT(error_with(file, "\"/clock_mhz\":100,", ""),
              StartsWith(start + "1: expected values of 3 axes, got others"));
  EXPECT_THAT(error_with(file, "}}\n", "}\n"), StartsWith(start + "1: expected valid JSON, got "));
  EXPECT_THAT(error_with(file, "{\"index\":1,", "[{\"index\":1,"),
              StartsWith(start + "2: expected valid JSON"));
  EXPECT_THAT(error_with(file, "\n{\"index\":1,", "\n\n{\"index\":1,"),
              StartsWith(start + "2: expected valid JSON"));
}

TEST_F(SweepPlanFile, RefusesAPlanThatLacksItsEnd) {
  write_plan(plan(), path("out"));
  std::string text = read_file(path("out/plan.jsonl"));
  text.resize(text.size() - 1);
  write("out/plan.jsonl", text);
  EXPECT_THAT(read_error(), HasSubstr("line 12: expected a line feed at its end, got none"));
  text.resize(text.rfind('\n') + 1);
  write("out/plan.jsonl", text);
  EXPECT_THAT(read_error(), HasSubstr("plan.jsonl: expected the 12 points that sweep.json was "
                                      "written with, got others"));
}

TEST_F(SweepPlanFile, RefusesEveryChangeOfAByte) {
  write_plan(plan(), path("out"));
  const std::string original = read_file(path("out/plan.jsonl"));
  std::mt19937 generator(1);
  constexpr std::array<char, 8> kBytes{'"', '{', '}', '0', ',', '\n', '\\', '\xff'};
  for (int round = 0; round < 100; ++round) {
    std::string text = original;
    char& byte = text[generator() % text.size()];
    const char other = kBytes[generator() % kBytes.size()];
    byte = static_cast<char>(byte == other ? '#' : other);
    write("out/plan.jsonl", text);
    EXPECT_THROW(static_cast<void>(read_plan(path("out"))), InputError) << text;
  }
}

}  // namespace
}  // namespace nzsim::sweep
