#include <filesystem>
#include <string>
#include <vector>

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
using testing::Not;
using testing::StartsWith;
using Json = nlohmann::json;

constexpr const char* kLayer = "workloads/networks/lenet-300-100-pruned.json";

/// Files of the source tree by their place in it.
std::string source_file(const std::string& relative) {
  return std::string(NZSIM_SOURCE_DIR) + "/" + relative;
}

/// One line of bad usage and what its single error line says.
struct BadUsage {
  std::vector<std::string> arguments;
  std::string error;
};

/// A report without the only part that may differ between equal runs, nor the mode's name.
Json comparable(const std::string& report) {
  Json json = Json::parse(report);
  json["totals"].erase("host_seconds");
  json.erase("mode");
  return json;
}

TEST(CommandLine, PrintsItsVersion) {
  const test::CommandResult result = run_nzsim({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output, std::string("nzsim ") + NZSIM_VERSION + "\n");
  EXPECT_EQ(result.errors, "");
}

TEST(CommandLine, ExplainsEveryCommandWithAnExample) {
  const test::CommandResult all = run_nzsim({"--help"});
  EXPECT_EQ(all.exit_code, 0);
  for (const std::string command : {"run", "memory", "report", "sweep", "compare", "reproduce",
                                    "baseline", "list", "validate", "schema", "import"}) {
    EXPECT_THAT(all.output, HasSubstr("\n  " + command + " "));
    const test::CommandResult help = run_nzsim({command, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_THAT(help.output, AllOf(StartsWith("usage: nzsim " + command),
                                   HasSubstr("\nexample:\n  nzsim " + command + " ")));
    EXPECT_EQ(help.errors, "");
  }
}

TEST(CommandLine, ExplainsItselfOnStandardErrorWhenNothingIsAsked) {
  const test::CommandResult result = run_nzsim({});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.output, "");
  EXPECT_THAT(result.errors, StartsWith("usage: nzsim COMMAND"));
}

class BadCommandLine : public testing::TestWithParam<BadUsage> {};

TEST_P(BadCommandLine, EndsWithOneErrorLineAndExitCodeTwo) {
  const test::TemporaryDirectory directory;
  const test::CommandResult result = run_nzsim(GetParam().arguments, directory.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.output, "");
  EXPECT_THAT(result.errors, StartsWith(GetParam().error));
  EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

INSTANTIATE_TEST_SUITE_P(
    CommandLine, BadCommandLine,
    testing::Values(
        BadUsage{{"rnu"}, "nzsim: expected one of run, memory, report, "},
        BadUsage{{"run"}, "nzsim run: expected MACHINE, got nothing"},
        BadUsage{{"run", "ideal"}, "nzsim run: expected WORKLOAD, got nothing"},
        BadUsage{{"run", "", "alex-7"}, "nzsim run: expected MACHINE, got an empty word"},
        BadUsage{{"run", "ideal", "alex-7", "x"}, "nzsim run: expected at most 2 arguments"},
        BadUsage{{"run", "ideal", "alex-7", "--sed", "1"},
                 "nzsim run: expected an option of this command, got \"--sed\"; did you mean"},
        BadUsage{{"run", "ideal", "alex-7", "--see", "1"},
                 "nzsim run: expected an option of this command, got \"--see\""},
        BadUsage{{"run", "ideal", "alex-7", "-x"},
                 "nzsim run: expected an option of this command, got \"-x\""},
        BadUsage{{"run", "ideal", "alex-7", "--seed"}, "--seed: expected a value, got nothing"},
        BadUsage{{"run", "ideal", "alex-7", "--seed", "-1"},
                 "--seed: expected an integer in [0, 18446744073709551615], got \"-1\""},
        BadUsage{{"run", "ideal", "alex-7", "--seed", "1", "--seed", "2"},
                 "--seed: expected one value, got several"},
        BadUsage{{"run", "ideal", "alex-7", "--seed", "99999999999999999999"},
                 "--seed: expected an integer in"},
        BadUsage{{"run", "ideal", "alex-7", "--batch", "0"},
                 "--batch: expected an integer in [1, 1000000], got \"0\""},
        BadUsage{{"run", "ideal", "alex-7", "--json=1"}, "--json: expected no value, got one"},
        BadUsage{{"run", "ideal", "alex-7", "--out", ""}, "--out: expected DIR, got \"\""},
        BadUsage{{"run", "ideal", "alex-7", "--out", "/dev/null"},
                 "--out: expected a directory, got the file /dev/null"},
        BadUsage{{"run", "ideal", "alex-7", "--mode", "fats"},
                 "--mode: expected one of fast, reference, got \"fats\"; did you mean \"fast\"?"},
        BadUsage{{"run", "ideal", "alex-7", "--layers", "a,,b"},
                 "--layers: expected names separated by commas, got \"a,,b\""},
        BadUsage{{"run", "ideal", "alex-7", "--set", "clock"},
                 "--set: expected /pointer=value, got \"clock\""},
        BadUsage{{"run", "ideal", "alex-7", "--set", "/clock_mhz=0"},
                 "--set: /clock_mhz: expected a number in"},
        BadUsage{{"run", "ideal", "alex-7", "--set", "/memory/extends=hbm2-200"},
                 "--set: /memory/extends: expected the name of a memory or the path of its file, "
                 "got \"hbm2-200\"; did you mean \"hbm2-2000\"?; names: "},
        BadUsage{{"run", "ideal", "alex-7", "--set", "/byte_per_cycle=1", "--out", "here"},
                 "--set: /byte_per_cycle: "},
        BadUsage{{"run", "ideel", "alex-7"},
                 "ideel: expected the file or name of a machine, got neither; did you mean "
                 "\"ideal\"?; names: "},
        BadUsage{{"run", "./ideal.json", "alex-7"}, "./ideal.json: expected the file or name"},
        BadUsage{{"run", "ideal", "alex7"},
                 "alex7: expected the file or name of a network, got neither; did you mean"},
        BadUsage{{"run", "eie", "vgg-6", "--out", "here", "--cache", "there"},
                 source_file("workloads/networks/vgg-6.json: /layers/0: expected at most 16384")},
        BadUsage{{"report", "out", "--plain"}, "--plain: expected --format html, got text"},
        BadUsage{{"compare"}, "nzsim compare: expected COMPARISON, got nothing"},
        BadUsage{{"compare", "eie-fc-layer", "--out", "here"},
                 "eie-fc-layer: expected the file or name of a comparison, got neither; did you "
                 "mean \"eie-fc-layers\"?"},
        BadUsage{{"report", "nowhere"}, "nowhere: expected a file, got nothing there"},
        BadUsage{{"list", "machine"}, "nzsim list: expected one of machines, "},
        BadUsage{{"schema", "machin"}, "nzsim schema: expected one of machine, "},
        BadUsage{{"validate", source_file("CMakePresets.json")},
                 source_file("CMakePresets.json: expected a machine (model), ")},
        BadUsage{{"validate", source_file("CMakeLists.txt")}, source_file("CMakeLists.txt: ")},
        BadUsage{{"import", "x.smtx"}, "nzsim import: expected --out DIR, got nothing"},
        BadUsage{{"import", "x.smtx", "--out", "here"}, "x.smtx: "},
        BadUsage{{"import", "x.txt", "--out", "here"}, "x.txt: "}));

TEST(RunCommand, WritesReportAndConfigIntoANewDirectory) {
  const test::TemporaryDirectory directory;
  const test::CommandResult result = run_nzsim(
      {"run", "eie-4pe-teaching", "lenet-300-100-pruned", "--out", "a/b"}, directory.path());
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(result.errors, "");
  EXPECT_THAT(result.output, AllOf(HasSubstr("eie-4pe-teaching"), HasSubstr("ip3")));
  const Json report = Json::parse(read_file(directory.path() / "a/b/report.json"));
  EXPECT_EQ(report["layers"].size(), 3U);
  EXPECT_EQ(report["layers"][0]["values"]["matches"], true);
  const Json config = Json::parse(read_file(directory.path() / "a/b/config.json"));
  EXPECT_EQ(config["machine"]["pe_count"], 4);
  EXPECT_EQ(config["workload"]["layers"][1]["batch"], 1);
}

TEST(RunCommand, PrintsTheReportAloneAsJson) {
  const test::CommandResult result = run_nzsim({"run", "ideal", "alex-7", "--json"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.errors, "");
  EXPECT_EQ(Json::parse(result.output)["machine"], "ideal");
}

TEST(RunCommand, ReportsTheSameInBothModesAndFromTheCache) {
  const test::TemporaryDirectory directory;
  const std::string cache = directory.path() / "cache";
  const std::vector<std::string> run = {"run", "eie-4pe-teaching", "lenet-300-100-pruned",
                                        "--json"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), run.begin(), run.end());
    return run_nzsim(more);
  };
  const test::CommandResult fast = with({"--cache", cache});
  ASSERT_EQ(fast.exit_code, 0) << fast.errors;
  const test::CommandResult cached = with({"--cache", cache});
  const test::CommandResult reference = with({"--mode", "reference"});
  ASSERT_EQ(reference.exit_code, 0) << reference.errors;
  EXPECT_EQ(comparable(fast.output), comparable(cached.output));
  EXPECT_EQ(comparable(fast.output), comparable(reference.output));
  EXPECT_EQ(Json::parse(reference.output)["mode"], "reference");
  EXPECT_EQ(reference.errors, "");
}

TEST(RunCommand, ReportsPesOverTimeWhereItIsAskedTo) {
  const auto run = [](std::vector<std::string> more) {
    std::vector<std::string> words{"run", "eie-4pe-teaching", "lenet-300-100-pruned", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return run_nzsim(words);
  };
  const test::CommandResult fast = run({"--timeline"});
  ASSERT_EQ(fast.exit_code, 0) << fast.errors;
  EXPECT_EQ(comparable(fast.output), comparable(run({"--timeline", "--mode", "reference"}).output));
  Json report = Json::parse(fast.output);
  EXPECT_EQ(report["layers"][0]["timeline"]["per_pe"].size(), 4U);
  for (Json& layer : report["layers"]) layer.erase("timeline");
  report["totals"].erase("host_seconds");
  Json without = Json::parse(run({}).output);
  without["totals"].erase("host_seconds");
  EXPECT_EQ(report, without);
}

TEST(RunCommand, NamesTheMachinesWithTimelinesWhereOneHasNone) {
  const test::CommandResult result = run_nzsim({"run", "tpu-v1", "lenet-5", "--timeline"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.output, "");
  EXPECT_THAT(result.errors,
              AllOf(HasSubstr("--timeline: expected a machine of a model that records PEs over "
                              "time, as of eie"),
                    HasSubstr("eie-64pe-dram"), HasSubstr("got one of \"systolic\"")));
  EXPECT_THAT(result.errors, ::testing::Not(HasSubstr("tpu")));
}

TEST(RunCommand, ReportsTheSameOfBfloat16InBothModes) {
  const auto with_mode = [](const std::string& mode) {
    return run_nzsim({"run", "tpu-v2-mxu", "lenet-5", "--mode", mode, "--json"});
  };
  const test::CommandResult fast = with_mode("fast");
  const test::CommandResult reference = with_mode("reference");
  ASSERT_EQ(reference.exit_code, 0) << reference.errors;
  EXPECT_EQ(comparable(fast.output), comparable(reference.output));
  EXPECT_EQ(reference.errors, "");
}

TEST(RunCommand, TakesOverridesSeedBatchAndLayers) {
  const test::CommandResult result =
      run_nzsim({"run", "ideal", "lenet-300-100-pruned", "--layers", "ip1", "--batch", "2",
                 "--seed", "5", "--set", "/clock_mhz=100", "--no-values", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const Json report = Json::parse(result.output);
  EXPECT_EQ(report["clock_hz"], 100e6);
  EXPECT_EQ(report["seed"], 5);
  ASSERT_EQ(report["layers"].size(), 1U);
  EXPECT_EQ(report["layers"][0]["dense_operations"], 2 * 2 * 784 * 300);
  EXPECT_EQ(report["layers"][0]["values"]["checked"], false);
}

TEST(RunCommand, NeverBeatsTheIdealMachine) {
  const auto cycles = [](const std::string& machine) {
    const Json report = Json::parse(run_nzsim({"run", machine, "alex-7", "--json"}).output);
    return report["totals"]["cycles"].get<std::uint64_t>();
  };
  EXPECT_GT(cycles("eie-64pe"), cycles("ideal"));
}

TEST(RunCommand, ReportsEveryErrorOfAFileOnALineOfItsOwn) {
  const test::TemporaryDirectory directory;
  write_file(directory.path() / "bad.json",
             R"({"name": "bad", "model": "ideal", "clock_mhz": 0, "energy": {"name": "e",
                 "node_nm": 45, "source": "test", "entries": []}, "bytes_per_cycle": "x"})");
  const test::CommandResult result =
      run_nzsim({"run", "bad.json", "alex-7", "--out", "here"}, directory.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, HasSubstr("bad.json: /clock_mhz: expected a number in [0.001, "));
  EXPECT_THAT(result.errors, HasSubstr("\nbad.json: /bytes_per_cycle: expected "));
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "here"));
}

TEST(RunCommand, FailsWhereStandardOutputCannotBeWritten) {
  const std::string command =
      std::string(NZSIM_BINARY) + " run ideal alex-7 >/dev/full 2>/dev/null";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 1);
}

TEST(ReportCommand, RendersWhatRunPrinted) {
  const test::TemporaryDirectory directory;
  const test::CommandResult run =
      run_nzsim({"run", "ideal", "alex-7", "--out", "out"}, directory.path());
  const test::CommandResult text = run_nzsim({"report", "out"}, directory.path());
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_EQ(text.output, run.output);
  const test::CommandResult csv =
      run_nzsim({"report", "out/report.json", "--format", "csv"}, directory.path());
  EXPECT_EQ(csv.exit_code, 0);
  EXPECT_THAT(csv.output, HasSubstr("alex-7"));
  EXPECT_NE(csv.output, text.output);
}

TEST(ReportCommand, RefusesAFileThatIsNoReport) {
  const test::TemporaryDirectory directory;
  write_file(directory.path() / "report.json", "{}");
  const test::CommandResult result = run_nzsim({"report", "."}, directory.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, HasSubstr("report.json"));
}

TEST(ReportCommand, WritesAPageBesideTheReportAndPrintsItsPath) {
  const test::TemporaryDirectory directory;
  ASSERT_EQ(run_nzsim({"run", "ideal", "alex-7", "--out", "out"}, directory.path()).exit_code, 0);
  const test::CommandResult result =
      run_nzsim({"report", "out", "--format", "html", "--plain"}, directory.path());
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output, "out/report.html\n");
  const std::string page = read_file(directory.path() / "out/report.html");
  EXPECT_THAT(page, StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(page, HasSubstr("<h1>alex-7 <span>on</span> ideal</h1>"));
  // The resolved config lies beside the report.
  EXPECT_THAT(page, HasSubstr("Resolved config"));
  EXPECT_THAT(page, Not(HasSubstr("Apache ECharts")));
}

TEST(ReportCommand, WritesAScriptAndDataForGnuplot) {
  const test::TemporaryDirectory directory;
  ASSERT_EQ(run_nzsim({"run", "ideal", "alex-7", "--out", "out"}, directory.path()).exit_code, 0);
  const test::CommandResult result =
      run_nzsim({"report", "out", "--format", "gnuplot"}, directory.path());
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output, "out/report.gp\n");
  EXPECT_THAT(read_file(directory.path() / "out/report.gp"), HasSubstr("'report.dat' index 0"));
  EXPECT_THAT(read_file(directory.path() / "out/report.dat"), HasSubstr("\"alex-7\""));
}

