#include "sim/report/report_view.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/report/document.h"
#include "sim/report/schema.h"

namespace nzsim {
namespace {

using Json = nlohmann::json;
using Node = DocumentNode;

/// Columns of a table: what is rendered stays linear in the size of the file.
constexpr std::size_t kMaximumDetailNames = 256;

ReportSums sums_from(const Node& node) {
  return {node.member("cycles").count(),
          node.member("seconds").number(),
          node.member("operations").count(),
          node.member("dense_operations").count(),
          node.member("dram_bytes").count(),
          node.member("energy_joules").number(),
          node.member("average_power_watts").number(),
          node.member("picojoules_per_multiply_accumulate").number_or_null(),
          node.member("picojoules_per_dense_multiply_accumulate").number_or_null()};
}

ReportRoofline roofline_from(const Node& node) {
  ReportRoofline roofline;
  roofline.operational_intensity = node.member("operational_intensity").number_or_null();
  roofline.attained_operations_per_second = node.member("attained_operations_per_second").number();
  roofline.peak_operations_per_second = node.member("peak_operations_per_second").number();
  roofline.peak_bytes_per_second = node.member("peak_bytes_per_second").number();
  roofline.memory = node.member("memory").text();
  const Node bound = node.member("bound");
  roofline.bound = bound.text();
  if (roofline.bound != "compute" && roofline.bound != "memory") {
    bound.fail("\"compute\" or \"memory\"");
  }
  return roofline;
}

ReportDetail detail_from(const std::string& name, const Node& node) {
  ReportDetail detail;
  detail.name = name;
  const Node value = node.member("value");
  if (value.is_text()) {
    detail.value = value.text();
  } else if (value.is_count()) {
    detail.value = value.count();
  } else {
    detail.value = value.number();
  }
  detail.unit = node.member("unit").text();
  return detail;
}

ReportPerPe per_pe_from(const std::string& name, const Node& node) {
  ReportPerPe counter;
  counter.name = name;
  node.for_each_element([&](const Node& value) { counter.values.push_back(value.count()); });
  return counter;
}

/// The counts of one PE in windows of `window_cycles` over `cycles`, which add up to `sum`.
std::vector<std::uint64_t> windows_from(const Node& node, std::uint64_t window_cycles,
                                        std::uint64_t cycles, std::uint64_t sum) {
  const std::uint64_t windows = cycles / window_cycles + (cycles % window_cycles == 0 ? 0 : 1);
  if (node.size() != windows) {
    node.fail(fmt::format("{} windows of {} cycles", windows, window_cycles),
              fmt::format("{}", node.size()));
  }
  std::vector<std::uint64_t> counts;
  std::uint64_t rest = cycles;
  std::uint64_t counted = 0;
  node.for_each_element([&](const Node& value) {
    const std::uint64_t window = std::min(window_cycles, rest);
    counts.push_back(value.count());
    if (counts.back() > window) value.fail(fmt::format("a count in [0, {}]", window));
    rest -= window;
    counted += counts.back();
  });
  if (counted != sum) {
    node.fail(fmt::format("counts that add up to {}", sum), fmt::format("{}", counted));
  }
  return counts;
}

/// The timeline of `layer`, whose cycles and counters are read already.
ReportTimeline timeline_from(const Node& node, const ReportLayer& layer) {
  ReportTimeline timeline;
  const Node name = node.member("counter");
  timeline.counter = name.text();
  const ReportPerPe* const counter = layer.per_pe_counter(timeline.counter);
  if (counter == nullptr) name.fail("a counter of the layer's per_pe");
  const Node window = node.member("window_cycles");
  timeline.window_cycles = window.count();
  if (timeline.window_cycles == 0) window.fail("an integer of at least 1");
  const Node rows = node.member("per_pe");
  rows.for_each_element([&](const Node& row) {
    const std::size_t pe = timeline.per_pe.size();
    const std::uint64_t sum = pe < counter->values.size() ? counter->values[pe] : 0;
    timeline.per_pe.push_back(windows_from(row, timeline.window_cycles, layer.sums.cycles, sum));
  });
  if (timeline.per_pe.size() != counter->values.size()) {
    rows.fail(fmt::format("{} arrays, one per PE", counter->values.size()),
              fmt::format("{}", timeline.per_pe.size()));
  }
  return timeline;
}

std::vector<ReportModuleEnergy> module_energies_from(const Node& node) {
  std::vector<ReportModuleEnergy> modules;
  std::map<std::string, std::size_t> places;
  node.for_each_element([&](const Node& row) {
    const std::string module = row.member("module").text();
    const auto [place, is_new] = places.try_emplace(module, modules.size());
    if (is_new) modules.push_back({module, 0.0});
    modules[place->second].picojoules += row.member("picojoules").number();
  });
  return modules;
}

ReportLayer layer_from(const Node& node) {
  ReportLayer layer;
  layer.name = node.member("name").text();
  layer.type = node.member("type").text();
  layer.sums = sums_from(node);
  layer.utilization = node.member("utilization").number();
  layer.bottleneck = node.member("bottleneck").text();
  const Node values = node.member("values");
  layer.checked = values.member("checked").truth();
  layer.matches = values.member("matches").truth();
  layer.sha256 = values.member("sha256").text();
  layer.rms_error = values.member("rms_error").number();
  node.member("details").for_each_member([&](const std::string& name, const Node& item) {
    layer.details.push_back(detail_from(name, item));
  });
  node.member("per_pe").for_each_member([&](const std::string& name, const Node& counter) {
    layer.per_pe.push_back(per_pe_from(name, counter));
  });
  if (node.has_member("timeline")) layer.timeline = timeline_from(node.member("timeline"), layer);
  layer.energy = module_energies_from(node.member("energy"));
  layer.roofline = roofline_from(node.member("roofline"));
  return layer;
}

ReportEnergy energy_from(const Node& node) {
  ReportEnergy row;
  row.module = node.member("module").text();
  row.component = node.member("component").text();
  row.action = node.member("action").text();
  const Node kind = node.member("kind");
  const std::string text = kind.text();
  if (text != "static" && text != "dynamic") kind.fail("\"static\" or \"dynamic\"");
  row.is_static = text == "static";
  row.picojoules_each = node.member("picojoules_each").number();
  row.picojoules = node.member("picojoules").number();
  row.provenance = node.member("provenance").text();
  row.source = node.member("source").text();
  return row;
}

ReportArea area_from(const Node& node) {
  return {node.member("component").text(), node.member("instances").count(),
          node.member("square_micrometres").number(), node.member("provenance").text(),
          node.member("source").text()};
}

void read_header(const Node& root, ReportView& view) {
  view.nzsim_version = root.member("nzsim_version").text();
  view.machine = root.member("machine").text();
  view.machine_source = root.member("machine_source").text();
  view.workload = root.member("workload").text();
  view.workload_source = root.member("workload_source").text();
  view.mode = root.member("mode").text();
  view.mode_note = root.member("mode_note").text();
  view.seed = root.member("seed").count();
  const Node clock = root.member("clock_hz");
  view.clock_hz = clock.number();
  if (!(view.clock_hz > 0.0)) clock.fail("a number above 0");
}

/// Watches the parser: leaves out what no view shows, and notes the order of the details' names,
/// which a parsed object does not keep.
class ParserWatch {
 public:
  [[nodiscard]] bool keep(int depth, Json::parse_event_t event, const Json& parsed) {
    if (event != Json::parse_event_t::key) return true;
    const std::string& key = parsed.get_ref<const std::string&>();
    if (depth == kRoot) top_ = key;
    if (depth == kLayer) in_layer_ = key;
    const bool is_detail = depth == kDetails && top_ == "layers" && in_layer_ == "details";
    // One more name than is allowed tells that there are too many.
    if (is_detail && names_.size() <= kMaximumDetailNames && known_.insert(key).second) {
      names_.push_back(key);
    }
    return !(depth == kRoot && key == "statistics");
  }
  [[nodiscard]] std::vector<std::string> names() && { return std::move(names_); }

