#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/report/report.h"
#include "tests/support/sample_run.h"

namespace nzsim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

std::string text_of_sample() {
  return render_report(SampleRun().json(), "report.json", ReportFormat::text);
}

/// The error of rendering `json`, or "rendered".
std::string error_of(const std::string& json) {
  try {
    (void)render_report(json, "r.json", ReportFormat::text);
    (void)render_report(json, "r.json", ReportFormat::csv);
  } catch (const InputError& error) {
    return error.what();
  }
  return "rendered";
}

/// The sample with the value at `pointer` replaced.
std::string sample_with(const std::string& pointer, const nlohmann::json& value) {
  nlohmann::json report = nlohmann::json::parse(SampleRun().json());
  report[nlohmann::json::json_pointer(pointer)] = value;
  return report.dump();
}

/// Fields of RFC 4180 text, record by record.
std::vector<std::vector<std::string>> parse_csv(std::string_view text) {
  std::vector<std::vector<std::string>> records(1, std::vector<std::string>(1));
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string& field = records.back().back();
    if (is_quoted) {
      if (text[i] != '"') {
        field += text[i];
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        field += text[++i];
      } else {
        is_quoted = false;
      }
    } else if (text[i] == '"') {
      is_quoted = true;
    } else if (text[i] == ',') {
      records.back().emplace_back();
    } else if (text.substr(i, 2) == "\r\n") {
      records.emplace_back(1);
      ++i;
    } else {
      field += text[i];
    }
  }
  records.pop_back();
  return records;
}

std::vector<std::vector<std::string>> csv_of_sample(const SampleRun& run) {
  return parse_csv(render_report(run.json(), "report.json", ReportFormat::csv));
}

TEST(ReportText, StatesMachineWorkloadModeAndClock) {
  const std::string text = text_of_sample();
  EXPECT_THAT(text, HasSubstr("machine   sample  (A made-up machine)\n"));
  EXPECT_THAT(text, HasSubstr("workload  two layers  (A made-up network)\n"));
  EXPECT_THAT(text, HasSubstr("mode      fast\n"));
  EXPECT_THAT(text, HasSubstr("clock     1000 MHz\n"));
}

TEST(ReportText, HasARowPerLayerAndATotal) {
  const std::string text = text_of_sample();
  // 1,000 cycles of 1 ns; 75 % use and balance; 3 effective operations per cycle; 8 nJ; 8 mW.
  EXPECT_THAT(text, HasSubstr("first   fully_connected   1,000  1.000  75.0     75.0  3.000  30.00"
                              "  0.008000  0.008000  load_imbalance  ok\n"));
  EXPECT_THAT(text, HasSubstr("pool    pooling               0      0   0.0"));
  EXPECT_THAT(text, HasSubstr("total                     4,000  4.000  75.0"));
}

TEST(ReportText, SaysWhereValuesDiffer) {
  SampleRun run;
  run.result.layers[1].values.matches = false;
  EXPECT_THAT(text_of_sample(), Not(HasSubstr("MISMATCH")));
  EXPECT_THAT(render_report(run.json(), "report.json", ReportFormat::text), HasSubstr("MISMATCH"));
}

TEST(ReportText, StatesTheEnergyPerMultiplyAccumulate) {
  // 8 nJ over 1,500 effective and 15,000 dense ones.
  EXPECT_THAT(text_of_sample(), HasSubstr("energy per multiply-accumulate  pJ                     "
                                          "5.333"));
  EXPECT_THAT(text_of_sample(), HasSubstr("energy per dense one            pJ                    "
                                          "0.5333"));
}

TEST(ReportText, SplitsTheEnergyByModule) {
  // 8 nJ and 24 nJ over 4 us.
  EXPECT_THAT(text_of_sample(), HasSubstr("Memory  0.008000  0.02400  0.03200  100.0  8.000 "));
}

TEST(ReportText, StatesTheEnergyOfEachMultiplyAccumulateWhereThereIsDram) {
  // 32 nJ over 6,000 multiply-accumulates.
  EXPECT_THAT(text_of_sample(), HasSubstr("8.000     5.333\n"));
  EXPECT_THAT(render_report(sample_with("/totals/dram_bytes", 0), "r.json", ReportFormat::text),
              Not(HasSubstr("each MAC")));
}

