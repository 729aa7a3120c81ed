#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/run/sweep/sweep_files.h"

namespace nzsim::sweep {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class SweepPlanError : public SweepFiles {};

TEST_F(SweepPlanError, NamesTheValueOfTheAxisOnce) {
  sweep["axes"] = {{"/clock_mhz", {100, 200}}, {"/bytes_per_cycle", {8, 4, 0}}};
  EXPECT_THAT(error(), HasSubstr("sweep.json: /axes/~1bytes_per_cycle/2: expected "));
  EXPECT_THAT(error(), HasSubstr(", got 0"));
  EXPECT_THAT(error(), Not(HasSubstr("\n")));
}

TEST_F(SweepPlanError, TellsAllWrongValues) {
  sweep["axes"] = {{"/clock_mhz", {100, -1, "fast"}}, {"/bytes_per_cycle", {0, 4}}};
  const std::string message = error();
  EXPECT_THAT(message, HasSubstr("/axes/~1clock_mhz/1: expected a number in [0.001, 100000], got "
                                 "-1"));
  EXPECT_THAT(message, HasSubstr("/axes/~1clock_mhz/2: expected a number in [0.001, 100000], got "
                                 "\"fast\""));
  EXPECT_THAT(message, HasSubstr("/axes/~1bytes_per_cycle/0: "));
}

TEST_F(SweepPlanError, NamesTheRangeAndTheValueThatItGives) {
  sweep["axes"] = {{"/clock_mhz", {{"from", -100}, {"to", 100}, {"step", 150}}}};
  EXPECT_EQ(error(),
            "sweep.json: /axes/~1clock_mhz: expected a number in [0.001, 100000], got -100");
}

TEST_F(SweepPlanError, TellsTenAtMost) {
  Json values = Json::array();
  for (int value = 0; value < 30; ++value) values.push_back(-value);
  sweep["axes"] = {{"/clock_mhz", values}};
  const std::string message = error();
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 10);
  EXPECT_THAT(message, EndsWith("sweep.json: these are the first 10 errors; more may follow"));
}

TEST_F(SweepPlanError, SuggestsTheKeyThatAnAxisMeans) {
  sweep["axes"] = {{"/bytes_per_cyle", {1, 2, 3}}};
  EXPECT_EQ(error(),
            "sweep.json: /axes/~1bytes_per_cyle: unknown key; did you mean \"bytes_per_cycle\"?");
  sweep["axes"] = {{"/sram/width", {1, 2, 3}}};
  EXPECT_EQ(error(), "sweep.json: /axes/~1sram~1width: unknown key (at /sram)");
  sweep["axes"] = {{"/clock_mhz/x", {1}}};
  EXPECT_EQ(error(),
            "sweep.json: /axes/~1clock_mhz~1x/0: expected an object or array at "
            "/clock_mhz, got 700");
}

TEST_F(SweepPlanError, NamesTheFilesThatAreUnknown) {
  sweep["axes"] = {{"/energy", {"table", "tabel"}}};
  EXPECT_EQ(error(),
            "sweep.json: /axes/~1energy/1: expected the name of an energy table or the path of "
            "its file, got \"tabel\"; did you mean \"table\"?; names: table");
  sweep["axes"] = {{"/energy", {"tabel"}}, {"/energy/node_nm", {45}}};
  EXPECT_EQ(error(),
            "sweep.json: /axes/~1energy/0/extends: expected the name of an energy or the path of "
            "its file, got \"tabel\"; did you mean \"table\"?; names: table");
  sweep["axes"] = Json::object();
  sweep["base"] = "bass";
  EXPECT_EQ(error(),
            "sweep.json: /base: expected the name of a machine or the path of its file, "
            "got \"bass\"; did you mean \"base\"?; names: base");
  sweep["base"] = "base";
  sweep["workloads"] = {"small", "./none.json"};
  EXPECT_THAT(error(), HasSubstr("sweep.json: /workloads/1: expected the name of a network or the "
                                 "path of its file, got \"./none.json\""));
}

TEST_F(SweepPlanError, NamesTheElementOfAnArrayThatIsNotThere) {
  sweep["axes"] = {{"/energy/entries/7/picojoules", {1}}};
  EXPECT_EQ(error(),
            "sweep.json: /axes/~1energy~1entries~17~1picojoules: expected an index below "
            "1 in the array /energy/entries, got \"7\" (at /energy/entries/7)");
}

TEST_F(SweepPlanError, NamesWhatAllPointsSet) {
  sweep["set"] = {"/bytes_per_cycle=4", "/clock_mhz=0"};
  EXPECT_EQ(error(), "sweep.json: /set/1: expected a number in [0.001, 100000], got 0");
}

