#include "sim/report/page/report_charts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/report/breakdown.h"

namespace nzsim {
namespace {

/// Products of a report's numbers may leave what a double holds; a chart has no place for them.
double finite(double value) { return std::isfinite(value) ? value : 0.0; }

std::vector<ChartSeries> series_of(const std::vector<std::string>& names) {
  std::vector<ChartSeries> series;
  for (const std::string& name : names) series.push_back({name, series_color(series.size())});
  return series;
}

std::string percent(double part) { return fmt::format("{:.1f} %", 100.0 * part); }

std::string checked_sentence(const ReportLayer& layer) {
  if (!layer.checked) return "outputs not computed";
  return layer.matches ? "outputs equal the independent computation"
                       : "OUTPUTS DIFFER from the independent computation";
}

std::vector<std::string> rate_facts(const ReportRoofline& roofline) {
  const double attainable = attainable_rate(roofline);
  return {
      fmt::format("{}OP/s at {}OP/B of {}", with_prefix(roofline.attained_operations_per_second),
                  intensity_text(roofline.operational_intensity.value_or(0.0)), roofline.memory),
      fmt::format("{} of the {}OP/s that the roofline allows here: {} bound",
                  percent(share(roofline.attained_operations_per_second, attainable)),
                  with_prefix(attainable), roofline.bound)};
}

std::string origin(const ReportView& view) {
  return fmt::format("simulated by nzsim {}, {} mode, at {:g} MHz", view.nzsim_version, view.mode,
                     view.clock_hz / 1e6);
}

RooflinePoint point_of(const ReportRoofline& roofline, std::string name, std::size_t series) {
  RooflinePoint point;
  point.name = std::move(name);
  point.series = series;
  point.operations_per_byte = roofline.operational_intensity.value_or(0.0);
  point.operations_per_second = roofline.attained_operations_per_second;
  point.facts = rate_facts(roofline);
  return point;
}

bool has_place(const ReportRoofline& roofline) {
  return roofline.operational_intensity.value_or(0.0) > 0.0 &&
         roofline.attained_operations_per_second > 0.0;
}

/// Types of layers, each a series; those for which no colour is left share the last.
class LayerTypes {
 public:
  explicit LayerTypes(const ReportView& view) {
    for (const ReportLayer& layer : view.layers) {
      if (!has_place(layer.roofline) || places_.contains(layer.type)) continue;
      places_.emplace(layer.type, std::min(names_.size(), kMostTypes));
      if (names_.size() < kMostTypes) {
        names_.push_back(as_words(layer.type));
      } else if (names_.size() == kMostTypes) {
        names_.push_back("other types");
      }
    }
  }
  [[nodiscard]] std::size_t place_of(const ReportLayer& layer) const {
    return places_.at(layer.type);
  }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  static constexpr std::size_t kMostTypes = kSeriesColors - 1;

