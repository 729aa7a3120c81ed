#include <array>
#include <cmath>
#include <functional>
#include <utility>

#include "tools/nzsim/reproduce/figures.h"
#include "tools/nzsim/reproduce/tpu_means.h"

namespace nzsim::reproduce {
namespace {

constexpr const char* kMachine = "tpu-v1";
constexpr const char* kGddr5Machine = "tpu-v1-gddr5";
constexpr double kMicroseconds = 1e6;

/// `tpu-v1`, by which scales are multiplied.
constexpr double kClockMhz = 700.0;
constexpr double kArraySide = 256.0;
constexpr double kAccumulatorRows = 4096.0;
constexpr double kChannels = 2.0;

Override whole(std::string pointer, double value) {
  return {std::move(pointer), std::to_string(std::llround(value))};
}

/// A quarter: one channel of half the width, which moves half as much in a burst.
std::vector<Override> scaled_memory(double scale) {
  if (scale < 0.5) {
    return {whole("/memory/channels", 1), {"/memory/organization/data_bus_bits", "32"}};
  }
  return {whole("/memory/channels", kChannels * scale)};
}

std::vector<Override> scaled_clock(double scale) {
  return {{"/clock_mhz", std::to_string(kClockMhz * scale)}};
}

std::vector<Override> scaled_matrix(double scale) {
  return {whole("/rows", kArraySide * scale), whole("/columns", kArraySide * scale)};
}

std::vector<Override> with_accumulators(std::vector<Override> overrides, double scale) {
  overrides.push_back(whole("/accumulator_rows", kAccumulatorRows * scale));
  return overrides;
}

/// One curve of the figure.
struct Curve {
  const char* name;
  std::function<std::vector<Override>(double scale)> overrides;
};

const std::vector<Curve>& curves() {
  static const std::vector<Curve> all{
      {"memory", scaled_memory},
      {"clock and accumulators",
       [](double scale) { return with_accumulators(scaled_clock(scale), scale); }},
      {"clock", scaled_clock},
      {"matrix and accumulators",
       [](double scale) { return with_accumulators(scaled_matrix(scale), scale); }},
      {"matrix", scaled_matrix},
  };
  return all;
}

/// How much faster than the machine as built an application is on another one.
using Gains = TpuValues;

/// The machine for one application: `overrides`, and the application's operands.
const Machine& machine_for(Experiments& experiments, const TpuApplication& application,
                           const std::string& name, std::vector<Override> overrides) {
  overrides.push_back({"/operand_type", application.operand_type});
  return experiments.machine(name, overrides);
}

void add_points(std::vector<TpuRuns::Point>& points, Experiments& experiments,
                const std::string& name, const std::vector<Override>& overrides) {
  for (const TpuApplication& application : tpu_applications()) {
    points.push_back(
        {&machine_for(experiments, application, name, overrides), application.network});
  }
}

/// One per application, in the order of `tpu_applications`.
Gains gains(Experiments& experiments, const std::string& name,
            const std::vector<Override>& overrides) {
  Gains result;
  for (const TpuApplication& application : tpu_applications()) {
    const auto seconds = [&](const std::string& machine, const std::vector<Override>& changes) {
      return experiments.tpu()
          .run(machine_for(experiments, application, machine, changes), application.network)
          .seconds();
    };
    result.push_back(seconds(kMachine, {}) / seconds(name, overrides));
  }
  return result;
}

void assume_means(Reproduction& reproduction) {
  reproduction.assumptions.push_back(tpu_assumption());
  reproduction.assumptions.push_back(tpu_mean_assumption() +
                                     " The mean is arithmetic, of each application's rate over "
                                     "its rate on the machine as built.");
}

ComparisonTable text_gains(const Published& published, Experiments& experiments) {
  ComparisonTable table{published.table("text"), {}};
  const auto is_cnn = [](const std::string& kind) { return kind == "CNN"; };
  const auto is_no_cnn = [](const std::string& kind) { return kind != "CNN"; };
  const Gains memory = gains(experiments, kMachine, scaled_memory(4));
  const Gains clock = gains(experiments, kMachine, scaled_clock(4));
  const Gains both = gains(experiments, kMachine, with_accumulators(scaled_clock(4), 4));
  table.add("MLPs and LSTMs, 4 x memory", "gain", mean_of(memory, is_no_cnn));
  table.add("MLPs and LSTMs, 4 x clock", "gain", mean_of(clock, is_no_cnn));
  table.add("CNNs, 4 x clock", "gain", mean_of(clock, is_cnn));
  table.add("CNNs, 4 x clock, accumulators", "gain", mean_of(both, is_cnn));
  return table;
}

/// Gain where the host takes a constant time: `share` of the run's time beside it, or of the whole.
double with_host(double gain, double share, bool is_within) {
  const double run = is_within ? 1.0 - share : 1.0;
  return (run + share) / (run / gain + share);
}

ComparisonTable gains_with_host(const Published& published, const Gains& values) {
  ComparisonTable table{published.table("gain_with_host"), {}};
  const auto all = [&](bool is_within) {
    Gains result;
    for (std::size_t n = 0; n < values.size(); ++n) {
      const double percent =
          published.table("host").at(tpu_applications()[n].name, "share").value_or(0.0);
      result.push_back(with_host(values[n], 0.01 * percent, is_within));
    }
    return result;
  };
  table.add("geometric mean", "added", geometric_mean(all(false)));
  table.add("geometric mean", "within", geometric_mean(all(true)));
  table.add("weighted mean", "added", weighted_mean(all(false)));
  table.add("weighted mean", "within", weighted_mean(all(true)));
  return table;
}

/// The gain of each application, which the paper does not give.
ComparisonTable application_gains(const Published& published, const std::vector<Gains>& gains) {
  ComparisonTable table{published.table("gain"), {}};
  table.published.name = "applications";
  table.published.title = "gain of each application, by clock in MHz";
  table.published.tolerance.reset();
  for (std::size_t n = 0; n < tpu_applications().size(); ++n) {
    for (std::size_t clock = 0; clock < gains.size(); ++clock) {
      table.add(tpu_applications()[n].name, table.published.columns[clock], gains[clock][n]);
    }
  }
  return table;
}

}  // namespace

Reproduction tpu_fig11(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin("tpu-fig11", published);
  reproduction.simulated =
      "machine tpu-v1 with its memory, clock, array and accumulators scaled, one batch of each "
      "application; timing alone";
  ComparisonTable table{published.table("weighted_mean"), {}};
  std::vector<TpuRuns::Point> points;
  add_points(points, experiments, kMachine, {});
  for (const Curve& curve : curves()) {
    for (const std::string& scale : table.published.columns) {
      if (scale == "1") continue;
      add_points(points, experiments, kMachine, curve.overrides(std::stod(scale)));
    }
  }
  experiments.tpu().prepare(points);
  for (const Curve& curve : curves()) {
    for (const std::string& scale : table.published.columns) {
      const std::vector<Override> overrides =
          scale == "1" ? std::vector<Override>{} : curve.overrides(std::stod(scale));
      table.add(curve.name, scale, weighted_mean(gains(experiments, kMachine, overrides)));
    }
  }
  reproduction.tables = {std::move(table), text_gains(published, experiments)};
  assume_means(reproduction);
  reproduction.assumptions.push_back(
      "Memory: 1, 2, 4 and 8 DDR3-2133 channels for scales 0.5 to 4, and for 0.25 one channel of "
      "32 "
      "bits, which moves 32 bytes in a burst. Clock: of the die alone; the memory and the host "
      "link keep theirs. Matrix: rows and columns, so that a tile grows with the square of the "
      "scale, and the FIFO still holds four; the unified buffer keeps its size, and its rows and "
      "the activation unit grow with the columns. Accumulators: their rows.");
  return reproduction;
}

Reproduction tpu_tiles(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin("tpu-tiles", published);
  reproduction.simulated =
      "machine tpu-v1 with its array and with one of 512 x 512, on tpu-600x600: eight matrices in "
      "a row, their mean";
  constexpr double kMatrices = 8.0;
  ComparisonTable time{published.table("time"), {}};
  ComparisonTable tiles{published.table("tiles"), {}};
  const std::array<std::pair<const char*, double>, 2> arrays{{{"256 x 256", 1}, {"512 x 512", 2}}};
  for (const auto& [row, scale] : arrays) {
    const Machine& machine = experiments.machine(kMachine, scaled_matrix(scale));
    const TpuRun& run = experiments.tpu().run(machine, "tpu-600x600");
    time.add(row, "time", kMicroseconds * run.seconds() / kMatrices);
    tiles.add(row, "tiles", run.counter("weight_tiles") / kMatrices);
  }
  reproduction.tables = {std::move(time), std::move(tiles)};
  reproduction.assumptions.push_back(
      "LSTM1's batch of 96 and operands of 8 bits; with the memory as slow as it is, neither "
      "matters. The mean has the first tile's latency and the host's transfers at both ends in "
      "it.");
  return reproduction;
}

Reproduction tpu_prime(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin("tpu-prime", published);
  reproduction.simulated =
      "machine tpu-v1-gddr5 (192 GB/s) at 700 and 1050 MHz against tpu-v1, one batch of each "
      "application; timing alone";
  ComparisonTable table{published.table("gain"), {}};
  std::vector<TpuRuns::Point> points;
  add_points(points, experiments, kMachine, {});
  for (const std::string& clock : table.published.columns) {
    add_points(points, experiments, kGddr5Machine, {{"/clock_mhz", clock}});
  }
  experiments.tpu().prepare(points);
  std::vector<Gains> by_clock;
  for (const std::string& clock : table.published.columns) {
    by_clock.push_back(gains(experiments, kGddr5Machine, {{"/clock_mhz", clock}}));
  }
  for (std::size_t n = 0; n < by_clock.size(); ++n) {
    table.add("geometric mean", table.published.columns[n], geometric_mean(by_clock[n]));
  }
  for (std::size_t n = 0; n < by_clock.size(); ++n) {
    table.add("weighted mean", table.published.columns[n], weighted_mean(by_clock[n]));
  }
  ComparisonTable memory{published.table("memory"), {}};
  const Ceilings ceilings = experiments.machine(kGddr5Machine).accelerator->ceilings();
  memory.add("ridge point, operations per byte", "value",
             0.5 * ceilings.operations_per_second / ceilings.bytes_per_second);
  reproduction.tables = {std::move(table), gains_with_host(published, by_clock.front()),
                         application_gains(published, by_clock), std::move(memory)};
  assume_means(reproduction);
  reproduction.assumptions.push_back(
      "Eight GDDR5 devices at 6 Gb/s; the paper names no rate, but a ridge point of 250, 184 "
      "GB/s.");
  reproduction.assumptions.push_back(
      "Host time is Table 5's and does not shrink with the run. \"added\": it comes to the run's "
      "time; \"within\": it is a part of it. The paper does not say which; it adds to what the "
      "link itself takes here.");
  return reproduction;
}

}  // namespace nzsim::reproduce