TEST_F(SweepPlanError, NamesTheValueOfANetworksAxis) {
  sweep["axes"] = {{"workload:/layers/0/outputs", {4, 0}}};
  EXPECT_THAT(error(), HasSubstr("sweep.json: /axes/workload:~1layers~10~1outputs/1: expected an "
                                 "integer in [1, "));
  sweep["axes"] = {{"workload:/batch", {1, 0}}};
  EXPECT_EQ(error(),
            "sweep.json: /axes/workload:~1batch/1: expected an integer in [1, 1000000], "
            "got 0 (network small)");
  sweep["axes"] = {{"workload:/batch", {1, "x"}}};
  EXPECT_EQ(error(),
            "sweep.json: /axes/workload:~1batch/1: expected an integer in [1, 1000000], "
            "got \"x\" (network small)");
}

TEST_F(SweepPlanError, NamesThePointWhereNoValueIsToBlameAlone) {
  write("configs/machines/base.json",
        R"({"name": "base", "model": "ideal", "clock_mhz": 700, "energy": "table", "x": 1})");
  sweep["axes"] = {{"/bytes_per_cycle", {8, 4}}};
  EXPECT_EQ(error(),
            "configs/machines/base.json: /x: unknown key in the point /bytes_per_cycle = 8 of "
            "small");
}

TEST_F(SweepPlanError, NamesUnknownNamesOfTheCondition) {
  sweep["axes"] = {{"/clock_mhz", {100}}};
  sweep["where"] = "clock_mhz > 0 && byte_per_cycle > 1";
  EXPECT_EQ(error(),
            "sweep.json: /where: expected the name of an axis or of a value of the machine "
            "in column 18, got \"byte_per_cycle\"; did you mean \"bytes_per_cycle\"?");
  sweep["where"] = "worklaod == 'small'";
  EXPECT_THAT(error(), HasSubstr("in column 1, got \"worklaod\"; did you mean \"workload\"?"));
}

TEST_F(SweepPlanError, NamesThePointWhoseConditionHasNoValue) {
  sweep["axes"] = {{"/clock_mhz", {200, 100}}};
  sweep["where"] = "1 / (clock_mhz - 100) > 0";
  EXPECT_EQ(error(),
            "sweep.json: /where: expected a divisor other than 0, got 0 in column 16 in "
            "the point /clock_mhz = 100 of small");
  sweep["axes"] = {{"/energy", {"table", {{"extends", "table"}}}}};
  sweep["where"] = "energy == 'table'";
  EXPECT_EQ(error(),
            "sweep.json: /where: expected a number or text as energy, got an object in "
            "column 1 in the point /energy = {\"extends\":\"table\"} of small");
}

TEST_F(SweepPlanError, NamesTheAxisThatMakesAnObjectWithoutTheRest) {
  sweep["axes"] = {{"/memory/channels", {1, 2}}};
  EXPECT_THAT(error(), HasSubstr("sweep.json: /axes/~1memory~1channels"));
}

TEST_F(SweepPlanError, SuggestsTheColumnThatAnObjectiveMeans) {
  sweep["objectives"] = {{{"column", "second"}, {"goal", "minimize"}}};
  EXPECT_EQ(error(),
            "sweep.json: /objectives/0/column: expected a column of numbers of the results, got "
            "\"second\"; did you mean \"seconds\"?");
  sweep["objectives"] = {{{"column", "bottleneck"}, {"goal", "minimize"}}};
  EXPECT_THAT(error(), HasSubstr("/objectives/0/column: expected a column of numbers"));
}

TEST_F(SweepPlanError, NamesALayerThatTheMachineDoesNotCompute) {
  write("networks/small.json", R"({"name": "small", "source": "a test", "layers": [
      {"name": "a", "type": "lstm", "inputs": 4, "outputs": 4,
       "weights": {"synthetic": {"density": 1.0}},
       "activations": {"synthetic": {"density": 1.0}}}]})");
  sweep["workloads"] = {"small"};
  EXPECT_THAT(error(), HasSubstr("/layers/0/type: expected \"fully_connected\""));
}

TEST_F(SweepPlanError, RefusesAConditionThatNoPointMeets) {
  sweep["axes"] = {{"/clock_mhz", {200, 100}}};
  sweep["where"] = "clock_mhz > 300";
  EXPECT_EQ(error(),
            "sweep.json: /where: expected a condition that a point meets, got one that none does");
}

TEST_F(SweepPlanError, RefusesPointsThatAreTheSame) {
  sweep["workloads"] = {"small",
                        "../" + directory.path().filename().string() + "/networks/small.json"};
  EXPECT_EQ(error(),
            "sweep.json: /axes: expected points that differ, got one machine and network "
            "as points 0 (small) and 1 (../" +
                directory.path().filename().string() + "/networks/small.json)");
}

}  // namespace
}  // namespace nzsim::sweep
