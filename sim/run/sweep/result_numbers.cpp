#include "sim/run/sweep/result_numbers.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string_view>

#include "sim/energy/table.h"

namespace nzsim::sweep {
namespace {

using Numbers = std::vector<std::pair<std::string, double>>;

/// `numerator` per `denominator`; 0 where there is none of the latter.
double rate(double numerator, double denominator) {
  return denominator > 0.0 ? numerator / denominator : 0.0;
}

/// Energy of all layers, added up as reports do.
struct Energy {
  Picojoules all;
  Picojoules leakage_and_clock;
  /// Of events, by module, in the order of the rows.
  std::vector<std::pair<std::string, Picojoules>> dynamic;

  void add(const EnergyRow& row) {
    if (row.is_static) {
      leakage_and_clock += row.energy;
      return;
    }
    const auto known = std::find_if(dynamic.begin(), dynamic.end(),
                                    [&](const auto& other) { return other.first == row.module; });
    if (known == dynamic.end()) {
      dynamic.emplace_back(row.module, row.energy);
    } else {
      known->second += row.energy;
    }
  }
};

Energy energy_of_layers(const Machine& machine, const RunResult& result) {
  Energy energy;
  for (const LayerResult& layer : result.layers) {
    Picojoules sum;
    for (const EnergyRow& row :
         energy_of(machine.energy, layer.events, machine.accelerator->clock_hz())) {
      sum += row.energy;
      energy.add(row);
    }
    energy.all += sum;
  }
  return energy;
}

double joules_of(Picojoules energy) { return energy.value() * 1e-12; }

double square_millimetres(const Machine& machine) {
  double sum = 0.0;
  for (const AreaRow& row : area_of(machine.energy, machine.accelerator->area_parts())) {
    sum += row.square_micrometres;
  }
  return sum * 1e-6;
}

/// Sums of a run over its layers.
struct Sums {
  std::uint64_t cycles = 0;
  std::uint64_t operations = 0;
  std::uint64_t dense_operations = 0;
  std::uint64_t dram_bytes = 0;
  std::uint64_t roofline_bytes = 0;
  /// Utilisation x cycles.
  double used_cycles = 0.0;
  CounterValues counters;
};

Sums sums_of(const RunResult& result, const StatisticsRegistry& statistics) {
  Sums sums;
  sums.counters = statistics.zeros();
  for (const LayerResult& layer : result.layers) {
    sums.cycles += layer.cycles.value();
    sums.operations += layer.operations.value();
    sums.dense_operations += layer.dense_operations.value();
    sums.dram_bytes += layer.dram_bytes.value();
    sums.roofline_bytes += layer.roofline_bytes.value();
    sums.used_cycles += layer.utilization * static_cast<double>(layer.cycles.value());
    accumulate(sums.counters, layer.counters);
  }
  return sums;
}

/// `part_{}.busy_cycles` as `part_N.busy_cycles`.
std::string name_of(const std::string& pattern) {
  const std::size_t place = pattern.find("{}");
  if (place == std::string::npos) return pattern;
  return pattern.substr(0, place) + "N" + pattern.substr(place + 2);
}

/// Counters in the order of their registration, a vector at the place of its first part.
void add_counters(Numbers& numbers, const StatisticsRegistry& statistics,
                  const CounterValues& counters) {
  auto group = statistics.groups().begin();
  for (std::size_t index = 0; index < counters.size();) {
    while (group != statistics.groups().end() && group->counters.count == 0) ++group;
    if (group != statistics.groups().end() && group->counters.first == index) {
      const auto parts = group->counters.of(counters);
      const std::uint64_t sum = std::accumulate(parts.begin(), parts.end(), std::uint64_t{0});
      numbers.emplace_back(name_of(group->pattern), static_cast<double>(sum));
      index += group->counters.count;
      ++group;
    } else {
      numbers.emplace_back(statistics.counters()[index].name, static_cast<double>(counters[index]));
      ++index;
    }
  }
  for (const StatisticsRegistry::Ratio& ratio : statistics.formulas()) {
    numbers.emplace_back(ratio.name, ratio.formula(counters));
  }
}

}  // namespace

Numbers numbers_of(const Machine& machine, const ProgramRun& run) {
  const StatisticsRegistry& statistics = machine.accelerator->statistics();
  const Sums sums = sums_of(run.result, statistics);
  const auto cycles = static_cast<double>(sums.cycles);
  const auto operations = static_cast<double>(sums.operations);
  const double seconds = cycles / machine.accelerator->clock_hz();
  const Energy energy = energy_of_layers(machine, run.result);
  const double joules = joules_of(energy.all);
  Numbers numbers;
  numbers.emplace_back("cycles", cycles);
  numbers.emplace_back("seconds", seconds);
  numbers.emplace_back("operations", operations);
  numbers.emplace_back("dense_operations", static_cast<double>(sums.dense_operations));
  numbers.emplace_back("dram_bytes", static_cast<double>(sums.dram_bytes));
  numbers.emplace_back("energy_joules", joules);
  numbers.emplace_back("average_power_watts", rate(joules, seconds));
  numbers.emplace_back("utilization", rate(sums.used_cycles, cycles));
  numbers.emplace_back("operational_intensity",
                       rate(operations, static_cast<double>(sums.roofline_bytes)));
  numbers.emplace_back("attained_operations_per_second", rate(operations, seconds));
  numbers.emplace_back("area_mm2", square_millimetres(machine));
  add_counters(numbers, statistics, sums.counters);
  numbers.emplace_back("static_joules", joules_of(energy.leakage_and_clock));
  for (const auto& [module, dynamic] : energy.dynamic) {
    numbers.emplace_back("dynamic_joules." + module, joules_of(dynamic));
  }
  return numbers;
}

std::string bottleneck_of(const RunResult& result) {
  std::vector<std::pair<std::string_view, std::uint64_t>> cycles;
  for (const LayerResult& layer : result.layers) {
    const auto known = std::find_if(cycles.begin(), cycles.end(), [&](const auto& other) {
      return other.first == layer.bottleneck;
    });
    if (known == cycles.end()) {
      cycles.emplace_back(layer.bottleneck, layer.cycles.value());
    } else {
      known->second += layer.cycles.value();
    }
  }
  const auto most = std::max_element(
      cycles.begin(), cycles.end(),
      [](const auto& left, const auto& right) { return left.second < right.second; });
  return most == cycles.end() ? std::string{} : std::string(most->first);
}

}  // namespace nzsim::sweep
