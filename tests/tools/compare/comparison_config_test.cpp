#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/config/reading.h"
#include "tools/nzsim/compare/comparison.h"

namespace nzsim::compare {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A comparison whose entries are `entries`.
std::string with_entries(const std::string& entries, const std::string& baseline = "a") {
  return R"({"name": "n", "description": "d", "source": "s", "entries": [)" + entries +
         R"(], "workloads": [{"network": "alex-7"}, {"network": "alex-8", "batch": 4}],
         "baseline": ")" +
         baseline + "\"}";
}

TEST(ComparisonFile, HoldsMachinesPlatformsAndWorkloads) {
  const Comparison comparison =
      value_of(with_entries(
                   R"({"machine": "eie-64pe", "set": ["/clock_mhz=400", "/memory=x"]},
             {"platform": "titan-x-maxwell", "format": "csr_fp32", "batch": 64})",
                   "titan-x-maxwell csr_fp32"),
               comparison_from);
  ASSERT_THAT(comparison.entries, SizeIs(2));
  const Entry& machine = comparison.entries[0];
  EXPECT_FALSE(machine.is_platform());
  EXPECT_EQ(machine.label, "eie-64pe");
  ASSERT_THAT(machine.machine.overrides, SizeIs(2));
  EXPECT_EQ(machine.machine.overrides[0].pointer, "/clock_mhz");
  EXPECT_EQ(machine.machine.overrides[0].value, "400");
  EXPECT_EQ(machine.machine.overrides[1].value, "x");
  const Entry& platform = comparison.entries[1];
  EXPECT_TRUE(platform.is_platform());
  EXPECT_EQ(platform.format.layout, platform::Layout::compressed_rows);
  EXPECT_EQ(platform.batch, 64U);
  EXPECT_EQ(comparison.baseline, 1U);
  ASSERT_THAT(comparison.workloads, SizeIs(2));
  EXPECT_EQ(comparison.workloads[0].batch, std::nullopt);
  EXPECT_EQ(comparison.workloads[1].batch, 4U);
}

TEST(ComparisonFile, LabelsAnEntryOfAPathByTheFile) {
  const Comparison comparison =
      value_of(with_entries(R"({"machine": "../mine/small.json"})", "small"), comparison_from);
  EXPECT_EQ(comparison.entries[0].label, "small");
}

TEST(ComparisonFile, GivesANetworkAMachineOfItsOwn) {
  const Comparison comparison =
      value_of(with_entries(R"({"label": "a", "machine": "m", "exceptions": [
                        {"network": "alex-8", "machine": "n", "set": ["/b=1"]}]})"),
               comparison_from);
  ASSERT_THAT(comparison.entries[0].exceptions, SizeIs(1));
  EXPECT_EQ(comparison.entries[0].exceptions[0].network, "alex-8");
  EXPECT_EQ(comparison.entries[0].exceptions[0].choice.machine, "n");
  EXPECT_THAT(comparison.entries[0].exceptions[0].choice.overrides, SizeIs(1));
}

TEST(ComparisonFile, RefusesAnEntryOfBothKindsOrNone) {
  EXPECT_THAT(errors_of(with_entries(R"({"label": "a"})"), comparison_from),
              ElementsAre("m.json: /entries/0: expected one of the keys \"machine\" or "
                          "\"platform\", got none"));
  EXPECT_THAT(
      errors_of(with_entries(R"({"label": "a", "machine": "m", "platform": "p"})"),
                comparison_from),
      ElementsAre("m.json: /entries/0: expected one of the keys \"machine\" or \"platform\", got "
                  "\"machine\" and \"platform\""));
}

TEST(ComparisonFile, NamesTheFormatThatWasMeant) {
  EXPECT_THAT(errors_of(with_entries(R"({"label": "a", "platform": "p", "format": "csr_fp23"})"),
                        comparison_from),
              ElementsAre("m.json: /entries/0/format: expected \"dense_fp32\", \"csr_fp32\", "
                          "\"dense_fp16\" or \"dense_int8\", got \"csr_fp23\"; did you mean "
                          "\"csr_fp32\"?"));
}

TEST(ComparisonFile, NeedsABaselineAmongItsEntries) {
  EXPECT_THAT(errors_of(with_entries(R"({"machine": "eie-64pe"})", "eie-64p"), comparison_from),
              ElementsAre("m.json: /baseline: expected the label of an entry, got \"eie-64p\"; did "
                          "you mean \"eie-64pe\"?"));
}

TEST(ComparisonFile, RefusesTwoEntriesOfOneLabel) {
  EXPECT_THAT(
      errors_of(with_entries(R"({"machine": "a"}, {"machine": "a"})"), comparison_from),
      ElementsAre("m.json: /entries/1/label: expected a label that no entry before has, got "
                  "\"a\""));
}

TEST(ComparisonFile, RefusesExceptionsWithoutEffect) {
  EXPECT_THAT(
      errors_of(with_entries(R"({"machine": "a", "exceptions": [
                                  {"network": "alex-9", "machine": "n"}]})"),
                comparison_from),
      ElementsAre("m.json: /entries: expected exceptions of workloads, got \"alex-9\" of \"a\"; "
                  "did you mean \"alex-7\"?"));
}

TEST(ComparisonFile, RefusesAGroupOfSomeWorkloads) {
  std::string text = with_entries(R"({"machine": "a"})");
  text.replace(text.find(R"("alex-7")"), 8, R"("alex-7", "group": "g")");
  EXPECT_THAT(errors_of(text, comparison_from),
              ElementsAre("m.json: /workloads: expected a group of every workload or of none, got "
                          "none of \"alex-8\""));
}

TEST(ComparisonFile, RefusesOverridesOfAnotherForm) {
  EXPECT_THAT(
      errors_of(with_entries(R"({"machine": "a", "set": ["clock_mhz=1"]})"), comparison_from),
      ElementsAre("m.json: /entries/0/set: expected /pointer=value, got \"clock_mhz=1\""));
}

TEST(ComparisonFile, RefusesABatchOfNothingAndUnknownKeys) {
  EXPECT_THAT(
      errors_of(with_entries(R"({"machine": "a", "batch": 0, "formt": 1})"), comparison_from),
      SizeIs(2));
  EXPECT_THAT(errors_of(with_entries(R"({"machine": "a"})"), comparison_from), IsEmpty());
}

}  // namespace
}  // namespace nzsim::compare