TEST(ReportCommand, WritesNoPageOfADamagedReport) {
  const test::TemporaryDirectory directory;
  write_file(directory.path() / "report.json", "{\"schema\": ");
  const test::CommandResult result =
      run_nzsim({"report", ".", "--format", "html"}, directory.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.errors, "./report.json: byte 12: expected JSON, got a syntax error\n");
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "report.html"));
}

TEST(ReportCommand, WritesNoPageBesideADamagedConfig) {
  const test::TemporaryDirectory directory;
  ASSERT_EQ(run_nzsim({"run", "ideal", "alex-7", "--out", "out"}, directory.path()).exit_code, 0);
  write_file(directory.path() / "out/config.json", "[");
  const test::CommandResult result =
      run_nzsim({"report", "out", "--format", "html"}, directory.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.errors, "out/config.json: expected JSON, got a syntax error\n");
}

TEST(ListCommand, NamesEveryShippedMachineWithADescription) {
  const test::CommandResult result = run_nzsim({"list", "machines", "--json"});
  ASSERT_EQ(result.exit_code, 0);
  const Json machines = Json::parse(result.output);
  std::vector<std::string> names;
  for (const Json& machine : machines) {
    names.push_back(machine["name"]);
    EXPECT_NE(machine["description"], "") << machine;
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"eie", "eie-64pe", "eie-64pe-vgg6", "ideal"}));
}

