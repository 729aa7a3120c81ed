#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "models/platform/layer_time.h"
#include "sim/workload/network.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/reproduce/figures.h"
#include "tools/nzsim/reproduce/tpu_platforms.h"

namespace nzsim::reproduce {
namespace {

constexpr const char* kMachine = "tpu-v1";
constexpr const char* kIntensity = "operations per weight byte";
/// A tile of 256 x 256 weights of 8 bits (Jouppi et al., ISCA 2017, Section 2).
constexpr double kTileBytes = 256.0 * 256.0;

/// Peak and memory of a machine: in operations, multiply and add apart, and bytes per second.
struct Roof {
  double operations_per_second = 0.0;
  double bytes_per_second = 0.0;

  /// In TOPS, at a number of multiply-accumulates per byte, each counted once.
  [[nodiscard]] double tops_at(double macs_per_byte) const {
    return 1e-12 * std::min(operations_per_second, 2.0 * bytes_per_second * macs_per_byte);
  }
};

Roof published_roof(const Published& published) {
  const PublishedTable& table = published.table("roofline");
  return {1e12 * published_at(table, "peak, TOPS, MAC = 2", "value"),
          1e9 * published_at(table, "memory, GB/s", "value")};
}

ComparisonTable roof_table(const Published& published, const Roof& roof) {
  ComparisonTable table{published.table("roofline"), {}};
  table.add("peak, TOPS, MAC = 2", "value", 1e-12 * roof.operations_per_second);
  table.add("memory, GB/s", "value", 1e-9 * roof.bytes_per_second);
  table.add("ridge point, MAC = 1, per byte", "value",
            0.5 * roof.operations_per_second / roof.bytes_per_second);
  return table;
}

/// One row over all applications, beside what `published` has under the same name, if anything.
void add_row(ComparisonTable& table, const std::string& row, const std::vector<double>& values) {
  for (std::size_t n = 0; n < values.size(); ++n) {
    table.add(row, tpu_applications()[n].name, values[n]);
  }
}

/// The share of the roof that is attained, in per cent: of the published rates under the published
/// roof, and beside it of `rates` under `roofs`.
ComparisonTable share_table(const Published& published, const std::string& title,
                            const std::vector<double>& rates, const std::vector<double>& roofs) {
  const Roof roof = published_roof(published);
  ComparisonTable table{published.table("rate"), {}};
  table.published.name = "share";
  table.published.title = title;
  table.published.unit = std::string(1, '%');
  table.published.error_in_points = true;
  table.published.tolerance.reset();
  for (std::size_t n = 0; n < rates.size(); ++n) {
    const std::string& column = tpu_applications()[n].name;
    const double intensity = published_at(published.table("intensity"), kIntensity, column);
    const double rate = published_at(published.table("rate"), "rate", column);
    table.cells.push_back({"share of the roof", column, 100.0 * rate / roof.tops_at(intensity),
                           100.0 * rates[n] / roofs[n]});
  }
  return table;
}

/// Multiply-accumulates of a batch to a weight of one byte.
double macs_per_weight(const TpuApplication& application) {
  const Network network = load_network(cli::find_file(cli::Shelf::networks, application.network));
  double macs = 0.0;
  double weights = 0.0;
  for (const LayerSpec& layer : network.layers) {
    macs += static_cast<double>(layer.batch * layer.dense_multiply_accumulates());
    weights += static_cast<double>(layer.weight_elements());
  }
  return macs / weights;
}

/// Values of the rows of Fig. 6 or 7, one per application.
struct RooflineRows {
  /// Multiply-accumulates per byte of weights, and of weights, inputs and outputs.
  std::vector<double> by_weights;
  std::vector<double> by_bytes;
  /// In TOPS: as published, the roof at the weights' bytes, the bound layer by layer.
  std::vector<double> measured;
  std::vector<double> at_weights;
  std::vector<double> bounds;
};

RooflineRows rooflines_of(const Published& published, const platform::Platform& platform,
                          const Roof& roof) {
  RooflineRows rows;
  for (const TpuApplication& application : tpu_applications()) {
    const RooflinePoint point =
        roofline_point(platform, application, batch_by(published, application));
    rows.by_weights.push_back(point.macs / point.weight_bytes);
    rows.by_bytes.push_back(point.macs / point.bytes);
    rows.at_weights.push_back(roof.tops_at(rows.by_weights.back()));
    rows.bounds.push_back(point.tera_operations_per_second());
    rows.measured.push_back(published_at(published.table("rate"), "rate", application.name));
  }
  return rows;
}

/// The published rates beside `values`.
ComparisonTable rate_table(const Published& published, const std::string& name,
                           const std::string& title, const std::vector<double>& values) {
  ComparisonTable table{published.table("rate"), {}};
  table.published.name = name;
  table.published.title = title;
  add_row(table, "rate", values);
  return table;
}

/// Fig. 6 or 7.
Reproduction platform_roofline(const std::string& name, const Published& published,
                               const std::string& file) {
  Reproduction reproduction = begin(name, published);
  reproduction.simulated =
      fmt::format("platform {} by models/platform: rooflines in float32, nothing measured", file);
  const platform::Platform platform = platform_named(file);
  const Roof roof{platform.fastest(platform::NumberType::float32, true)->operations_per_second,
                  1e9 * platform.memory_gigabytes_per_second->value};
  const RooflineRows rows = rooflines_of(published, platform, roof);
  ComparisonTable intensity{published.table("intensity"), {}};
  add_row(intensity, kIntensity, rows.by_weights);
  add_row(intensity, "per byte of weights, inputs, outputs", rows.by_bytes);
  reproduction.tables = {
      roof_table(published, roof), std::move(intensity),
      rate_table(published, "roof", "measured rate, and the roof at the weights' bytes",
                 rows.at_weights),
      rate_table(published, "bound",
                 "measured rate, and the bound layer by layer with inputs and outputs",
                 rows.bounds),
      share_table(
          published,
          "measured rate in per cent of the roof: published roof, and our bound with inputs "
          "and outputs",
          rows.measured, rows.bounds)};
  reproduction.assumptions = roofline_assumptions();
  reproduction.notes.push_back(
      "Operations per weight byte agree by construction, as the batches follow from them. A roof "
      "is no prediction: the paper's rates are measured, with what the software and the limit of "
      "the "
      "response time leave; so errors against roofs have no tolerance.");
  return reproduction;
}

}  // namespace

Reproduction tpu_fig5(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin("tpu-fig5", published);
  reproduction.simulated = "machine tpu-v1, one batch of each application; timing alone";
  const Ceilings ceilings = experiments.machine(kMachine).accelerator->ceilings();
  const Roof roof{ceilings.operations_per_second, ceilings.bytes_per_second};
  experiments.tpu().prepare(tpu_points(experiments));
  std::vector<double> by_weights;
  std::vector<double> by_tiles;
  std::vector<double> rates;
  std::vector<double> roofs;
  for (const TpuApplication& application : tpu_applications()) {
    const TpuRun& run = tpu_run(experiments, application);
    by_weights.push_back(macs_per_weight(application));
    by_tiles.push_back(run.counter("useful_macs") / (kTileBytes * run.counter("weight_tiles")));
    rates.push_back(run.tera_operations_per_second());
    roofs.push_back(roof.tops_at(by_weights.back()));
  }
  ComparisonTable intensity{published.table("intensity"), {}};
  add_row(intensity, kIntensity, by_weights);
  add_row(intensity, "per byte of fetched tiles", by_tiles);
  reproduction.tables = {
      roof_table(published, roof), std::move(intensity),
      rate_table(published, "rate", published.table("rate").title, rates),
      share_table(published, "rate in per cent of the roof at the weights' bytes", rates, roofs)};
  reproduction.assumptions.push_back(tpu_assumption());
  reproduction.notes.push_back(
      "The roof is that of operands of 8 bits, as in the paper. Fetched tiles have their padding "
      "in them, and are fetched again for each part of a batch that the accumulators do not hold.");
  return reproduction;
}

Reproduction tpu_fig6(const Published& published, Experiments& /*experiments*/) {
  return platform_roofline("tpu-fig6", published, "xeon-e5-2699-v3");
}

Reproduction tpu_fig7(const Published& published, Experiments& /*experiments*/) {
  return platform_roofline("tpu-fig7", published, "tesla-k80");
}

}  // namespace nzsim::reproduce
