#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tools/nzsim/reproduce/figures.h"

namespace nzsim::reproduce {
namespace {

constexpr const char* kMachine = "tpu-v1";
constexpr const char* kMeasuredRow = "TOPS row";
constexpr const char* kCounterRow = "by the counters";

/// Applications whose shapes follow closely enough from what is published, and the error of their
/// rates that the rules alone may have, in per cent. LSTM0: its operands are an assumption.
constexpr std::array kTenPercent{"MLP0", "MLP1", "CNN0"};
constexpr std::array kTwentyPercent{"LSTM0"};
constexpr std::array kDetermined{"MLP0", "MLP1", "LSTM0", "CNN0"};

/// One choice of what is not published of an application.
struct Variant {
  /// Column of the table.
  const char* name;
  const char* network;
  const char* operand_type;
};
constexpr std::array<Variant, 5> kLstm1{{{"8x8", "tpu-lstm1", "int8"},
                                         {"8x16", "tpu-lstm1", "int8x16"},
                                         {"16x16", "tpu-lstm1", "int16"},
                                         {"apart8", "tpu-lstm1-apart", "int8"},
                                         {"apart16", "tpu-lstm1-apart", "int8x16"}}};
constexpr std::array<Variant, 5> kCnn1{{{"modules", "tpu-cnn1", "int8"},
                                        {"shallow", "tpu-cnn1-shallow", "int8"},
                                        {"shal16", "tpu-cnn1-shallow", "int8x16"},
                                        {"deep", "tpu-cnn1-deep", "int8"},
                                        {"deep16", "tpu-cnn1-deep", "int8x16"}}};

const Machine& machine_of(Experiments& experiments, const std::string& operand_type,
                          std::uint64_t wait = 0) {
  return experiments.machine(kMachine, {{"/operand_type", operand_type},
                                        {"/synchronization_wait_cycles", std::to_string(wait)}});
}

/// The published rate: measured apart, or what the published useful share is of the run's peak.
std::optional<double> published_rate(const Published& published, const std::string& row,
                                     const std::string& application, const TpuRun& run) {
  if (row == kMeasuredRow) return published.table("tops").at(kMeasuredRow, application);
  const auto share = published.table("counters").at("useful MACs", application);
  if (!share) return {};
  return 1e-14 * *share * run.machine->accelerator->ceilings().operations_per_second;
}

/// A run and the column of a table in which it stands.
struct Column {
  std::string name;
  std::string application;
  const TpuRun* run;
};

ComparisonTable begin_table(const Published& published, const char* table, std::string name,
                            std::string title, const std::vector<Column>& columns) {
  ComparisonTable comparison{published.table(table), {}};
  comparison.published.name = std::move(name);
  comparison.published.title = std::move(title);
  comparison.published.columns.clear();
  for (const Column& column : columns) comparison.published.columns.push_back(column.name);
  return comparison;
}

ComparisonTable rates(const Published& published, std::string name, std::string title,
                      const std::vector<Column>& columns) {
  ComparisonTable table =
      begin_table(published, "tops", std::move(name), std::move(title), columns);
  for (const char* row : {kMeasuredRow, kCounterRow}) {
    for (const Column& column : columns) {
      table.cells.push_back({row, column.name,
                             published_rate(published, row, column.application, *column.run),
                             column.run->tera_operations_per_second()});
    }
  }
  return table;
}

ComparisonTable shares(const Published& published, std::string name, std::string title,
                       const std::vector<Column>& columns) {
  ComparisonTable table =
      begin_table(published, "counters", std::move(name), std::move(title), columns);
  const std::size_t rows = tpu_shares(*columns.front().run).size();
  for (std::size_t n = 0; n < rows; ++n) {
    for (const Column& column : columns) {
      const TpuShare share = tpu_shares(*column.run)[n];
      table.cells.push_back({share.row, column.name,
                             published.table("counters").at(share.row, column.application),
                             share.percent});
    }
  }
  return table;
}

/// The smallest wait with which the non-matrix share reaches the published one: an interval that
/// holds it is divided where a straight line through its ends would have it.
std::uint64_t matching_wait(Experiments& experiments, const TpuApplication& application,
                            double published) {
  /// The published share is rounded to 0.1 points.
  constexpr double kTolerance = 0.05;
  const auto excess = [&](std::uint64_t wait) {
    const Machine& machine = machine_of(experiments, application.operand_type, wait);
    return experiments.tpu().run(machine, application.network).share("non_matrix_cycles") -
           published;
  };
  std::uint64_t low = 0;
  double below = excess(low);
  if (below >= 0.0) return 0;
  std::uint64_t high = 1024;
  double above = excess(high);
  while (above < 0.0) {
    low = std::exchange(high, 2 * high);
    below = std::exchange(above, excess(high));
  }
  while (high - low > 1 && above > kTolerance) {
    const auto step =
        static_cast<std::uint64_t>(static_cast<double>(high - low) * -below / (above - below));
    const std::uint64_t middle = low + std::clamp<std::uint64_t>(step + 1, 1, high - low - 1);
    const double value = excess(middle);
    if (value < 0.0) {
      low = middle;
      below = value;
    } else {
      high = middle;
      above = value;
    }
  }
  return high;
}

std::vector<Column> columns_of(Experiments& experiments, std::span<const char* const> names,
                               const std::map<std::string, std::uint64_t>& waits) {
  std::vector<Column> columns;
  for (const char* const name : names) {
    const TpuApplication& application = tpu_application(name);
    const auto wait = waits.find(name);
    const Machine& machine =
        machine_of(experiments, application.operand_type, wait == waits.end() ? 0 : wait->second);
    columns.push_back({name, name, &experiments.tpu().run(machine, application.network)});
  }
  return columns;
}

/// Rates with their tolerances, and shares, of the applications that are determined.
void add_applications(Reproduction& reproduction, const Published& published,
                      Experiments& experiments, const std::string& suffix, const std::string& how,
                      const std::map<std::string, std::uint64_t>& waits) {
  ComparisonTable ten = rates(published, "tops" + suffix, "rate, " + how,
                              columns_of(experiments, kTenPercent, waits));
  ten.published.tolerance = 10.0;
  ComparisonTable twenty = rates(published, "tops_lstm0" + suffix, "rate of LSTM0, " + how,
                                 columns_of(experiments, kTwentyPercent, waits));
  twenty.published.tolerance = 20.0;
  ComparisonTable cycles = shares(published, "counters" + suffix, "share of all cycles, " + how,
                                  columns_of(experiments, kDetermined, waits));
  reproduction.tables.push_back(std::move(ten));
  reproduction.tables.push_back(std::move(twenty));
  reproduction.tables.push_back(std::move(cycles));
}

void add_range(Reproduction& reproduction, const Published& published, Experiments& experiments,
               const std::string& application, std::span<const Variant> variants) {
  std::vector<TpuRuns::Point> points;
  for (const Variant& variant : variants) {
    points.push_back({&machine_of(experiments, variant.operand_type), variant.network});
  }
  experiments.tpu().prepare(points);
  std::vector<Column> columns;
  for (std::size_t n = 0; n < variants.size(); ++n) {
    columns.push_back({variants[n].name, application,
                       &experiments.tpu().run(*points[n].machine, points[n].network)});
  }
  const std::string how = ", over what is not published";
  reproduction.tables.push_back(
      rates(published, "tops_range_" + application, "rate of " + application + how, columns));
  reproduction.tables.push_back(shares(published, "counters_range_" + application,
                                       "share of all cycles of " + application + how, columns));
}

void describe(Reproduction& reproduction, const std::map<std::string, std::uint64_t>& waits) {
  std::vector<std::string> values;
  for (const char* const name : kDetermined) {
    values.push_back(fmt::format("{} {}", name, waits.at(name)));
  }
  reproduction.assumptions = {
      "Layer shapes were never published; the networks tpu-* of workloads/networks honour Table "
      "1's weights, operations per byte and batches. LSTM0 runs with 16-bit activations, half "
      "speed (machine tpu-v1-8x16), which its active share fits.",
      fmt::format(
          "Free parameter, chosen to match the published non-matrix row and nothing else, in the "
          "tables \"with the wait\" alone: synchronization_wait_cycles, what a layer waits beyond "
          "its data: {}. Nothing is published of it. 0: the rules alone have as many such cycles "
          "or more.",
          fmt::join(values, ", ")),
      "LSTM1, columns 8x8, 8x16, 16x16: tpu-lstm1, which stores the matrices of a layer's gates "
      "together, at full, half and quarter speed; apart8, apart16: each 600 x 600 matrix stored "
      "apart (tpu-lstm1-apart), at full and half speed.",
      "CNN1, column modules: tpu-cnn1, modules as in Inception on maps of which the unified "
      "buffer holds a part of the batch at a time, with much pooling and joining; shallow: 180 "
      "channels on 16 x 16 maps and "
      "78 % of the weights in fully connected layers; deep: 362 channels on 8 x 8 maps and 15 %; "
      "16: at half speed. All honour Table 1's weights, operations per byte, layer counts and "
      "batch to within 2 %.",
      "Useful multiply-accumulates are a share of what the array does at its operands' speed: with "
      "half speed, of half the peak. So the published counters of both LSTMs agree with their "
      "rates."};
  reproduction.notes.push_back(
      "One batch alone. Batches back to back take the same time to within 0.5 %: the inputs of one "
      "wait for the outputs of the one before to leave their place in the unified buffer.");
  reproduction.notes.push_back(
      "The rate is compared with both published ones: the TOPS row, and what the useful share of "
      "the counters is of the peak (the 92 TOPS are 91.75).");
}

}  // namespace

Reproduction tpu_table3(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin("tpu-table3", published);
  reproduction.simulated =
      "machine tpu-v1 (256 x 256 at 700 MHz, two DDR3-2133 channels), one batch of each "
      "application; timing alone";
  std::vector<TpuRuns::Point> points;
  for (const char* const name : kDetermined) {
    const TpuApplication& application = tpu_application(name);
    points.push_back({&machine_of(experiments, application.operand_type), application.network});
  }
  experiments.tpu().prepare(points);
  std::map<std::string, std::uint64_t> waits;
  for (const char* const name : kDetermined) {
    waits[name] = matching_wait(experiments, tpu_application(name),
                                published.table("counters").at("non-matrix", name).value_or(0.0));
  }
  add_applications(reproduction, published, experiments, "", "rules alone", {});
  add_applications(reproduction, published, experiments, "_wait", "with the wait", waits);
  add_range(reproduction, published, experiments, "LSTM1", kLstm1);
  add_range(reproduction, published, experiments, "CNN1", kCnn1);
  describe(reproduction, waits);
  return reproduction;
}

}  // namespace nzsim::reproduce