TEST(ListCommand, ListsEachKind) {
  for (const std::string kind : {"machines", "memories", "platforms", "networks", "published"}) {
    EXPECT_EQ(run_nzsim({"list", kind}).exit_code, 0) << kind;
  }
  EXPECT_THAT(run_nzsim({"list", "networks"}).output, HasSubstr("alex-7"));
  EXPECT_THAT(run_nzsim({"list", "published"}).output, HasSubstr("eie-table4"));
  EXPECT_THAT(run_nzsim({"list", "memories"}).output, HasSubstr("ddr4-2400 "));
  EXPECT_THAT(run_nzsim({"list", "platforms"}).output, HasSubstr("titan-x-maxwell "));
}

TEST(ValidateCommand, AcceptsEveryShippedFile) {
  for (const std::string folder : {"configs/machines", "configs/energy", "configs/memory",
                                   "configs/platforms", "workloads/networks"}) {
    for (const auto& entry : std::filesystem::directory_iterator(source_file(folder))) {
      const test::CommandResult result = run_nzsim({"validate", entry.path().string()});
      EXPECT_EQ(result.exit_code, 0) << result.errors;
      EXPECT_THAT(result.output, HasSubstr(": valid "));
    }
  }
}

TEST(ValidateCommand, SaysWhatAMemoryIs) {
  // 2 pseudo-channels x 64 bits x 2 Gb/s = 32 GB/s; 8 Gb.
  EXPECT_THAT(run_nzsim({"validate", source_file("configs/memory/hbm2-2000.json")}).output,
              HasSubstr(": valid memory hbm2-2000, 32.0 GB/s, 1024 MiB\n"));
}