TEST(ReportText, NamesTheRooflinesUnits) {
  EXPECT_THAT(
      text_of_sample(),
      HasSubstr("0.7500 operations/byte of weight_sram: compute bound (ridge at 0.5000 "
                "operations/byte)\n  3.000 of 4.000 GOP/s reached (75.0 %), 8.000 GB/s peak\n"));
}

TEST(ReportText, ListsEveryConstantWithUnitNodeProvenanceAndSource) {
  const std::string text = text_of_sample();
  EXPECT_THAT(text, HasSubstr("Energy constants (sample-45nm, 45 nm)"));
  // The area's source is the first, and the leakage has the same.
  EXPECT_THAT(text, HasSubstr("weight_sram  read               2.000  pJ    published   [2]\n"));
  EXPECT_THAT(text, HasSubstr("weight_sram  leakage_and_clock  3.000  mW    calibrated  [1]\n"));
  EXPECT_THAT(text, HasSubstr("Sources of sample-45nm: A made-up table\n"
                              "   [1] Table 2\n"
                              "   [2] Table 1, \"SRAM\"\n"));
}

TEST(ReportText, ShowsNoControlCharactersOfAFile) {
  const std::string text =
      render_report(sample_with("/machine", "x\x1b[2Jy"), "report.json", ReportFormat::text);
  EXPECT_THAT(text, HasSubstr("machine   x?[2Jy"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(ReportCsv, HasAHeaderWithUnitsAndARowPerLayer) {
  const SampleRun run;
  const auto records = csv_of_sample(run);
  ASSERT_EQ(records.size(), 4U);
  EXPECT_THAT(
      records[0],
      ElementsAre("machine", "workload", "mode", "layer", "type", "cycles", "seconds", "operations",
                  "dense_operations", "dram_bytes", "energy_joules", "average_power_watts",
                  "picojoules_per_multiply_accumulate", "picojoules_per_dense_multiply_accumulate",
                  "utilization", "bottleneck", "operational_intensity [operations/byte]",
                  "attained_operations_per_second", "values_checked", "values_match",
                  "values_sha256", "values_rms_error", "load_balance [ratio]",
                  "non_zeros [entries]", "accumulator"));
  EXPECT_THAT(
      records[1],
      ElementsAre("sample", "two layers", "fast", "first", "fully_connected", "1000", "1e-06",
                  "3000", "30000", "7", "8e-09", MatchesRegex("0\\.008.*"), MatchesRegex("5.333.*"),
                  MatchesRegex("0.5333.*"), "0.75", "load_imbalance", "0.75",
                  MatchesRegex("3000000000(\\.0)?"), "true", "true", std::string(64, 'a'), "0.125",
                  "0.75", "12345", "saturating, 16 bits"));
}

TEST(ReportCsv, LeavesEmptyWhatALayerLacks) {
  const SampleRun run;
  const auto records = csv_of_sample(run);
  ASSERT_EQ(records[3].size(), records[0].size());
  EXPECT_EQ(records[3][3], "pool");
  EXPECT_EQ(records[3][16], "");
  EXPECT_EQ(records[3][22], "");
}

TEST(ReportCsv, QuotesFieldsByRfc4180) {
  SampleRun run;
  run.result.layers[0].name = "a,\"b\"\r\nc";
  EXPECT_THAT(render_report(run.json(), "report.json", ReportFormat::csv),
              HasSubstr(",\"a,\"\"b\"\"\r\nc\","));
  EXPECT_EQ(csv_of_sample(run)[1][3], "a,\"b\"\r\nc");
}

TEST(RenderReport, RefusesWhatIsNoJson) {
  EXPECT_EQ(error_of("{\"schema\": "), "r.json: byte 12: expected JSON, got a syntax error");
  EXPECT_EQ(error_of(""), "r.json: byte 1: expected JSON, got a syntax error");
  EXPECT_THAT(error_of("{\"schema\": 1e999}"), HasSubstr("expected numbers that fit a double"));
}

TEST(RenderReport, RefusesOtherSchemas) {
  EXPECT_EQ(error_of("[]"), "r.json: expected an object, got array");
  EXPECT_EQ(error_of("{}"), "r.json: expected a member \"schema\", got none");
  EXPECT_EQ(error_of("{\"schema\": \"nzsim-report-2\"}"),
            "r.json: /schema: expected \"nzsim-report-1\", got \"nzsim-report-2\"");
}

TEST(RenderReport, NamesThePlaceOfAWrongValue) {
  EXPECT_EQ(error_of(sample_with("/layers/1/cycles", -1)),
            "r.json: /layers/1/cycles: expected an integer of at least 0, got -1");
  EXPECT_EQ(error_of(sample_with("/layers/0/name", 5)),
            "r.json: /layers/0/name: expected a string, got 5");
  EXPECT_EQ(error_of(sample_with("/clock_hz", 0)),
            "r.json: /clock_hz: expected a number above 0, got 0");
  EXPECT_EQ(error_of(sample_with("/roofline/bound", "disk")),
            "r.json: /roofline/bound: expected \"compute\" or \"memory\", got \"disk\"");
  EXPECT_EQ(error_of(sample_with("/layers", nullptr)),
            "r.json: /layers: expected an array, got null");
}

TEST(RenderReport, IgnoresMembersThatItDoesNotKnow) {
  EXPECT_EQ(error_of(sample_with("/extra", 1)), "rendered");
}

TEST(RenderReport, RefusesTextsThatWouldMultiply) {
  EXPECT_EQ(error_of(sample_with("/machine", std::string(4096, 'm'))), "rendered");
  EXPECT_EQ(error_of(sample_with("/machine", std::string(4097, 'm'))),
            "r.json: /machine: expected a string of at most 4096 bytes, got 4097");
}

TEST(RenderReport, RefusesMoreColumnsThanATableCanHave) {
  nlohmann::json details;
  for (int index = 0; index < 256; ++index) {
    details[fmt::format("d{}", index)] = {{"value", 1}, {"unit", ""}, {"description", ""}};
  }
  // The other layers have three more.
  EXPECT_THAT(error_of(sample_with("/layers/0/details", details)),
              HasSubstr("expected at most 256 different details"));
  nlohmann::json report = nlohmann::json::parse(SampleRun().json());
  report["layers"] = nlohmann::json::array({report["layers"][0]});
  report["layers"][0]["details"] = details;
  EXPECT_EQ(error_of(report.dump()), "rendered");
}

TEST(RenderReport, SurvivesDeepNesting) {
  EXPECT_EQ(error_of(std::string(1'000'000, '[')),
            "r.json: expected values of at most 64 levels, got more");
}

TEST(RenderReport, RendersOrRefusesEveryDamagedReport) {
  const std::string report = SampleRun().json();
  std::mt19937_64 random(1);
  int rendered = 0;
  int refused = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string damaged = report;
    for (std::uint64_t change = random() % 4 + 1; change > 0; --change) {
      const std::size_t place = random() % damaged.size();
      constexpr std::string_view kBytes = "0-9.eE{}[]\",:ntf\\\x01\xff";
      switch (random() % 4) {
        case 0:
          damaged[place] = kBytes[random() % kBytes.size()];
          break;
        case 1:
          damaged.erase(place, random() % 20 + 1);
          break;
        case 2:
          damaged.insert(place, damaged.substr(random() % damaged.size(), 30));
          break;
        default:
          damaged.resize(random() % 50 == 0 ? place + 1 : damaged.size());
          break;
      }
    }
    ++(error_of(damaged) == "rendered" ? rendered : refused);
  }
  EXPECT_GT(rendered, 0);
  EXPECT_GT(refused, 0);
}

TEST(RenderReport, RefusesOrRendersEveryValueOfAWrongType) {
  const nlohmann::json flat = nlohmann::json::parse(SampleRun().json()).flatten();
  const std::vector<nlohmann::json> wrong = {nullptr, true,    -1,         1e308,
                                             "",      "\x1b[", {{"a", 1}}, nlohmann::json::array()};
  for (const auto& [pointer, value] : flat.items()) {
    for (const nlohmann::json& replacement : wrong) {
      EXPECT_THAT(error_of(sample_with(pointer, replacement)),
                  MatchesRegex("rendered|r\\.json: /[^\n]*: expected [^\n]*, got [^\n]*"));
    }
  }
}

}  // namespace
}  // namespace nzsim
