#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/support/command.h"
#include "tests/support/temporary_directory.h"

namespace nzsim {
namespace {

using test::run_nzsim;
using testing::AllOf;
using testing::HasSubstr;
using Json = nlohmann::json;

/// Writes a comparison with these entries, of which the first is the baseline, over one network.
void write_comparison(const std::filesystem::path& directory, const std::string& entries,
                      const std::string& baseline, const std::string& network = "alex-7") {
  write_file(directory / "c.json",
             R"({"name": "c", "description": "d", "source": "s", "entries": [)" + entries +
                 R"(], "workloads": [{"network": ")" + network + R"("}], "baseline": ")" +
                 baseline + "\"}");
}

/// The one error line of a comparison that is wrong.
std::string error_of(const std::string& entries, const std::string& network = "alex-7") {
  const test::TemporaryDirectory directory;
  write_comparison(directory.path(), entries, "a", network);
  const test::CommandResult result =
      run_nzsim({"compare", "c.json", "--out", "here"}, directory.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.output, "");
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "here"));
  return result.errors;
}

TEST(CompareCommand, PutsAMachineBesideAPlatform) {
  const test::TemporaryDirectory directory;
  write_comparison(directory.path(),
                   R"({"platform": "core-i7-5930k", "format": "dense_fp32", "label": "cpu"},
                      {"machine": "eie-64pe"},
                      {"machine": "eie-64pe", "set": ["/clock_mhz=400"], "label": "half"})",
                   "cpu");
  const test::CommandResult result =
      run_nzsim({"compare", "c.json", "--out", "a/b"}, directory.path());
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, AllOf(HasSubstr("SRAM"), HasSubstr("simulated on eie-64pe"),
                                   HasSubstr("calibrated"), HasSubstr("simulated")));
  const Json document = Json::parse(read_file(directory.path() / "a/b/comparison.json"));
  const Json& cells = document["workloads"][0]["results"];
  const Json run = Json::parse(run_nzsim({"run", "eie-64pe", "alex-7", "--json"}).output);
  EXPECT_EQ(cells[1]["seconds"], run["totals"]["seconds"]);
  EXPECT_EQ(cells[1]["energy_joules"], run["totals"]["energy_joules"]);
  EXPECT_DOUBLE_EQ(cells[1]["utilization"].get<double>(),
                   run["layers"][0]["utilization"].get<double>());
  EXPECT_EQ(cells[1]["roofline"]["operational_intensity_operations_per_byte"],
            run["roofline"]["operational_intensity"]);
  EXPECT_DOUBLE_EQ(cells[2]["seconds"].get<double>(), 2.0 * cells[1]["seconds"].get<double>());
  EXPECT_DOUBLE_EQ(cells[0]["seconds"].get<double>() / cells[1]["seconds"].get<double>(),
                   cells[1]["speed_up"].get<double>());
  EXPECT_EQ(cells[0]["roofline"]["weights_in"], "DRAM");
}

TEST(CompareCommand, EndsWithThePathOfItsPage) {
  const test::TemporaryDirectory directory;
  write_comparison(directory.path(), R"({"machine": "ideal"})", "ideal");
  const test::CommandResult result =
      run_nzsim({"compare", "c.json", "--no-values", "--out", "a"}, directory.path());
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, testing::EndsWith("\npage: a/comparison.html\n"));
  EXPECT_THAT(read_file(directory.path() / "a/comparison.html"),
              AllOf(testing::StartsWith("<!DOCTYPE html>"), HasSubstr("id=\"comparison-data\"")));
  EXPECT_THAT(run_nzsim({"compare", "c.json", "--plain"}, directory.path()).errors,
              HasSubstr("--plain: expected --out"));
}

TEST(CompareCommand, IsShownAgainByReportInEveryFormat) {
  const test::TemporaryDirectory directory;
  write_comparison(directory.path(), R"({"machine": "ideal"})", "ideal");
  const std::string text = run_nzsim({"compare", "c.json", "--no-values"}, directory.path()).output;
  (void)run_nzsim({"compare", "c.json", "--no-values", "--out", "a", "--json"}, directory.path());
  EXPECT_EQ(run_nzsim({"report", "a"}, directory.path()).output, text);
  EXPECT_THAT(run_nzsim({"report", "a", "--format", "csv"}, directory.path()).output,
              HasSubstr("\r\nalex-7,ideal,ideal,simulated,"));
  EXPECT_EQ(run_nzsim({"report", "a", "--format", "html", "--plain"}, directory.path()).output,
            "a/comparison.html\n");
  EXPECT_EQ(
      run_nzsim({"report", "a/comparison.json", "--format", "gnuplot"}, directory.path()).output,
      "a/comparison.gp\n");
  EXPECT_THAT(read_file(directory.path() / "a/comparison.dat"), HasSubstr("# Speed-up\n"));
}

