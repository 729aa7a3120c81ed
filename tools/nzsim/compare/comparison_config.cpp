#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "sim/config/messages.h"
#include "tools/nzsim/compare/comparison.h"

namespace nzsim::compare {
namespace {

using platform::Format;
using platform::Layout;
using platform::NumberType;

constexpr std::int64_t kLargestBatch = 1'000'000;
constexpr std::size_t kMostEntries = 64;
constexpr std::size_t kMostOverrides = 256;
constexpr std::size_t kMostWorkloads = 256;

struct NamedFormat {
  std::string_view name;
  Format format;
};
constexpr std::array<NamedFormat, 4> kFormats{
    {{"dense_fp32", {Layout::dense, NumberType::float32}},
     {"csr_fp32", {Layout::compressed_rows, NumberType::float32}},
     {"dense_fp16", {Layout::dense, NumberType::float16}},
     {"dense_int8", {Layout::dense, NumberType::int8}}}};

std::optional<std::uint32_t> batch_from(ConfigNode& node, std::string_view description) {
  const std::optional<std::int64_t> batch = node.optional_integer(
      "batch", {.minimum = 1, .maximum = kLargestBatch, .description = description});
  if (!batch) return {};
  return static_cast<std::uint32_t>(*batch);
}

MachineChoice machine_from(ConfigNode& node) {
  MachineChoice choice;
  choice.machine =
      node.text("machine", {.description = "Name under configs/machines, or a path from here."});
  const std::vector<std::string> overrides =
      node.texts("set",
                 {.maximum_size = kMostOverrides,
                  .required = false,
                  .description = "Keys of the machine that are changed: /pointer=value."},
                 {.description = {}});
  for (const std::string& text : overrides) {
    if (!text.starts_with('/') || text.find('=') == std::string::npos) {
      node.fail("set", "expected /pointer=value, got " + in_quotes(text));
    } else {
      choice.overrides.push_back(parse_override(text));
    }
  }
  return choice;
}

void read_machine(ConfigNode& node, Entry& entry) {
  entry.machine = machine_from(node);
  node.objects("exceptions",
               {.maximum_size = kMostWorkloads,
                .required = false,
                .description = "Networks that another machine takes, as they do not fit this one "
                               "or need another type of operands."},
               [&](ConfigNode& child) {
                 MachineException exception;
                 exception.network =
                     child.text("network", {.description = "One of the workloads."});
                 exception.choice = machine_from(child);
                 entry.exceptions.push_back(std::move(exception));
               });
}

void read_platform(ConfigNode& node, Entry& entry) {
  entry.platform_name =
      node.text("platform", {.description = "Name under configs/platforms, or a path from here."});
  ChoiceRule rule;
  for (const NamedFormat& known : kFormats) rule.options.emplace_back(known.name);
  rule.description = "Layout and type of the weights; inputs and outputs have the same type.";
  const std::string name = node.choice("format", rule);
  for (const NamedFormat& known : kFormats) {
    if (known.name == name) entry.format = known.format;
  }
}

std::string default_label(const Entry& entry) {
  const std::filesystem::path word =
      entry.is_platform() ? entry.platform_name : entry.machine.machine;
  const std::string name = word.extension() == ".json" ? word.stem().string() : word.string();
  return entry.is_platform() ? fmt::format("{} {}", name, name_of(entry.format)) : name;
}

bool has_label(const std::vector<Entry>& entries, const std::string& label) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const Entry& entry) { return entry.label == label; });
}

void read_entry(ConfigNode& node, std::vector<Entry>& entries) {
  Entry entry;
  node.one_of({"machine", "platform"}, true, [&](const std::string& key) {
    if (key == "machine") {
      read_machine(node, entry);
    } else {
      read_platform(node, entry);
    }
  });
  entry.batch = batch_from(node, "Inputs of this entry, in place of the workloads' batches.");
  entry.label = node.text(
      "label", {.default_value = "",
                .description = "Unique name in tables. Empty: the machine's, or the platform's "
                               "and the format's.",
                .maximum_length = 64,
                .may_be_empty = true});
  if (entry.label.empty()) entry.label = default_label(entry);
  if (!node.describing() && node.valid() && has_label(entries, entry.label)) {
    node.fail("label", "expected a label that no entry before has, got " + in_quotes(entry.label));
  }
  entries.push_back(std::move(entry));
}