 private:
  /// Depths of keys: of the report, of a layer in the array of layers, of its details.
  static constexpr int kRoot = 1;
  static constexpr int kLayer = 3;
  static constexpr int kDetails = 4;

  std::string top_;
  std::string in_layer_;
  std::vector<std::string> names_;
  std::set<std::string> known_;
};

}  // namespace

const ReportDetail* ReportLayer::detail(std::string_view wanted) const {
  const auto found =
      std::find_if(details.begin(), details.end(),
                   [&](const ReportDetail& candidate) { return candidate.name == wanted; });
  return found == details.end() ? nullptr : &*found;
}

const ReportPerPe* ReportLayer::per_pe_counter(std::string_view wanted) const {
  const auto found = std::find_if(per_pe.begin(), per_pe.end(), [&](const ReportPerPe& candidate) {
    return candidate.name == wanted;
  });
  return found == per_pe.end() ? nullptr : &*found;
}

ReportView read_report(std::string_view json, const std::string& name) {
  ParserWatch watch;
  const Json document =
      parse_document(json, name, [&](int depth, Json::parse_event_t event, const Json& parsed) {
        return watch.keep(depth, event, parsed);
      });
  const Node root{document, "", name};
  const Node schema = root.member("schema");
  if (schema.text() != kReportSchema) schema.fail(fmt::format("\"{}\"", kReportSchema));

  ReportView view;
  view.detail_names = std::move(watch).names();
  if (view.detail_names.size() > kMaximumDetailNames) {
    root.member("layers").fail(fmt::format("at most {} different details", kMaximumDetailNames),
                               "more");
  }
  read_header(root, view);
  const Node totals = root.member("totals");
  view.totals = sums_from(totals);
  view.host_seconds = totals.member("host_seconds").number();
  root.member("layers").for_each_element(
      [&](const Node& node) { view.layers.push_back(layer_from(node)); });
  const Node table = root.member("energy_table");
  view.energy_table = table.member("name").text();
  view.energy_table_source = table.member("source").text();
  view.node_nm = table.member("node_nm").number();
  root.member("energy").for_each_element(
      [&](const Node& node) { view.energy.push_back(energy_from(node)); });
  root.member("area").for_each_element(
      [&](const Node& node) { view.areas.push_back(area_from(node)); });
  view.roofline = roofline_from(root.member("roofline"));
  return view;
}

}  // namespace nzsim
