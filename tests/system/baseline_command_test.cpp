#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "tests/support/command.h"
#include "tests/support/temporary_directory.h"
#include "tools/nzsim/baseline/blas.h"

namespace nzsim {
namespace {

using test::run_nzsim;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;
using Json = nlohmann::json;

/// Two fully connected layers, one after the other.
constexpr const char* kNetwork = R"({"name": "small", "source": "test", "layers": [
  {"name": "first", "type": "fully_connected", "inputs": 96, "outputs": 80, "activation": "relu",
   "weights": {"synthetic": {"density": 0.2}}, "activations": {"synthetic": {"density": 0.5}}},
  {"name": "second", "type": "fully_connected", "outputs": 40,
   "weights": {"synthetic": {"density": 0.5}}}]})";

class BaselineCommand : public testing::Test {
 protected:
  BaselineCommand() { write_file(directory_.path() / "small.json", kNetwork); }

  [[nodiscard]] test::CommandResult run(std::vector<std::string> more) const {
    std::vector<std::string> arguments = {"baseline",   "host",      "--networks",
                                          "small.json", "--seconds", "0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_nzsim(arguments, directory_.path());
  }

  test::TemporaryDirectory directory_;
};

TEST_F(BaselineCommand, WritesAPlatformThatComparisonsTake) {
  const test::CommandResult result = run({"--batch", "1,5", "--out", "here"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, AllOf(HasSubstr("small: second"), HasSubstr("csc_skipping")));
  const test::CommandResult valid =
      run_nzsim({"validate", "here/platform.json"}, directory_.path());
  EXPECT_EQ(valid.output, "here/platform.json: valid platform host, cpu, calibrated\n");
  write_file(directory_.path() / "c.json",
             R"({"name": "c", "description": "c", "source": "test",
                 "entries": [{"platform": "here/platform.json", "format": "csr_fp32", "label": "here"},
                             {"platform": "tegra-k1", "format": "csr_fp32"}],
                 "workloads": [{"network": "small.json", "batch": 1}],
                 "baseline": "tegra-k1 csr_fp32"})");
  const test::CommandResult comparison =
      run_nzsim({"compare", "c.json", "--no-values"}, directory_.path());
  EXPECT_EQ(comparison.exit_code, 0) << comparison.errors;
  EXPECT_THAT(comparison.output, ContainsRegex("here +1 .* calibrated"));
}

TEST_F(BaselineCommand, PrintsPointsAloneAsJson) {
  const test::CommandResult result =
      run({"--batch", "2,1", "--json", "--threads", "1", "--out", "here"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const Json json = Json::parse(result.output);
  EXPECT_EQ(read_file(directory_.path() / "here/points.json"), result.output);
  EXPECT_EQ(json["schema"], "nzsim.baseline/1");
  EXPECT_EQ(json["host"]["threads"], 1);
  EXPECT_GT(json["peaks"]["float32"]["gigaoperations_per_second"].get<double>(), 0.0);
  const auto count = [&](const std::string& kernel) {
    return std::count_if(json["points"].begin(), json["points"].end(),
                         [&](const Json& point) { return point["kernel"] == kernel; });
  };
  // Of two layers.
  EXPECT_EQ(count("csr_plain"), 2);
  EXPECT_EQ(count("csc_skipping"), 2);
  EXPECT_EQ(count("csr_batch"), 2);
}

TEST_F(BaselineCommand, MeasuresDenseLayersByTheInstalledBlas) {
  const std::optional<baseline::Blas> blas = baseline::Blas::find({}, 1);
  if (!blas) GTEST_SKIP() << "no BLAS is installed; tools/setup --with blas installs one";
  const std::string file = blas->description().file.string();
  const test::CommandResult result = run({"--blas", file, "--json", "--batch", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const Json json = Json::parse(result.output);
  EXPECT_EQ(json["blas"]["name"], blas->description().name);
  EXPECT_EQ(json["points"][0]["kernel"], "dense_blas");
  EXPECT_EQ(json["points"][0]["operations"], 2 * 96 * 80);
}

TEST_F(BaselineCommand, CalibratesNothingByWarmCaches) {
  const test::CommandResult result = run({"--caches", "warm", "--batch", "1", "--out", "here"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const test::CommandResult valid =
      run_nzsim({"validate", "here/platform.json"}, directory_.path());
  EXPECT_THAT(valid.output, HasSubstr("roofline bound, not measured"));
}

/// Bad usage, and what its single error line says.
struct BadBaselineUsage {
  std::vector<std::string> arguments;
  std::string error;
};

class BadBaselineCommand : public testing::TestWithParam<BadBaselineUsage> {};

TEST_P(BadBaselineCommand, EndsWithOneErrorLineAndExitCodeTwo) {
  const test::TemporaryDirectory directory;
  write_file(directory.path() / "text.so", "no library\n");
  write_file(directory.path() / "rows.json",
             R"({"name": "rows", "source": "test", "layers": [{"name": "a", "rows": 3,
                 "type": "fully_connected", "inputs": 4, "outputs": 4,
                 "weights": {"synthetic": {"density": 0.5}},
                 "activations": {"synthetic": {"density": 0.5}}}]})");
  write_file(directory.path() / "window.json",
             R"({"name": "window", "source": "test", "layers": [{"name": "a",
                 "type": "convolution", "input": {"channels": 1, "height": 4, "width": 4},
                 "output_channels": 1, "kernel": 3, "weights": {"synthetic": {"density": 0.5}},
                 "activations": {"synthetic": {"density": 0.5}}}]})");
  std::vector<std::string> arguments = GetParam().arguments;
  arguments.insert(arguments.begin(), "baseline");
  const test::CommandResult result = run_nzsim(arguments, directory.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.output, "");
  EXPECT_THAT(result.errors, StartsWith(GetParam().error));
  EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "out"));
}