/// The place of the entry called `baseline`.
void read_baseline(ConfigNode& root, Comparison& comparison) {
  const std::string baseline = root.text(
      "baseline", {.description = "Label of the entry that the others are compared with."});
  if (root.describing() || !root.valid()) return;
  std::vector<std::string> labels;
  for (const Entry& entry : comparison.entries) labels.push_back(entry.label);
  const auto found = std::find(labels.begin(), labels.end(), baseline);
  if (found == labels.end()) {
    root.fail("baseline", fmt::format("expected the label of an entry, got {}{}",
                                      in_quotes(baseline), suggestion(baseline, labels)));
    return;
  }
  comparison.baseline = static_cast<std::size_t>(found - labels.begin());
}

/// An exception of a network that is no workload would be silently without effect.
void check_exceptions(ConfigNode& root, const Comparison& comparison) {
  std::vector<std::string> networks;
  for (const WorkloadChoice& workload : comparison.workloads) networks.push_back(workload.network);
  for (const Entry& entry : comparison.entries) {
    for (const MachineException& exception : entry.exceptions) {
      if (!root.valid("entries")) return;
      if (std::find(networks.begin(), networks.end(), exception.network) != networks.end()) {
        continue;
      }
      root.fail("entries", fmt::format("expected exceptions of workloads, got {} of {}{}",
                                       in_quotes(exception.network), in_quotes(entry.label),
                                       suggestion(exception.network, networks)));
    }
  }
}

/// Means over a group, and over what has none, would mix.
void check_groups(ConfigNode& root, const Comparison& comparison) {
  const std::vector<WorkloadChoice>& workloads = comparison.workloads;
  const auto has_group = [](const WorkloadChoice& workload) { return !workload.group.empty(); };
  const auto first = std::find_if_not(workloads.begin(), workloads.end(), has_group);
  if (first == workloads.end() || std::none_of(workloads.begin(), workloads.end(), has_group)) {
    return;
  }
  root.fail("workloads",
            fmt::format("expected a group of every workload or of none, got none of {}",
                        in_quotes(first->network)));
}

}  // namespace

Comparison comparison_from(ConfigNode& root) {
  Comparison comparison;
  comparison.name = root.text("name", {.description = "Name of the comparison."});
  comparison.description = root.text("description", {.description = "What it shows, in one line."});
  comparison.source = root.text(
      "source", {.description = "Where entries and workloads come from: paper, table, choice."});
  root.objects("entries",
               {.minimum_size = 1,
                .maximum_size = kMostEntries,
                .description = "Machines that are simulated and platforms known by their figures."},
               [&](ConfigNode& node) { read_entry(node, comparison.entries); });
  root.objects(
      "workloads",
      {.minimum_size = 1,
       .maximum_size = kMostWorkloads,
       .description = "Networks that each entry computes."},
      [&](ConfigNode& node) {
        WorkloadChoice workload;
        workload.network = node.text(
            "network", {.description = "Name under workloads/networks, or a path from here."});
        workload.batch = batch_from(node, "Inputs, in place of the network's batch.");
        workload.group =
            node.text("group", {.default_value = "",
                                .description = "Means are over the workloads of one group; empty, "
                                               "as in all others: over all.",
                                .maximum_length = 64,
                                .may_be_empty = true});
        comparison.workloads.push_back(std::move(workload));
      });
  read_baseline(root, comparison);
  if (!root.describing() && root.valid()) check_exceptions(root, comparison);
  if (!root.describing() && root.valid()) check_groups(root, comparison);
  return comparison;
}

Comparison load_comparison(const std::filesystem::path& path) {
  ConfigDocument document = ConfigDocument::load(path);
  ConfigNode root = document.root();
  Comparison comparison = comparison_from(root);
  document.finish();
  comparison.path = path;
  return comparison;
}

std::string_view name_of(const Format& format) {
  for (const NamedFormat& known : kFormats) {
    if (known.format.layout == format.layout && known.format.type == format.type) {
      return known.name;
    }
  }
  throw std::logic_error("unknown format of a platform");
}

}  // namespace nzsim::compare
