#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/report/json_writer.h"
#include "sim/report/report.h"
#include "sim/report/schema.h"

namespace nzsim {
namespace {

using Layout = JsonWriter::Layout;

/// What adds up over layers.
struct Sums {
  Cycles cycles;
  Operations operations;
  Operations dense_operations;
  Bytes dram_bytes;
  Bytes roofline_bytes;
  Picojoules energy;
};

Sums sums_of(const LayerResult& layer, const std::vector<EnergyRow>& rows) {
  Sums sums{layer.cycles,     layer.operations,     layer.dense_operations,
            layer.dram_bytes, layer.roofline_bytes, {}};
  for (const EnergyRow& row : rows) sums.energy += row.energy;
  return sums;
}

void add(Sums& sums, const Sums& layer) {
  sums.cycles += layer.cycles;
  sums.operations += layer.operations;
  sums.dense_operations += layer.dense_operations;
  sums.dram_bytes += layer.dram_bytes;
  sums.roofline_bytes += layer.roofline_bytes;
  sums.energy += layer.energy;
}

/// `numerator` per `denominator`; 0 where there is none of the latter (a layer on the host).
double rate(double numerator, double denominator) {
  return denominator > 0.0 ? numerator / denominator : 0.0;
}

double seconds_of(const ReportContext& context, Cycles cycles) {
  return static_cast<double>(cycles.value()) / context.clock_hz;
}

/// `numerator` per `denominator`, or null where there is none of the latter.
void write_ratio(JsonWriter& json, std::string_view key, double numerator, double denominator) {
  json.key(key);
  if (denominator > 0.0) {
    json.value(numerator / denominator);
  } else {
    json.null();
  }
}

void write_sums(JsonWriter& json, const ReportContext& context, const Sums& sums) {
  const double seconds = seconds_of(context, sums.cycles);
  const double joules = sums.energy.value() * 1e-12;
  json.member("cycles", sums.cycles.value());
  json.member("seconds", seconds);
  json.member("operations", sums.operations.value());
  json.member("dense_operations", sums.dense_operations.value());
  json.member("dram_bytes", sums.dram_bytes.value());
  json.member("energy_joules", joules);
  json.member("average_power_watts", rate(joules, seconds));
  // A multiply-accumulate is two operations.
  write_ratio(json, "picojoules_per_multiply_accumulate", sums.energy.value(),
              static_cast<double>(sums.operations.value()) / 2);
  write_ratio(json, "picojoules_per_dense_multiply_accumulate", sums.energy.value(),
              static_cast<double>(sums.dense_operations.value()) / 2);
}

/// Compute bound where the roofline's slope reaches the peak at or before this intensity, and where
/// no byte is moved at all.
void write_roofline(JsonWriter& json, const ReportContext& context, const Sums& sums) {
  const Ceilings& ceilings = context.ceilings;
  const auto operations = static_cast<double>(sums.operations.value());
  const auto bytes = static_cast<double>(sums.roofline_bytes.value());
  const bool is_memory_bound =
      operations * ceilings.bytes_per_second < ceilings.operations_per_second * bytes;
  json.key("roofline");
  json.begin_object();
  write_ratio(json, "operational_intensity", operations, bytes);
  json.member("attained_operations_per_second", rate(operations, seconds_of(context, sums.cycles)));
  json.member("peak_operations_per_second", ceilings.operations_per_second);
  json.member("peak_bytes_per_second", ceilings.bytes_per_second);
  json.member("memory", ceilings.memory);
  json.member("bound", is_memory_bound ? "memory" : "compute");
  json.end_object();
}

/// `with_sources`: the rows of the whole run say where each constant comes from, those of the
/// layers do not repeat it.
void write_energy(JsonWriter& json, const std::vector<EnergyRow>& rows, bool with_sources) {
  json.key("energy");
  json.begin_array();
  for (const EnergyRow& row : rows) {
    json.begin_object(Layout::one_line);
    json.member("module", row.module);
    json.member("component", row.component);
    json.member("action", row.action);
    json.member("kind", row.is_static ? "static" : "dynamic");
    json.member("count", row.count);
    json.member("picojoules_each", row.picojoules_each);
    json.member("picojoules", row.energy.value());
    if (with_sources) {
      json.member("provenance", to_string(row.provenance));
      json.member("source", row.source);
    }
    json.end_object();
  }
  json.end_array();
}

void write_values(JsonWriter& json, const ValuesCheck& values) {
  json.key("values");
  json.begin_object();
  json.member("checked", values.checked);
  json.member("matches", values.matches);
  json.member("sha256", values.sha256);
  json.member("rms_error", values.rms_error);
  json.member("largest_error", values.largest_error);
  json.member("largest_output", values.largest_output);
  json.end_object();
}

void write_details(JsonWriter& json, const std::vector<Detail>& details) {
  json.key("details");
  json.begin_object();
  for (const Detail& detail : details) {
    json.key(detail.name);
    json.begin_object(Layout::one_line);
    std::visit([&](const auto& value) { json.member("value", value); }, detail.value);
    json.member("unit", detail.unit);
    json.member("description", detail.description);
    json.end_object();
  }
  json.end_object();
}

void write_per_pe(JsonWriter& json, const StatisticsRegistry& statistics,
                  const CounterValues& counters) {
  json.key("per_pe");
  json.begin_object();
  for (const StatisticsRegistry::Group& group : statistics.groups()) {
    json.key(group.short_name);
    json.begin_array(Layout::one_line);
    for (const std::uint64_t value : group.counters.of(counters)) json.value(value);
    json.end_array();
  }
  json.end_object();
}

void write_timeline(JsonWriter& json, const CounterTimeline& recorded) {
  const Timeline& timeline = recorded.timeline;
  json.key("timeline");
  json.begin_object();
  json.member("counter", recorded.counter);
  json.member("window_cycles", timeline.window_cycles());
  json.key("per_pe");
  json.begin_array();
  for (std::size_t pe = 0; pe < timeline.parts(); ++pe) {
    json.begin_array(Layout::one_line);
    for (const std::uint64_t cycles : timeline.of(pe)) json.value(cycles);
    json.end_array();
  }
  json.end_array();
  json.end_object();
}

void write_layer(JsonWriter& json, const ReportContext& context, const LayerResult& layer,
                 const Sums& sums, const std::vector<EnergyRow>& rows) {
  json.begin_object();
  json.member("name", layer.name);
  json.member("type", layer.type);
  write_sums(json, context, sums);
  json.member("utilization", layer.utilization);
  json.member("bottleneck", layer.bottleneck);
  write_values(json, layer.values);
  write_details(json, layer.details);
  write_per_pe(json, *context.statistics, layer.counters);
  if (layer.timeline) write_timeline(json, *layer.timeline);
  write_energy(json, rows, false);
  write_roofline(json, context, sums);
  json.end_object();
}

template <class Value>
void write_statistic(JsonWriter& json, std::string_view name, const Value& value, Unit unit,
                     std::string_view description) {
  json.key(name);
  json.begin_object(Layout::one_line);
  json.member("value", value);
  json.member("unit", to_string(unit));
  json.member("description", description);
  json.end_object();
}

void write_statistics(JsonWriter& json, const StatisticsRegistry& statistics,
                      const CounterValues& sums) {
  json.key("statistics");
  json.begin_object();
  for (std::size_t index = 0; index < sums.size(); ++index) {
    const StatisticsRegistry::Counter& counter = statistics.counters()[index];
    write_statistic(json, counter.name, sums[index], counter.unit, counter.description);
  }
  for (const StatisticsRegistry::Ratio& ratio : statistics.formulas()) {
    write_statistic(json, ratio.name, ratio.formula(sums), ratio.unit, ratio.description);
  }
  json.end_object();
}

void write_area(JsonWriter& json, const std::vector<AreaRow>& areas) {
  json.key("area");
  json.begin_array();
  for (const AreaRow& row : areas) {
    json.begin_object(Layout::one_line);
    json.member("component", row.component);
    json.member("instances", row.instances);
    json.member("square_micrometres", row.square_micrometres);
    json.member("provenance", to_string(row.provenance));
    json.member("source", row.source);
    json.end_object();
  }
  json.end_array();
}

void write_header(JsonWriter& json, const ReportContext& context) {
  json.member("schema", kReportSchema);
  json.member("nzsim_version", NZSIM_VERSION);
  json.member("machine", context.machine);
  json.member("machine_source", context.machine_source);
  json.member("workload", context.workload);
  json.member("workload_source", context.workload_source);
  json.member("mode", context.mode);
  json.member("mode_note", context.mode_note);
  json.member("seed", context.seed);
  json.member("clock_hz", context.clock_hz);
}

void write_energy_table(JsonWriter& json, const EnergyTable& table) {
  json.key("energy_table");
  json.begin_object();
  json.member("name", table.name);
  json.member("node_nm", table.node_nm);
  json.member("source", table.source);
  json.end_object();
}

}  // namespace

std::string report_json(const ReportContext& context, const RunResult& result) {
  SIM_ASSERT(context.statistics != nullptr && context.energy != nullptr && context.clock_hz > 0.0,
             "report", 0, "statistics, energy table or clock are missing");
  std::vector<std::vector<EnergyRow>> layer_rows;
  std::vector<Sums> layer_sums;
  std::vector<EnergyEvent> events;
  Sums sums;
  CounterValues counters = context.statistics->zeros();
  for (const LayerResult& layer : result.layers) {
    layer_rows.push_back(energy_of(*context.energy, layer.events, context.clock_hz));
    layer_sums.push_back(sums_of(layer, layer_rows.back()));
    events.insert(events.end(), layer.events.begin(), layer.events.end());
    add(sums, layer_sums.back());
    accumulate(counters, layer.counters);
  }

  JsonWriter json;
  json.begin_object();
  write_header(json, context);
  json.key("totals");
  json.begin_object();
  write_sums(json, context, sums);
  json.member("host_seconds", context.host_seconds);
  json.end_object();
  json.key("layers");
  json.begin_array();
  for (std::size_t index = 0; index < result.layers.size(); ++index) {
    write_layer(json, context, result.layers[index], layer_sums[index], layer_rows[index]);
  }
  json.end_array();
  write_statistics(json, *context.statistics, counters);
  write_energy_table(json, *context.energy);
  write_energy(json, energy_of(*context.energy, events, context.clock_hz), true);
  write_area(json, context.areas);
  write_roofline(json, context, sums);
  json.end_object();
  return json.finish();
}

}  // namespace nzsim