INSTANTIATE_TEST_SUITE_P(
    CommandLine, BadBaselineCommand,
    testing::Values(
        BadBaselineUsage{{}, "nzsim baseline: expected host, got nothing"},
        BadBaselineUsage{{"cuda", "--out", "out"},
                         "nzsim baseline: expected host, the only kind that is measured, got "
                         "\"cuda\""},
        BadBaselineUsage{{"host", "--threads", "0"}, "--threads: expected an integer in [1, "},
        BadBaselineUsage{{"host", "--threads", "100000"}, "--threads: expected an integer in [1, "},
        BadBaselineUsage{{"host", "--seconds", "-1"}, "--seconds: expected a number in [0, 600]"},
        BadBaselineUsage{{"host", "--seconds", "nan"}, "--seconds: expected a number in [0, 600]"},
        BadBaselineUsage{{"host", "--batch", "1,0"}, "--batch: expected integers in [1, 4096]"},
        BadBaselineUsage{{"host", "--batch", "1,5000"}, "--batch: expected integers in [1, 4096]"},
        BadBaselineUsage{{"host", "--batch", "1,1"},
                         "--batch: expected each once, got \"1\" twice"},
        BadBaselineUsage{{"host", "--caches", "hot"}, "--caches: expected one of cold, warm"},
        BadBaselineUsage{{"host", "--networks", "alex-77"},
                         "alex-77: expected the file or name of a network, got neither"},
        BadBaselineUsage{{"host", "--networks", "nt-we,nt-we"}, "--networks: expected each once"},
        BadBaselineUsage{{"host", "--networks", "window.json", "--out", "out"},
                         "window.json: /layers/0/type: expected fully_connected, which baseline "
                         "measures, got convolution"},
        BadBaselineUsage{{"host", "--networks", "rows.json", "--out", "out"},
                         "rows.json: /layers/0/rows: expected 1, which baseline measures, got 3"},
        BadBaselineUsage{{"host", "--out", "text.so"}, "--out: expected a directory, got the file"},
        BadBaselineUsage{{"host", "--blas", "none.so", "--out", "out"},
                         "--blas: expected a shared library that can be loaded, got none.so"},
        BadBaselineUsage{{"host", "--blas", "text.so", "--out", "out"},
                         "--blas: expected a shared library that can be loaded, got text.so"},
        BadBaselineUsage{{"host", "--blas", "/lib/x86_64-linux-gnu/libm.so.6"},
                         "--blas: expected a"}));

}  // namespace
}  // namespace nzsim
