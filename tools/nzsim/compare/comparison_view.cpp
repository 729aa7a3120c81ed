#include "tools/nzsim/compare/comparison_view.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/report/document.h"

namespace nzsim::compare {
namespace {

using Node = DocumentNode;

/// Marks and colours of more entries than these would repeat.
constexpr std::size_t kMostEntries = 64;
/// Of sources and errors, which quote other texts and are shown once.
constexpr std::size_t kLongestText = 4 * DocumentNode::kMaximumTextBytes;

std::vector<std::string> texts_from(const Node& node) {
  std::vector<std::string> texts;
  node.for_each_element([&](const Node& text) { texts.push_back(text.text(kLongestText)); });
  return texts;
}

std::vector<Part> parts_from(const Node& node, const char* unit) {
  std::vector<Part> parts;
  node.for_each_element([&](const Node& part) {
    parts.push_back({part.member("name").text(), part.member(unit).quantity()});
  });
  return parts;
}

EntryView entry_from(const Node& node) {
  EntryView entry;
  entry.label = node.member("label").text();
  entry.is_platform = node.has_member("platform");
  entry.machine = node.member(entry.is_platform ? "platform" : "machine").text();
  if (entry.is_platform) {
    entry.format = node.member("format").text();
  } else {
    entry.overrides = texts_from(node.member("set"));
  }
  entry.sources = texts_from(node.member("sources"));
  node.member("configs").for_each_element([&](const Node& config) {
    entry.configs.push_back({config.member("name").text(), config.member("config").dump()});
  });
  return entry;
}

LayerRow layer_from(const Node& node) {
  LayerRow layer;
  layer.name = node.member("name").text();
  layer.type = node.member("type").text();
  layer.basis = node.member("basis").text();
  layer.seconds = node.member("seconds").quantity();
  layer.joules = node.member("energy_joules").quantity_or_null();
  layer.operations = node.member("operations").count();
  layer.dense_operations = node.member("dense_operations").count();
  layer.bytes = node.member("bytes").count();
  layer.bottleneck = node.member("bottleneck").text();
  layer.time_parts = parts_from(node.member("time_parts"), "seconds");
  return layer;
}

void read_sums(const Node& node, Cell& cell) {
  const Node batch = node.member("batch");
  cell.batch = batch.count();
  if (cell.batch == 0) batch.fail("an integer of at least 1");
  cell.seconds = node.member("seconds").quantity();
  cell.joules = node.member("energy_joules").quantity_or_null();
  cell.operations = node.member("operations").count();
  cell.dense_operations = node.member("dense_operations").count();
  const Node roofline = node.member("roofline");
  cell.bytes = roofline.member("bytes").count();
  cell.peak_operations_per_second = roofline.member("peak_operations_per_second").quantity();
  cell.peak_bytes_per_second = roofline.member("peak_bytes_per_second").quantity();
  cell.memory = roofline.member("memory").text();
}

Cell cell_from(const Node& node, const std::string& label) {
  const Node entry = node.member("entry");
  if (entry.text() != label) entry.fail(fmt::format("the entry \"{}\"", label));
  Cell cell;
  cell.machine = node.member("machine").text();
  if (!node.member("is_modelled").truth()) {
    const Node reason = node.member("reason");
    cell.not_modelled = reason.text(kLongestText);
    if (cell.not_modelled.empty()) reason.fail("a reason");
    return cell;
  }
  read_sums(node, cell);
  cell.bottleneck = node.member("bottleneck").text();
  cell.basis = node.member("basis").text();
  cell.energy_parts = parts_from(node.member("energy_parts"), "joules");
  node.member("layers").for_each_element(
      [&](const Node& layer) { cell.layers.push_back(layer_from(layer)); });
  return cell;
}

WorkloadResult workload_from(const Node& node, const std::vector<EntryView>& entries) {
  WorkloadResult workload;
  workload.name = node.member("name").text();
  workload.group = node.member("group").text();
  workload.source = node.member("source").text();
  const Node results = node.member("results");
  if (results.size() != entries.size()) {
    results.fail(fmt::format("{} results, one per entry", entries.size()),
                 fmt::format("{}", results.size()));
  }
  results.for_each_element([&](const Node& cell) {
    workload.cells.push_back(cell_from(cell, entries[workload.cells.size()].label));
  });
  return workload;
}

std::vector<EntryView> entries_from(const Node& node) {
  if (node.size() == 0 || node.size() > kMostEntries) {
    node.fail(fmt::format("1 to {} entries", kMostEntries), fmt::format("{}", node.size()));
  }
  std::vector<EntryView> entries;
  node.for_each_element([&](const Node& entry) { entries.push_back(entry_from(entry)); });
  return entries;
}

std::size_t baseline_from(const Node& node, const std::vector<EntryView>& entries) {
  const std::string label = node.text();
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const EntryView& entry) { return entry.label == label; });
  if (found == entries.end()) node.fail("the label of an entry");
  return static_cast<std::size_t>(found - entries.begin());
}

bool keep_all(int /*depth*/, nlohmann::json::parse_event_t /*event*/, nlohmann::json& /*parsed*/) {
  return true;
}

}  // namespace

EntryMeans ComparisonView::means_of(const std::string& group, std::size_t entry) const {
  return compare::means_of(workloads, group, baseline, entry);
}

bool is_comparison_schema(std::string_view schema) {
  return schema.starts_with(kComparisonSchema.substr(0, kComparisonSchema.find('/') + 1));
}

ComparisonView read_comparison(std::string_view json, const std::string& name) {
  const nlohmann::json document = parse_document(json, name, keep_all);
  const Node root{document, "", name};
  const Node schema = root.member("schema");
  if (schema.text() != kComparisonSchema) schema.fail(fmt::format("\"{}\"", kComparisonSchema));
  ComparisonView view;
  view.nzsim_version = root.member("nzsim_version").text();
  view.name = root.member("name").text();
  view.description = root.member("description").text();
  view.source = root.member("source").text();
  view.entries = entries_from(root.member("entries"));
  view.baseline = baseline_from(root.member("baseline"), view.entries);
  root.member("workloads").for_each_element([&](const Node& workload) {
    view.workloads.push_back(workload_from(workload, view.entries));
  });
  return view;
}

}  // namespace nzsim::compare
