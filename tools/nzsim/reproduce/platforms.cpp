#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/platform/layer_time.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/eie_benchmark.h"
#include "tools/nzsim/reproduce/figures.h"

namespace nzsim::reproduce {
namespace {

/// A platform of Table IV: its name in the published tables, and its file.
struct MeasuredPlatform {
  const char* name;
  const char* file;
};
constexpr std::array<MeasuredPlatform, 3> kPlatforms{
    {{"cpu", "core-i7-5930k"}, {"gpu", "titan-x-maxwell"}, {"mobile_gpu", "tegra-k1"}}};

/// A column of Table IV, in the order of the published tables.
struct MeasuredKernel {
  const char* column;
  platform::Layout layout;
  std::uint64_t batch;
};
constexpr std::array<MeasuredKernel, 4> kKernels{
    {{"1 dense", platform::Layout::dense, 1},
     {"1 csr", platform::Layout::compressed_rows, 1},
     {"64 dense", platform::Layout::dense, 64},
     {"64 csr", platform::Layout::compressed_rows, 64}}};

bool is_calibration_layer(const std::string& layer) {
  return std::find(kCalibrationLayers.begin(), kCalibrationLayers.end(), layer) !=
         kCalibrationLayers.end();
}

/// The layers of Table III as the platforms' model takes them.
class Layers {
 public:
  Layers()
      : table3_(load_published(cli::find_file(cli::Shelf::published, "eie-table3"))),
        table4_(load_published(cli::find_file(cli::Shelf::published, "eie-table4"))) {}

  [[nodiscard]] platform::LayerShape shape(const std::string& layer) const {
    const PublishedTable& shapes = table3_.table("shape");
    return {static_cast<std::uint64_t>(published_at(shapes, layer, "inputs")),
            static_cast<std::uint64_t>(published_at(shapes, layer, "outputs")),
            0.01 * published_at(table3_.table("density"), layer, "weights")};
  }

  /// EIE's time by Table IV.
  [[nodiscard]] double eie_seconds(const std::string& layer) const {
    return 1e-6 * published_at(table4_.table("actual"), layer, "actual");
  }

