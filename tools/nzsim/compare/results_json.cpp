#include <string_view>

#include <nlohmann/json.hpp>

#include "sim/report/json_writer.h"
#include "tools/nzsim/compare/comparison_view.h"
#include "tools/nzsim/compare/results.h"

namespace nzsim::compare {
namespace {

using Layout = JsonWriter::Layout;

/// `null` where there is no number.
void write_optional(JsonWriter& json, std::string_view key, const std::optional<double>& value) {
  json.key(key);
  if (value) {
    json.value(*value);
  } else {
    json.null();
  }
}

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key);
  json.begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

/// A parsed value, member by member.
void write_value(JsonWriter& json, const nlohmann::ordered_json& value) {
  if (value.is_object()) {
    json.begin_object();
    for (const auto& [key, content] : value.items()) {
      json.key(key);
      write_value(json, content);
    }
    json.end_object();
  } else if (value.is_array()) {
    json.begin_array();
    for (const auto& content : value) write_value(json, content);
    json.end_array();
  } else if (value.is_string()) {
    json.value(value.get<std::string>());
  } else if (value.is_boolean()) {
    json.value(value.get<bool>());
  } else if (value.is_number_unsigned()) {
    json.value(value.get<std::uint64_t>());
  } else if (value.is_number()) {
    json.value(value.get<double>());
  } else {
    json.null();
  }
}

void write_configs(JsonWriter& json, const std::vector<ResolvedConfig>& configs) {
  json.key("configs");
  json.begin_array();
  for (const ResolvedConfig& config : configs) {
    json.begin_object();
    json.member("name", config.name);
    json.key("config");
    write_value(json, nlohmann::ordered_json::parse(config.text, nullptr, true, true));
    json.end_object();
  }
  json.end_array();
}

void write_parts(JsonWriter& json, std::string_view key, std::string_view unit,
                 const std::vector<Part>& parts) {
  json.key(key);
  json.begin_array();
  for (const Part& part : parts) {
    json.begin_object(Layout::one_line);
    json.member("name", part.name);
    json.member(unit, part.amount);
    json.end_object();
  }
  json.end_array();
}

void write_layer(JsonWriter& json, const LayerRow& layer) {
  json.begin_object(Layout::one_line);
  json.member("name", layer.name);
  json.member("type", layer.type);
  json.member("basis", layer.basis);
  json.member("seconds", layer.seconds);
  write_optional(json, "energy_joules", layer.joules);
  json.member("operations", layer.operations);
  json.member("dense_operations", layer.dense_operations);
  json.member("bytes", layer.bytes);
  write_optional(json, "operational_intensity_operations_per_byte", layer.operational_intensity());
  json.member("attained_operations_per_second", layer.operations_per_second());
  json.member("bottleneck", layer.bottleneck);
  write_parts(json, "time_parts", "seconds", layer.time_parts);
  json.end_object();
}

void write_machine(JsonWriter& json, const MachineChoice& choice) {
  json.member("machine", choice.machine);
  std::vector<std::string> overrides;
  for (const Override& change : choice.overrides) {
    overrides.push_back(change.pointer + "=" + change.value);
  }
  write_texts(json, "set", overrides);
}

void write_exceptions(JsonWriter& json, const std::vector<MachineException>& exceptions) {
  json.key("exceptions");
  json.begin_array();
  for (const MachineException& exception : exceptions) {
    json.begin_object();
    json.member("network", exception.network);
    write_machine(json, exception.choice);
    json.end_object();
  }
  json.end_array();
}

void write_entries(JsonWriter& json, const Results& results) {
  json.key("entries");
  json.begin_array();
  for (std::size_t index = 0; index < results.comparison->entries.size(); ++index) {
    const Entry& entry = results.comparison->entries[index];
    json.begin_object();
    json.member("label", entry.label);
    if (entry.is_platform()) {
      json.member("platform", entry.platform_name);
      json.member("format", name_of(entry.format));
    } else {
      write_machine(json, entry.machine);
      write_exceptions(json, entry.exceptions);
    }
    write_texts(json, "sources", results.sources[index]);
    write_configs(json, results.configs[index]);
    json.end_object();
  }
  json.end_array();
}

void write_roofline(JsonWriter& json, const Cell& cell) {
  json.key("roofline");
  json.begin_object();
  json.member("memory", cell.memory);
  json.member("weights_in", residency_of(cell.memory));
  json.member("bytes", cell.bytes);
  write_optional(json, "operational_intensity_operations_per_byte", cell.operational_intensity());
  json.member("attained_operations_per_second", cell.operations_per_second());
  json.member("peak_operations_per_second", cell.peak_operations_per_second);
  json.member("peak_bytes_per_second", cell.peak_bytes_per_second);
  json.end_object();
}

void write_cell(JsonWriter& json, const Entry& entry, const Cell& cell, const Cell& baseline) {
  json.begin_object();
  json.member("entry", entry.label);
  json.member("machine", cell.machine);
  json.member("is_modelled", cell.is_modelled());
  if (!cell.is_modelled()) {
    json.member("reason", cell.not_modelled);
    json.end_object();
    return;
  }
  json.member("basis", cell.basis);
  json.member("batch", cell.batch);
  json.member("seconds", cell.seconds);
  json.member("seconds_per_inference", cell.seconds_per_inference());
  write_optional(json, "inferences_per_second", cell.inferences_per_second());
  write_optional(json, "speed_up", speed_up(cell, baseline));
  write_optional(json, "energy_joules", cell.joules);
  write_optional(json, "energy_joules_per_inference", cell.joules_per_inference());
  write_optional(json, "energy_efficiency", efficiency(cell, baseline));
  json.member("operations", cell.operations);
  json.member("dense_operations", cell.dense_operations);
  json.member("operations_per_second", cell.operations_per_second());
  json.member("dense_operations_per_second", cell.dense_operations_per_second());
  json.member("utilization", cell.utilization());
  json.member("bottleneck", cell.bottleneck);
  write_roofline(json, cell);
  write_parts(json, "energy_parts", "joules", cell.energy_parts);
  json.key("layers");
  json.begin_array();
  for (const LayerRow& layer : cell.layers) write_layer(json, layer);
  json.end_array();
  json.end_object();
}

void write_workloads(JsonWriter& json, const Results& results) {
  json.key("workloads");
  json.begin_array();
  for (const WorkloadResult& workload : results.workloads) {
    json.begin_object();
    json.member("name", workload.name);
    json.member("group", workload.group);
    json.member("source", workload.source);
    json.key("results");
    json.begin_array();
    for (std::size_t index = 0; index < workload.cells.size(); ++index) {
      write_cell(json, results.comparison->entries[index], workload.cells[index],
                 workload.cells[results.comparison->baseline]);
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
}

void write_means(JsonWriter& json, const Results& results) {
  json.key("geometric_means");
  json.begin_array();
  const Comparison& comparison = *results.comparison;
  for (const std::string& group : groups_of(results.workloads)) {
    for (std::size_t index = 0; index < comparison.entries.size(); ++index) {
      const EntryMeans means = means_of(results.workloads, group, comparison.baseline, index);
      json.begin_object(Layout::one_line);
      json.member("group", group);
      json.member("entry", comparison.entries[index].label);
      write_optional(json, "speed_up", means.speed_up.value);
      json.member("speed_up_workloads", std::uint64_t{means.speed_up.count});
      write_optional(json, "energy_efficiency", means.efficiency.value);
      json.member("energy_efficiency_workloads", std::uint64_t{means.efficiency.count});
      json.end_object();
    }
  }
  json.end_array();
}

}  // namespace

std::string to_json(const Results& results) {
  const Comparison& comparison = *results.comparison;
  JsonWriter json;
  json.begin_object();
  json.member("schema", kComparisonSchema);
  json.member("nzsim_version", NZSIM_VERSION);
  json.member("name", comparison.name);
  json.member("description", comparison.description);
  json.member("source", comparison.source);
  json.member("baseline", comparison.entries[comparison.baseline].label);
  write_entries(json, results);
  write_workloads(json, results);
  write_means(json, results);
  json.end_object();
  return json.finish();
}

}  // namespace nzsim::compare