  std::map<std::string, std::size_t> places_;
  std::vector<std::string> names_;
};

RooflineCeiling ceiling_of(const ReportView& view) {
  const ReportRoofline& line = view.roofline;
  return {view.machine, line.memory, line.peak_operations_per_second, line.peak_bytes_per_second,
          finite(ridge_point(line))};
}

std::string not_drawn(const std::vector<std::string>& names) {
  constexpr std::size_t kMostNames = 20;
  std::string note =
      "Without a place on logarithmic axes, as they do no multiply-accumulates or "
      "move no bytes of this memory: ";
  for (std::size_t index = 0; index < std::min(names.size(), kMostNames); ++index) {
    if (index > 0) note += ", ";
    note += names[index];
  }
  if (names.size() > kMostNames) note += fmt::format(" and {} more", names.size() - kMostNames);
  return note + '.';
}

RooflineChart roofline_of(const ReportView& view) {
  const LayerTypes types(view);
  RooflineChart chart;
  chart.ceilings = {ceiling_of(view)};
  chart.series = series_of(types.names());
  std::vector<std::string> left_out;
  bool has_point_above = false;
  for (std::size_t index = 0; index < view.layers.size(); ++index) {
    const ReportLayer& layer = view.layers[index];
    if (!has_place(layer.roofline)) {
      left_out.push_back(layer.name);
      continue;
    }
    RooflinePoint point = point_of(layer.roofline, layer.name, types.place_of(layer));
    point.group = index;
    point.facts.insert(
        point.facts.begin(),
        fmt::format("{} layer of {} on {}", as_words(layer.type), view.workload, view.machine));
    if (layer.roofline.attained_operations_per_second > attainable_rate(layer.roofline)) {
      has_point_above = true;
      point.facts.emplace_back(
          "above the line: bytes of this layer move while another one computes");
    }
    point.facts.push_back(fmt::format("bottleneck: {}", as_words(layer.bottleneck)));
    point.facts.push_back(fmt::format("{}; {}", origin(view), checked_sentence(layer)));
    chart.points.push_back(std::move(point));
  }
  // A single layer is the whole run.
  if (has_place(view.roofline) && view.layers.size() > 1) {
    RooflinePoint point = point_of(view.roofline, "whole run", chart.series.size());
    point.facts.push_back(origin(view));
    chart.points.push_back(std::move(point));
    chart.series.push_back({"whole run", "#222222"});
  }
  if (has_point_above) {
    chart.notes.emplace_back(
        "Above the line: layers whose bytes move while earlier ones compute. The whole run cannot "
        "be there.");
  }
  if (!left_out.empty()) chart.notes.push_back(not_drawn(left_out));
  fit_axes(chart);
  return chart;
}

double largest_of(const ReportView& view, double ReportSums::*member) {
  double largest = 0.0;
  for (const ReportLayer& layer : view.layers) largest = std::max(largest, layer.sums.*member);
  return largest;
}

BarRow row_of(const ReportLayer& layer, double sum, std::string_view base_unit,
              std::size_t series) {
  BarRow row;
  row.name = layer.name;
  row.values.resize(series);
  row.sum = fmt::format("{}{}", with_prefix(sum), base_unit);
  return row;
}

BarChart time_of(const ReportView& view, const LayerStates& states) {
  const ScaledUnit unit = unit_for(largest_of(view, &ReportSums::seconds), "s");
  BarChart chart;
  chart.title = "Time of each layer";
  chart.unit = unit.name;
  std::vector<std::string> names;
  for (const std::string& name : states.names) names.push_back(as_words(name));
  const bool is_split = !names.empty();
  // Of layers that report no states although others do.
  const bool has_rest =
      !is_split ||
      std::any_of(view.layers.begin(), view.layers.end(), [&](const ReportLayer& layer) {
        return layer.sums.seconds > 0.0 &&
               states.seconds[static_cast<std::size_t>(&layer - view.layers.data())].empty();
      });
  if (has_rest) names.emplace_back(is_split ? "not split" : "time");
  chart.series = series_of(names);
  for (std::size_t index = 0; index < view.layers.size(); ++index) {
    const ReportLayer& layer = view.layers[index];
    BarRow row = row_of(layer, layer.sums.seconds, "s", names.size());
    const std::vector<double> parts = is_split ? states.seconds[index] : std::vector<double>{};
    for (std::size_t state = 0; state < parts.size(); ++state) {
      row.values[state] = finite(parts[state] * unit.factor);
    }
    if (parts.empty() && has_rest) row.values.back() = finite(layer.sums.seconds * unit.factor);
    chart.rows.push_back(std::move(row));
  }
  return chart;
}

/// The modules that get a colour, in order of first appearance: all, or those of most energy.
std::vector<std::string> modules_of(const ReportView& view) {
  const ModuleEnergies energies(view.energy);
  std::vector<std::string> by_energy = energies.order;
  if (by_energy.size() <= kSeriesColors) return by_energy;
  std::stable_sort(by_energy.begin(), by_energy.end(), [&](const auto& left, const auto& right) {
    return energies.modules.at(left).sum() > energies.modules.at(right).sum();
  });
  const std::set<std::string> kept(by_energy.begin(), by_energy.begin() + kSeriesColors);
  std::vector<std::string> modules;
  for (const std::string& name : energies.order) {
    if (kept.contains(name)) modules.push_back(name);
  }
  return modules;
}

BarChart energy_of(const ReportView& view) {
  const ScaledUnit unit = unit_for(largest_of(view, &ReportSums::energy_joules), "J");
  BarChart chart;
  chart.title = "Energy of each layer";
  chart.unit = unit.name;
  if (view.energy.empty()) return chart;
  const std::vector<std::string> modules = modules_of(view);
  std::map<std::string, std::size_t> places;
  for (const std::string& module : modules) places.emplace(module, places.size());
  std::vector<std::string> names = modules;
  names.emplace_back("other modules");
  bool has_rest = false;
  for (const ReportLayer& layer : view.layers) {
    BarRow row = row_of(layer, layer.sums.energy_joules, "J", names.size());
    for (const ReportModuleEnergy& part : layer.energy) {
      const auto place = places.find(part.module);
      const std::size_t series = place == places.end() ? modules.size() : place->second;
      const double value = std::max(0.0, finite(part.picojoules * 1e-12 * unit.factor));
      row.values[series] = finite(row.values[series] + value);
      has_rest = has_rest || (place == places.end() && value > 0.0);
    }
    chart.rows.push_back(std::move(row));
  }
  if (!has_rest) {
    names.pop_back();
    for (BarRow& row : chart.rows) row.values.pop_back();
  }
  chart.series = series_of(names);
  return chart;
}

HeatMap heat_map_of(const ReportView& view, const std::vector<std::string>& counters) {
  HeatMap map{"State", "of the layer's cycles", {}, {}};
  std::vector<const ReportLayer*> layers;
  for (const ReportLayer& layer : view.layers) {
    if (layer.sums.cycles == 0 || layer.per_pe_counter(counters.front()) == nullptr) continue;
    layers.push_back(&layer);
    map.rows.push_back(layer.name);
  }
  for (const std::string& name : counters) {
    HeatMap::Measure measure;
    measure.name = as_words(name);
    for (const ReportLayer* layer : layers) {
      std::vector<double>& row = measure.values.emplace_back();
      const ReportPerPe* counter = layer->per_pe_counter(name);
      if (counter == nullptr) continue;
      for (const std::uint64_t value : counter->values) {
        row.push_back(std::min(
            1.0, share(static_cast<double>(value), static_cast<double>(layer->sums.cycles))));
      }
    }
    map.measures.push_back(std::move(measure));
  }
  return map;
}

/// Shares of each window in which a PE is busy.
std::vector<std::vector<double>> use_of(const ReportTimeline& timeline, std::uint64_t cycles) {
  std::vector<std::vector<double>> use;
  for (const std::vector<std::uint64_t>& counts : timeline.per_pe) {
    std::vector<double>& row = use.emplace_back();
    std::uint64_t rest = cycles;
    for (const std::uint64_t count : counts) {
      const std::uint64_t window = std::min(timeline.window_cycles, rest);
      row.push_back(share(static_cast<double>(count), static_cast<double>(window)));
      rest -= window;
    }
  }
  return use;
}

/// The use of each PE over time, of layers that have a timeline.
HeatMap time_map_of(const ReportView& view) {
  HeatMap map{"Layer", "of the window's cycles", {}, {}};
  for (const ReportLayer& layer : view.layers) {
    if (!layer.timeline || layer.sums.cycles == 0) continue;
    HeatMap::Measure measure;
    measure.name = layer.name;
    measure.window_cycles = layer.timeline->window_cycles;
    measure.cycles = layer.sums.cycles;
    measure.values = use_of(*layer.timeline, layer.sums.cycles);
    for (std::size_t pe = map.rows.size(); pe < measure.values.size(); ++pe) {
      map.rows.push_back(fmt::format("PE {}", pe));
    }
    map.measures.push_back(std::move(measure));
  }
  return map;
}

}  // namespace

std::string as_words(std::string_view name) {
  std::string words(name);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

ReportCharts charts_of(const ReportView& view) {
  const LayerStates states = layer_states(view);
  ReportCharts charts;
  charts.roofline = roofline_of(view);
  charts.time = time_of(view, states);
  charts.time_is_mean_of_pes = states.is_mean_of_pes;
  charts.energy = energy_of(view);
  if (states.is_mean_of_pes) charts.pes = heat_map_of(view, states.names);
  charts.pes_over_time = time_map_of(view);
  return charts;
}

}  // namespace nzsim
