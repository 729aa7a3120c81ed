#include "tools/nzsim/memory/memory_report.h"

namespace nzsim::cli {
namespace {

constexpr double kSecondsPerFemtosecond = 1e-15;

/// `part` per `whole`; 0 where there is none of the latter.
double rate(double part, double whole) { return whole > 0.0 ? part / whole : 0.0; }

double data_buses(const MemoryConfig& config) {
  const auto* dram = std::get_if<DramConfig>(&config.memory);
  return dram == nullptr ? 1.0
                         : static_cast<double>(dram->channels) * dram->organization.pseudo_channels;
}

void add_energy(MemoryFigures& figures, const MemoryOutcome& outcome) {
  if (!outcome.energy) return;
  double picojoules = 0.0;
  for (const EnergyRow& row : *outcome.energy) picojoules += row.energy.value();
  const double seconds =
      static_cast<double>(outcome.played.last_completion) * kSecondsPerFemtosecond;
  figures.picojoules = picojoules;
  figures.picojoules_per_bit = rate(picojoules, 8.0 * static_cast<double>(outcome.played.bytes()));
  figures.watts = rate(picojoules * 1e-12, seconds);
}

}  // namespace

MemoryFigures figures_of(const MemoryRequest& request, const MemoryOutcome& outcome) {
  const MemoryConfig& config = request.memory.config;
  MemoryFigures figures;
  figures.tick = request_rules(config).tick;
  if (std::holds_alternative<DramConfig>(config.memory)) figures.clock = figures.tick;
  figures.elapsed_seconds = static_cast<double>(outcome.played.elapsed()) * kSecondsPerFemtosecond;
  figures.bytes_per_second =
      rate(static_cast<double>(outcome.played.bytes()), figures.elapsed_seconds);
  figures.peak_bytes_per_second = config.peak_bytes_per_second();
  figures.peak_share = rate(figures.bytes_per_second, figures.peak_bytes_per_second);
  figures.busy_share = rate(static_cast<double>(outcome.total.busy_clocks),
                            static_cast<double>(outcome.total.clocks) * data_buses(config));
  add_energy(figures, outcome);
  return figures;
}

}  // namespace nzsim::cli