TEST(ValidateCommand, SaysWhetherAPlatformIsMeasured) {
  EXPECT_THAT(run_nzsim({"validate", source_file("configs/platforms/tegra-k1.json")}).output,
              HasSubstr(": valid platform tegra-k1, mobile_gpu, calibrated\n"));
  EXPECT_THAT(run_nzsim({"validate", source_file("configs/platforms/h100.json")}).output,
              HasSubstr("platform h100, gpu, roofline bound, not measured\n"));
  EXPECT_THAT(run_nzsim({"validate", source_file("configs/platforms/truenorth.json")}).output,
              HasSubstr("platform truenorth, asic, no roofline"));
}

TEST(ValidateCommand, SaysHowManyPointsASweepHas) {
  // Depths 1 to 256 by powers of two for each of nine layers.
  EXPECT_THAT(run_nzsim({"validate", source_file("configs/sweeps/eie-queue-depth.json")}).output,
              HasSubstr(": valid sweep eie-queue-depth, 81 points of 9 workloads, 0 left out; axis "
                        "/activation_queue_depth of 9 values; beside eie-fig8 load_balance\n"));
}

TEST(ValidateCommand, TakesTheKindThatIsNamed) {
  const test::CommandResult result =
      run_nzsim({"validate", source_file(kLayer), "--kind", "machine"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, HasSubstr("/clock_mhz"));
}

TEST(SchemaCommand, PrintsWhatIsCommitted) {
  for (const std::string kind :
       {"machine", "network", "energy", "memory", "platform", "comparison", "sweep", "report"}) {
    const test::CommandResult result = run_nzsim({"schema", kind});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.output, read_file(source_file("configs/schema/" + kind + ".schema.json")))
        << "nzsim schema " << kind << " > configs/schema/" << kind << ".schema.json";
  }
}

