#include <array>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "models/platform/layer_time.h"
#include "models/platform/platform.h"
#include "sim/base/errors.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/reproduce/figures.h"

namespace nzsim::reproduce {
namespace {

constexpr const char* kMachine = "eie-64pe";
constexpr const char* kLayer = "alex-7";
constexpr double kSquareMillimetres = 1e-6;

/// AlexNet's FC7, 4096 x 4096 (Table III), which Table V compares; dense on other platforms.
constexpr std::uint64_t kSide = 4096;

/// Tables of the other platforms and their files.
constexpr std::array<std::pair<const char*, const char*>, 6> kOthers{
    {{"core_i7", "core-i7-5930k"},
     {"titan_x", "titan-x-maxwell"},
     {"tegra_k1", "tegra-k1"},
     {"a_eye", "a-eye"},
     {"dadiannao", "dadiannao"},
     {"truenorth", "truenorth"}}};

double machine_area_mm2(const Machine& machine) {
  const auto rows = area_of(machine.energy, machine.accelerator->area_parts());
  return kSquareMillimetres *
         std::accumulate(rows.begin(), rows.end(), 0.0, [](double sum, const AreaRow& row) {
           return sum + row.square_micrometres;
         });
}

/// Weights before pruning that the sparse-matrix SRAMs hold: an entry per byte, and one weight of
/// ten left, as the paper counts.
double millions_of_weights(const Machine& machine) {
  constexpr double kWeightsPerEntry = 10.0;
  for (const AreaPart& part : machine.accelerator->area_parts()) {
    if (part.component == "sparse_matrix_sram") {
      return 1e-6 * kWeightsPerEntry * static_cast<double>(part.instances * part.capacity_bytes);
    }
  }
  throw SimulationError("expected a sparse_matrix_sram among the machine's parts, got none");
}

/// What Table V says of a machine, from a run of Alex-7.
struct PlatformRow {
  double clock_mhz = 0.0;
  double area_mm2 = 0.0;
  double watts = 0.0;
  double frames_per_second = 0.0;
  double millions_of_weights = 0.0;
};

void add_platform(ComparisonTable& table, const PlatformRow& row) {
  const std::string column = table.published.columns.front();
  table.add("clock, MHz", column, row.clock_mhz);
  table.add("area, mm2", column, row.area_mm2);
  table.add("power, W", column, row.watts);
  table.add("frames per s", column, row.frames_per_second);
  table.add("frames per s and mm2", column, row.frames_per_second / row.area_mm2);
  table.add("frames per J", column, row.frames_per_second / row.watts);
  table.add("weights before pruning, millions", column, row.millions_of_weights);
}

/// The paper's projection from 45 to 28 nm: clock as given, area with the square of the feature
/// size, power unchanged.
PlatformRow project_to_28nm(const PlatformRow& row, double clock_mhz) {
  constexpr double kFeatureSize = 28.0 / 45.0;
  PlatformRow projected = row;
  projected.clock_mhz = clock_mhz;
  projected.area_mm2 = row.area_mm2 * kFeatureSize * kFeatureSize;
  projected.frames_per_second = row.frames_per_second * clock_mhz / row.clock_mhz;
  return projected;
}

PlatformRow platform_of(const LayerRun& run) {
  PlatformRow row;
  row.clock_mhz = run.machine->accelerator->clock_hz() * 1e-6;
  row.area_mm2 = machine_area_mm2(*run.machine);
  row.watts = run.joules() / run.seconds();
  row.frames_per_second = 1.0 / run.seconds();
  row.millions_of_weights = millions_of_weights(*run.machine);
  return row;
}

std::optional<double> value_of(const std::optional<platform::Figure>& figure) {
  if (!figure) return {};
  return figure->value;
}

std::optional<double> over(const std::optional<double>& numerator,
                           const std::optional<double>& denominator) {
  if (!numerator || !denominator) return {};
  return *numerator / *denominator;
}

/// The number type of Table V, where the file has a rate of it.
platform::Format format_of(const platform::Platform& platform) {
  const bool has_floats = platform.fastest(platform::NumberType::float32, true) != nullptr;
  return {platform::Layout::dense,
          has_floats ? platform::NumberType::float32 : platform::NumberType::int16};
}

std::optional<double> frames_per_second(const platform::Platform& platform) {
  const platform::Format format = format_of(platform);
  if (platform::missing_figure(platform, format)) return {};
  return 1.0 / platform::layer_time(platform, {kSide, kSide}, format, 1).seconds;
}

/// Weights of 16 bits that an ASIC's memory on the chip holds.
std::optional<double> millions_on_chip(const platform::Platform& platform) {
  constexpr double kMebibyte = 1024.0 * 1024.0;
  if (platform.kind != platform::Kind::asic || !platform.on_chip_mebibytes) return {};
  return 1e-6 * platform.on_chip_mebibytes->value * kMebibyte /
         platform::bytes_of(platform::NumberType::int16);
}

/// Each figure that either side has.
ComparisonTable other_platform(const PublishedTable& published, const char* file) {
  const platform::Platform platform =
      platform::load_platform(cli::find_file(cli::Shelf::platforms, file));
  const std::optional<double> clock = value_of(
      platform.boost_clock_mhz && platform.kind != platform::Kind::cpu ? platform.boost_clock_mhz
                                                                       : platform.base_clock_mhz);
  const std::optional<double> area = value_of(platform.die_mm2);
  const std::optional<double> watts = value_of(platform.busy_watts);
  const std::optional<double> frames = frames_per_second(platform);
  const std::vector<std::pair<const char*, std::optional<double>>> rows{
      {"process, nm", value_of(platform.process_nm)},
      {"clock, MHz", clock},
      {"area, mm2", area},
      {"power, W", watts},
      {"frames per s", frames},
      {"frames per s and mm2", over(frames, area)},
      {"frames per J", over(frames, watts)},
      {"weights, millions", millions_on_chip(platform)}};
  ComparisonTable table{published, {}};
  for (const auto& [row, value] : rows) {
    if (value || published.at(row, "value")) table.add(row, "value", value);
  }
  return table;
}

/// EIE simulated and projected over DaDianNao as published, with the printed and the implied clock.
ComparisonTable over_dadiannao(const Published& published, const PlatformRow& printed,
                               const PlatformRow& implied) {
  const PublishedTable& other = published.table("dadiannao");
  const double frames = published_at(other, "frames per s", "value");
  const double per_joule = published_at(other, "frames per J", "value");
  const double per_area = published_at(other, "frames per s and mm2", "value");
  ComparisonTable table{published.table("over_dadiannao"), {}};
  const auto add = [&](const char* row, auto ratio) {
    table.add(row, table.published.columns.at(0), ratio(printed));
    table.add(row, table.published.columns.at(1), ratio(implied));
  };
  add("throughput", [&](const PlatformRow& eie) { return eie.frames_per_second / frames; });
  add("energy efficiency",
      [&](const PlatformRow& eie) { return eie.frames_per_second / eie.watts / per_joule; });
  add("area efficiency",
      [&](const PlatformRow& eie) { return eie.frames_per_second / eie.area_mm2 / per_area; });
  return table;
}

void explain_others(Reproduction& reproduction) {
  reproduction.notes.push_back(
      "The other platforms are those of configs/platforms: area, clock and power are the files', "
      "frames follow from models/platform. Core i7, Titan X and Tegra K1 are calibrated to three "
      "other layers; DaDianNao's frames are the roofline's bound of its embedded DRAM, not "
      "measured, which the paper's own number equals. A-Eye and TrueNorth have no published peak "
      "rate or bandwidth, so nothing stands beside their frames.");
  reproduction.notes.push_back(
      "EIE over DaDianNao: EIE simulated and projected, DaDianNao by its published row.");
}

}  // namespace

Reproduction table5(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin("table5", published);
  const LayerRun& small = experiments.run(experiments.machine(kMachine), kLayer);
  const LayerRun& large =
      experiments.run(experiments.machine(kMachine, {{"/pe_count", "256"}}), kLayer);
  reproduction.simulated = "machine eie-64pe with 64 and with 256 PEs on alex-7; " +
                           experiments.networks() + "; other platforms by models/platform";

  constexpr double kPrintedMhz = 1200.0;
  constexpr double kImpliedMhz = 1280.0;
  const char* const speed_up_row = "speed-up over 64 PEs, same clock";
  ComparisonTable design_point{published.table("eie_64pe"), {}};
  add_platform(design_point, platform_of(small));
  ComparisonTable printed{published.table("eie_256pe"), {}};
  add_platform(printed, project_to_28nm(platform_of(large), kPrintedMhz));
  printed.add(speed_up_row, "value", small.seconds() / large.seconds());
  ComparisonTable implied{published.table("eie_256pe"), {}};
  implied.published.name = "eie_256pe_1280mhz";
  implied.published.title = "the same at the clock that the printed frame rate implies";
  add_platform(implied, project_to_28nm(platform_of(large), kImpliedMhz));
  reproduction.tables = {std::move(design_point), std::move(printed), std::move(implied)};
  for (const auto& [table, file] : kOthers) {
    reproduction.tables.push_back(other_platform(published.table(table), file));
  }
  reproduction.tables.push_back(over_dadiannao(published,
                                               project_to_28nm(platform_of(large), kPrintedMhz),
                                               project_to_28nm(platform_of(large), kImpliedMhz)));
  assume_calibration(reproduction, *small.machine);
  reproduction.assumptions.push_back(
      "256 PEs are simulated at 45 nm and 800 MHz, each with the memories of one of the 64; clock, "
      "area and power are then projected as the paper does.");
  explain_others(reproduction);
  return reproduction;
}

}  // namespace nzsim::reproduce