 private:
  Published table3_;
  Published table4_;
};

/// Modelled times of the layers that `is_wanted` takes, per frame, beside `published`.
template <class Predicate>
ComparisonTable layer_times(const PublishedTable& published, const platform::Platform& platform,
                            const Layers& layers, Predicate is_wanted) {
  constexpr double kMicroseconds = 1e6;
  ComparisonTable table{published, {}};
  for (const std::string& layer : benchmark_layers()) {
    if (!is_wanted(layer)) continue;
    for (const MeasuredKernel& kernel : kKernels) {
      const platform::LayerTime time =
          layer_time(platform, layers.shape(layer), {kernel.layout}, kernel.batch);
      table.add(layer, kernel.column,
                kMicroseconds * time.seconds / static_cast<double>(kernel.batch));
    }
  }
  return table;
}

/// Time and energy of one layer with a batch of 1.
struct Cost {
  double seconds = 0.0;
  double joules = 0.0;
};

/// Adds the geometric means of `platform_cost(layer) / eie_cost(layer)` as row `row`.
template <class PlatformCost, class EieCost>
void add_means(ComparisonTable& speed_up, ComparisonTable& energy, const std::string& row,
               PlatformCost platform_cost, EieCost eie_cost) {
  Cost logarithms;
  for (const std::string& layer : benchmark_layers()) {
    const Cost of_platform = platform_cost(layer);
    const Cost of_eie = eie_cost(layer);
    logarithms.seconds += std::log(of_platform.seconds / of_eie.seconds);
    logarithms.joules += std::log(of_platform.joules / of_eie.joules);
  }
  const auto count = static_cast<double>(benchmark_layers().size());
  speed_up.add(row, speed_up.published.columns.front(), std::exp(logarithms.seconds / count));
  energy.add(row, energy.published.columns.front(), std::exp(logarithms.joules / count));
}

/// `published` as a table of its own, whose title goes on with how it is simulated.
ComparisonTable variant(const PublishedTable& published, const std::string& suffix,
                        const std::string& how) {
  ComparisonTable table{published, {}};
  table.published.name += suffix;
  table.published.title += ": " + how;
  return table;
}

/// Speed-ups and energies by Table IV's cells, with EIE simulated, and with both sides ours.
void add_headlines(Reproduction& reproduction, const Published& published, const Layers& layers,
                   Experiments& experiments) {
  const PublishedTable& power = published.table("power");
  const auto published_eie = [&](const std::string& layer) {
    const double seconds = layers.eie_seconds(layer);
    return Cost{seconds, published_at(power, "EIE", "power") * seconds};
  };
  const auto simulated_eie = [&](const std::string& layer) {
    const LayerRun& run = experiments.run(experiments.design_point(layer), layer);
    return Cost{run.seconds(), run.joules()};
  };
  const std::array<std::pair<const char*, const char*>, 3> kinds{
      {{"", "by Table IV's own cells and Table V's powers"},
       {"_eie", "EIE simulated, the platform by Table IV"},
       {"_both", "EIE simulated, the platform by its model"}}};
  std::vector<ComparisonTable> speed_ups;
  std::vector<ComparisonTable> energies;
  for (const auto& [suffix, how] : kinds) {
    speed_ups.push_back(variant(published.table("speed_up"), suffix, how));
    energies.push_back(variant(published.table("energy"), suffix, how));
  }
  for (const auto& [name, file] : kPlatforms) {
    const std::string row = name;
    const platform::Platform platform =
        platform::load_platform(cli::find_file(cli::Shelf::platforms, file));
    const auto by_table4 = [&](const std::string& layer) {
      const double seconds = 1e-6 * published_at(published.table(row), layer, "1 dense");
      return Cost{seconds, published_at(power, row, "power") * seconds};
    };
    const auto by_model = [&](const std::string& layer) {
      const platform::LayerTime time = layer_time(platform, layers.shape(layer), {}, 1);
      return Cost{time.seconds, time.joules.value_or(0.0)};
    };
    add_means(speed_ups[0], energies[0], row, by_table4, published_eie);
    add_means(speed_ups[1], energies[1], row, by_table4, simulated_eie);
    add_means(speed_ups[2], energies[2], row, by_model, simulated_eie);
  }
  for (ComparisonTable& table : speed_ups) reproduction.tables.push_back(std::move(table));
  for (ComparisonTable& table : energies) reproduction.tables.push_back(std::move(table));
}

}  // namespace

Reproduction eie_platforms(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin("eie-platforms", published);
  reproduction.simulated =
      "platforms core-i7-5930k, titan-x-maxwell and tegra-k1 by models/platform; machine eie-64pe "
      "on " +
      experiments.networks();
  const Layers layers;
  for (const auto& [name, file] : kPlatforms) {
    const platform::Platform platform =
        platform::load_platform(cli::find_file(cli::Shelf::platforms, file));
    const PublishedTable& table = published.table(name);
    ComparisonTable calibration = layer_times(table, platform, layers, is_calibration_layer);
    calibration.published.name += "_calibration";
    calibration.published.title += ", the layers that fractions are calibrated to";
    ComparisonTable held_out = layer_times(table, platform, layers, [](const std::string& layer) {
      return !is_calibration_layer(layer);
    });
    held_out.published.name += "_held_out";
    held_out.published.title += ", all other layers";
    reproduction.tables.push_back(std::move(calibration));
    reproduction.tables.push_back(std::move(held_out));
  }
  add_headlines(reproduction, published, layers, experiments);
  reproduction.assumptions.push_back(fmt::format(
      "A platform has four attained fractions (of bandwidth with a batch of 1, of the peak rate "
      "with 64; dense and csr each) and, a GPU, one launch time, which minimise the squared "
      "logarithmic errors over {}. The other layers had no part in it.",
      fmt::join(kCalibrationLayers, ", ")));
  reproduction.assumptions.push_back(
      "A csr weight takes 8 bytes, 4 of them its column; numbers of weights are Table III's "
      "rounded densities.");
  reproduction.assumptions.push_back(
      "Power is that of Table V for every layer, kernel and batch: 73, 159 and 5.1 W.");
  return reproduction;
}

}  // namespace nzsim::reproduce
