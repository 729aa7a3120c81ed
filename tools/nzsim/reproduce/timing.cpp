#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "tools/nzsim/reproduce/figures.h"

namespace nzsim::reproduce {
namespace {

constexpr std::array<std::uint32_t, 9> kQueueDepths{1, 2, 4, 8, 16, 32, 64, 128, 256};
constexpr std::array<std::uint32_t, 9> kPeCounts{1, 2, 4, 8, 16, 32, 64, 128, 256};
constexpr double kMicroseconds = 1e6;

void assume_networks(Reproduction& reproduction, const Experiments& experiments) {
  reproduction.assumptions.push_back(
      "The layers' real weights and activations are not public; they are drawn at Table III's "
      "rounded densities, so the work of the 4 % layers is known to +-12 % only.");
  if (experiments.uneven()) {
    reproduction.assumptions.push_back(
        "Row densities lie within +-37 % and column densities within +-30 % of the mean, "
        "uniformly: "
        "the spread of the public Deep Compression SqueezeNet's classifier, one pair for all "
        "layers.");
  }
}

void assume_larger_memories(Reproduction& reproduction, const Experiments& experiments) {
  reproduction.assumptions.push_back(
      "vgg-6 runs on eie-64pe-vgg6, with larger memories: its 25,089 column pointers of 16 bits do "
      "not fit the published 32 KB, and its entries per PE exceed what 16-bit pointers address.");
  if (experiments.uneven()) {
    reproduction.assumptions.push_back(
        "The uneven alex-6 runs there too: its fullest PE has more than 65,535 entries.");
  }
}

using Measure = double (*)(const LayerRun& run);

/// All layers over the numbers of PEs; one compiled program per point.
ComparisonTable over_pe_counts(const Published& published, Experiments& experiments,
                               Measure measure) {
  ComparisonTable table{published.tables.front(), {}};
  for (const std::string& layer : benchmark_layers()) {
    for (const std::uint32_t pe_count : kPeCounts) {
      const LayerRun& run = experiments.run(experiments.scaled(pe_count), layer);
      table.add(layer, std::to_string(pe_count), measure(run));
    }
  }
  return table;
}

Reproduction begin_scaling(const std::string& name, const Published& published,
                           const Experiments& experiments) {
  Reproduction reproduction = begin(name, published);
  reproduction.simulated =
      "machine eie-64pe with 1 to 256 PEs, queue depth 8; " + experiments.networks();
  assume_networks(reproduction, experiments);
  reproduction.assumptions.push_back(
      "The paper does not give the memories of machines of other sizes. Up to 64 PEs the machine's "
      "totals stay (4096 source and destination registers, 128 KiB of activation SRAM), so that "
      "batches do not shrink; above, each PE has 64 registers and 2 KiB as published: with fewer, "
      "batches would be too short for the padding that Fig. 12 shows at 256 PEs. Sparse-matrix "
      "SRAM: "
      "16 MiB in all; pointers: 32 bits, 128 KiB per PE. None of these sizes takes time.");
  return reproduction;
}

}  // namespace

Reproduction table4(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin("table4", published);
  reproduction.simulated =
      "machine eie-64pe (64 PEs, 800 MHz, queue depth 8); " + experiments.networks();
  ComparisonTable theoretical{published.table("theoretical"), {}};
  ComparisonTable actual{published.table("actual"), {}};
  for (const std::string& layer : benchmark_layers()) {
    const LayerRun& run = experiments.run(experiments.design_point(layer), layer);
    theoretical.add(layer, "theoretical", kMicroseconds * run.theoretical_seconds());
    actual.add(layer, "actual", kMicroseconds * run.seconds());
  }
  reproduction.tables = {std::move(theoretical), std::move(actual)};
  assume_networks(reproduction, experiments);
  assume_larger_memories(reproduction, experiments);
  reproduction.assumptions.push_back(
      "Vectors above 4096 values move between activation SRAM and registers at four values per PE "
      "and cycle; the paper gives no rate.");
  return reproduction;
}

Reproduction fig8(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin("fig8", published);
  reproduction.simulated = "machine eie-64pe with queue depths 1 to 256; " + experiments.networks();
  ComparisonTable table{published.tables.front(), {}};
  for (const std::string& layer : benchmark_layers()) {
    for (const std::uint32_t depth : kQueueDepths) {
      const std::vector<Override> overrides{{"/activation_queue_depth", std::to_string(depth)}};
      const Machine& machine = experiments.design_point(layer, overrides);
      table.add(layer, std::to_string(depth), experiments.run(machine, layer).load_balance());
    }
  }
  reproduction.tables = {std::move(table)};
  assume_networks(reproduction, experiments);
  assume_larger_memories(reproduction, experiments);
  reproduction.assumptions.push_back(
      "A queue of depth 1 or 2 is the pipeline's own: an item is broadcast only if no queue is "
      "full "
      "by its registered state, and a pop in the same cycle gives no credit. The paper does not "
      "say "
      "what its smallest queues count.");
  return reproduction;
}

Reproduction fig11(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin_scaling("fig11", published, experiments);
  ComparisonTable table{published.tables.front(), {}};
  for (const std::string& layer : benchmark_layers()) {
    const double single = experiments.run(experiments.scaled(1), layer).seconds();
    for (const std::uint32_t pe_count : kPeCounts) {
      const LayerRun& run = experiments.run(experiments.scaled(pe_count), layer);
      table.add(layer, std::to_string(pe_count), single / run.seconds());
    }
  }
  reproduction.tables = {std::move(table)};
  return reproduction;
}

Reproduction fig12(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin_scaling("fig12", published, experiments);
  reproduction.tables = {
      over_pe_counts(published, experiments, [](const LayerRun& run) { return run.real_work(); })};
  return reproduction;
}

Reproduction fig13(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin_scaling("fig13", published, experiments);
  reproduction.tables = {over_pe_counts(published, experiments,
                                        [](const LayerRun& run) { return run.load_balance(); })};
  return reproduction;
}

}  // namespace nzsim::reproduce