TEST(CompareCommand, GivesWayToTheReportOfARunBesideIt) {
  const test::TemporaryDirectory directory;
  write_comparison(directory.path(), R"({"machine": "ideal"})", "ideal");
  (void)run_nzsim({"compare", "c.json", "--no-values", "--out", "a"}, directory.path());
  (void)run_nzsim({"run", "ideal", "alex-8", "--no-values", "--out", "a"}, directory.path());
  EXPECT_THAT(run_nzsim({"report", "a"}, directory.path()).output, HasSubstr("workload  alex-8"));
  EXPECT_THAT(run_nzsim({"report", "a/comparison.json"}, directory.path()).output,
              HasSubstr("baseline: ideal"));
}

TEST(CompareCommand, RefusesDocumentsOfAnotherSchema) {
  const test::TemporaryDirectory directory;
  write_file(directory.path() / "comparison.json", R"({"schema": "nzsim.comparison/1"})");
  const test::CommandResult result = run_nzsim({"report", "."}, directory.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, HasSubstr("comparison.json: /schema: expected \"nzsim.comparison/2\", "
                                       "got \"nzsim.comparison/1\""));
}

TEST(CompareCommand, PrintsTheDocumentAlone) {
  const test::TemporaryDirectory directory;
  write_comparison(directory.path(), R"({"machine": "ideal"})", "ideal");
  const test::CommandResult result =
      run_nzsim({"compare", "c.json", "--json", "--no-values"}, directory.path());
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(Json::parse(result.output)["geometric_means"][0]["speed_up"], 1.0);
}

TEST(CompareCommand, ShowsWhatDoesNotFitAsNotModelled) {
  const test::TemporaryDirectory directory;
  write_comparison(directory.path(),
                   R"({"machine": "ideal"}, {"machine": "eie-64pe"},
                      {"platform": "eyeriss", "format": "dense_int8"})",
                   "ideal", "vgg-6");
  const test::CommandResult result =
      run_nzsim({"compare", "c.json", "--json", "--no-values"}, directory.path());
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const Json cells = Json::parse(result.output)["workloads"][0]["results"];
  EXPECT_EQ(cells[0]["is_modelled"], true);
  EXPECT_THAT(cells[1]["reason"].get<std::string>(), HasSubstr("expected at most "));
  EXPECT_EQ(cells[2]["reason"], "the platform lacks a memory bandwidth");
}

TEST(CompareCommand, PointsAtUnknownNamesAndWrongOverrides) {
  EXPECT_THAT(error_of(R"({"machine": "ideel", "label": "a"})"),
              HasSubstr("c.json: /entries/0/machine: expected the file or name of a machine, got "
                        "\"ideel\"; did you mean \"ideal\"?; names: "));
  EXPECT_THAT(error_of(R"({"platform": "tegra-k2", "format": "csr_fp32", "label": "a"})"),
              HasSubstr("c.json: /entries/0/platform: expected the file or name of a platform, got "
                        "\"tegra-k2\"; did you mean \"tegra-k1\"?; names: "));
  EXPECT_THAT(error_of(R"({"machine": "ideal", "label": "a"})", "alex7"),
              HasSubstr("c.json: /workloads/0/network: expected the file or name of a network"));
  EXPECT_THAT(error_of(R"({"machine": "ideal", "set": ["/clock_mhz=0"], "label": "a"})"),
              HasSubstr("c.json: /entries/0/set: /clock_mhz: expected a number in"));
  EXPECT_THAT(error_of(R"({"machine": "ideal", "set": ["clock_mhz=1"], "label": "a"})"),
              HasSubstr("c.json: /entries/0/set: expected /pointer=value, got"));
}

TEST(CompareCommand, TakesPathsFromTheFile) {
  const test::TemporaryDirectory directory;
  write_file(directory.path() / "d/small.json",
             read_file(std::string(NZSIM_SOURCE_DIR) + "/workloads/networks/alex-8.json"));
  write_comparison(directory.path() / "d", R"({"machine": "ideal"})", "ideal", "./small.json");
  const test::CommandResult result =
      run_nzsim({"compare", "d/c.json", "--no-values"}, directory.path());
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("alex-8"));
}

TEST(CompareCommand, ShipsTwoComparisons) {
  EXPECT_THAT(run_nzsim({"list", "comparisons"}).output,
              AllOf(HasSubstr("eie-fc-layers "), HasSubstr("tpu-applications ")));
  EXPECT_THAT(run_nzsim({"validate", std::string(NZSIM_SOURCE_DIR) +
                                         "/configs/comparisons/tpu-applications.json"})
                  .output,
              HasSubstr(": valid comparison tpu-applications, 7 entries, 6 workloads\n"));
}

}  // namespace
}  // namespace nzsim