TEST(ImportCommand, MakesANetworkThatRuns) {
  const test::TemporaryDirectory directory;
  // 3 x 4 with non-zeros at (0,1), (0,3), (2,0).
  write_file(directory.path() / "tiny.smtx", "3, 4, 3\n0 2 2 3\n1 3 0\n");
  const test::CommandResult import = run_nzsim(
      {"import", "tiny.smtx", "--out", "tiny", "--activation-density", "0.9"}, directory.path());
  ASSERT_EQ(import.exit_code, 0) << import.errors;
  EXPECT_THAT(import.output, HasSubstr("tiny: 3 x 4, 3 non-zeros (25.00 %)"));
  const test::CommandResult run =
      run_nzsim({"run", "eie-4pe-teaching", "tiny/tiny.json", "--json"}, directory.path());
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(Json::parse(run.output)["layers"][0]["values"]["matches"], true);
}

TEST(Run, StreamsALayerThatTheSramsDoNotHold) {
  EXPECT_EQ(run_nzsim({"run", "eie-64pe", "vgg-6", "--json"}).exit_code, 2);
  const test::CommandResult result = run_nzsim({"run", "eie-64pe-dram", "vgg-6", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const Json layer = Json::parse(result.output)["layers"][0];
  EXPECT_TRUE(layer["values"]["matches"]);
  EXPECT_EQ(layer["bottleneck"], "dram");
  EXPECT_EQ(layer["dram_bytes"], layer["details"]["streamed_bytes"]["value"]);
  EXPECT_EQ(Json::parse(result.output)["roofline"]["memory"], "dram");
  EXPECT_EQ(Json::parse(result.output)["roofline"]["bound"], "memory");
}

TEST(Run, CostsWhatTheDocumentationSaysWhereAlex7ComesFromDram) {
  const test::CommandResult result =
      run_nzsim({"run", "eie-64pe-dram", "alex-7", "--set", "/matrix_streaming=always", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const Json report = Json::parse(result.output);
  EXPECT_EQ(report["totals"]["cycles"], 161'132);
  EXPECT_EQ(report["totals"]["dram_bytes"], 2'325'696);
  EXPECT_EQ(report["statistics"]["eie.matrix_wait_cycles"]["value"], 150'949);
  EXPECT_NEAR(report["totals"]["energy_joules"].get<double>(), 521.1e-6, 0.05e-6);
  EXPECT_EQ(report["roofline"]["memory"], "dram");
  EXPECT_EQ(report["roofline"]["bound"], "memory");
}

TEST(ImportCommand, MakesATopologyANetworkThatRuns) {
  const test::TemporaryDirectory directory;
  write_file(directory.path() / "gemms.csv", "Layer, M, N, K,\nfirst, 3, 8, 4,\nfirst, 1, 4, 9,\n");
  const test::CommandResult import =
      run_nzsim({"import", "gemms.csv", "--out", "gemms"}, directory.path());
  ASSERT_EQ(import.exit_code, 0) << import.errors;
  EXPECT_THAT(import.output, HasSubstr("note: gemms.csv: 2 GEMMs; "));
  const test::CommandResult run =
      run_nzsim({"run", "ideal", "gemms/gemms.json", "--json"}, directory.path());
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const Json report = Json::parse(run.output);
  // 2 operations per multiply-accumulate: 3 x 8 x 4 and 1 x 4 x 9.
  EXPECT_EQ(report["layers"][0]["dense_operations"], 2 * 96);
  EXPECT_EQ(report["layers"][1]["dense_operations"], 2 * 36);
  EXPECT_EQ(report["layers"][1]["name"], "first_2");
  EXPECT_EQ(report["layers"][1]["values"]["matches"], true);
}

}  // namespace
}  // namespace nzsim
