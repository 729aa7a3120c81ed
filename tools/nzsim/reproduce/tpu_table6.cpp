#include <string>
#include <utility>
#include <vector>

#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/reproduce/figures.h"
#include "tools/nzsim/reproduce/tpu_means.h"
#include "tools/nzsim/reproduce/tpu_platforms.h"

namespace nzsim::reproduce {
namespace {

Published published_named(const char* name) {
  return load_published(cli::find_file(cli::Shelf::published, name));
}

/// The published rates of one of Figs. 5 to 7, in TOPS.
TpuValues published_rates(const char* figure) {
  const Published published = published_named(figure);
  TpuValues rates;
  for (const TpuApplication& application : tpu_applications()) {
    rates.push_back(published_at(published.table("rate"), "rate", application.name));
  }
  return rates;
}

/// The roofline's bounds of a platform at the batches of its figure, in TOPS.
TpuValues bounds(const char* figure, const char* file) {
  const Published published = published_named(figure);
  const platform::Platform platform = platform_named(file);
  TpuValues rates;
  for (const TpuApplication& application : tpu_applications()) {
    rates.push_back(roofline_point(platform, application, batch_by(published, application))
                        .tera_operations_per_second());
  }
  return rates;
}

TpuValues simulated_rates(Experiments& experiments) {
  experiments.tpu().prepare(tpu_points(experiments));
  TpuValues rates;
  for (const TpuApplication& application : tpu_applications()) {
    rates.push_back(tpu_run(experiments, application).tera_operations_per_second());
  }
  return rates;
}

/// The rates that are left where the host's time of Table 5 comes to the run's.
TpuValues with_host(const TpuValues& rates) {
  const Published prime = published_named("tpu-prime");
  TpuValues result;
  for (std::size_t n = 0; n < rates.size(); ++n) {
    const double percent = published_at(prime.table("host"), tpu_applications()[n].name, "share");
    result.push_back(rates[n] / (1.0 + 0.01 * percent));
  }
  return result;
}

TpuValues ratios(const TpuValues& numerators, const TpuValues& denominators) {
  TpuValues result;
  for (std::size_t n = 0; n < numerators.size(); ++n) {
    result.push_back(numerators[n] / denominators[n]);
  }
  return result;
}

/// One row: a value per application, and both means.
void add_row(ComparisonTable& table, const std::string& row, const TpuValues& values,
             double geometric, double weighted) {
  for (std::size_t n = 0; n < values.size(); ++n) {
    table.add(row, tpu_applications()[n].name, values[n]);
  }
  table.add(row, "geometric mean", geometric);
  table.add(row, "weighted mean", weighted);
}

/// Rates of the three machines, in TOPS, and how they are shown.
struct Variant {
  const char* name;
  const char* title;
  TpuValues cpu;
  TpuValues gpu;
  TpuValues tpu;
  /// Table 6 has the host's time in it: without it there is no tolerance.
  bool has_tolerance = false;
};

ComparisonTable table_of(const Published& published, const Variant& variant) {
  ComparisonTable table{published.table("over_cpu"), {}};
  table.published.name = variant.name;
  table.published.title = std::string("performance over a Haswell die: ") + variant.title;
  if (!variant.has_tolerance) table.published.tolerance.reset();
  const TpuValues gpu = ratios(variant.gpu, variant.cpu);
  const TpuValues tpu = ratios(variant.tpu, variant.cpu);
  add_row(table, "GPU", gpu, geometric_mean(gpu), weighted_mean(gpu));
  add_row(table, "TPU", tpu, geometric_mean(tpu), weighted_mean(tpu));
  // The published means of this row are ratios of the two means: 29.2 / 1.9 = 15.4.
  add_row(table, "TPU over GPU", ratios(tpu, gpu), geometric_mean(tpu) / geometric_mean(gpu),
          weighted_mean(tpu) / weighted_mean(gpu));
  return table;
}

std::vector<Variant> variants(Experiments& experiments) {
  const TpuValues cpu_bound = bounds("tpu-fig6", "xeon-e5-2699-v3");
  const TpuValues gpu_bound = bounds("tpu-fig7", "tesla-k80");
  const TpuValues cpu = published_rates("tpu-fig6");
  const TpuValues gpu = published_rates("tpu-fig7");
  const TpuValues tpu = simulated_rates(experiments);
  const TpuValues tpu_published = published_rates("tpu-fig5");
  return {{"measured", "TPU simulated with the host's time, CPU and GPU as in Figs. 6 and 7", cpu,
           gpu, with_host(tpu), true},
          {"measured_no_host", "TPU simulated without it, CPU and GPU as in Figs. 6 and 7", cpu,
           gpu, tpu},
          {"bounds", "TPU simulated with the host's time, CPU and GPU at their bounds", cpu_bound,
           gpu_bound, with_host(tpu), true},
          {"bounds_no_host", "TPU simulated without it, CPU and GPU at their bounds", cpu_bound,
           gpu_bound, tpu},
          {"figures", "the paper's own Figs. 5 to 7 with the host's time, nothing simulated", cpu,
           gpu, with_host(tpu_published)},
          {"figures_no_host", "the paper's own Figs. 5 to 7 without it, nothing simulated", cpu,
           gpu, tpu_published}};
}

}  // namespace

Reproduction tpu_table6(const Published& published, Experiments& experiments) {
  Reproduction reproduction = begin("tpu-table6", published);
  reproduction.simulated =
      "machine tpu-v1, one batch of each application; platforms xeon-e5-2699-v3 and tesla-k80 by "
      "the rooflines of models/platform, or by the rates that Figs. 6 and 7 have measured";
  for (const Variant& variant : variants(experiments)) {
    reproduction.tables.push_back(table_of(published, variant));
  }
  reproduction.assumptions = roofline_assumptions();
  reproduction.assumptions.push_back(tpu_mean_assumption() + " Means are arithmetic, of ratios.");
  reproduction.assumptions.push_back(
      "Host time is Table 5's share of the TPU's time and comes to it; it adds to what the link "
      "itself takes here. Of the hosts of CPU and GPU nothing is published.");
  reproduction.notes.push_back(
      "A roofline's bound is an upper limit of the CPU's and the GPU's performance, and so the "
      "TPU's ratios over it are lower limits. The GPU's ratio over the CPU is one of two bounds, "
      "and no limit of either side.");
  reproduction.notes.push_back(
      "The tables of figures show what the paper's own rates give, so that a gap can be told from "
      "one of the simulator: Table 6 and Figs. 5 to 7 contradict each other. For MLP1 and LSTM0 "
      "the figures agree with it without the host's time, though it is said to have it.");
  return reproduction;
}

}  // namespace nzsim::reproduce
