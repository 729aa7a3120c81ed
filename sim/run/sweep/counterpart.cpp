#include "sim/run/sweep/counterpart.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/config/node.h"

namespace nzsim::sweep {
namespace {

constexpr std::size_t kMostCounterparts = 64;
constexpr std::size_t kMostColumns = 256;
constexpr double kLargestScale = 1e15;
constexpr double kLargestWeight = 1e9;

std::optional<std::string> optional_text(ConfigNode& node, std::string_view key,
                                         std::string_view description) {
  std::string text =
      node.text(key, {.default_value = "", .description = description, .may_be_empty = true});
  if (text.empty()) return {};
  return text;
}

void read_place(ConfigNode& node, Counterpart& counterpart) {
  counterpart.file =
      node.text("file", {.description = "Name under configs/published, or a path from here."});
  counterpart.table = node.text("table", {.description = "Table of that file."});
  counterpart.column = node.text("column", {.description = "Column of the results beside it."});
  counterpart.scale = node.number("scale", {.minimum = 0.0,
                                            .maximum = kLargestScale,
                                            .default_value = 1.0,
                                            .description = "Factor from the column's unit to the "
                                                           "table's.",
                                            .exclusive_minimum = true});
  counterpart.axes = node.texts(
      "axes",
      {.minimum_size = 1,
       .maximum_size = kMostColumns,
       .description = "Axes whose values, with a space between, are the table's columns."},
      {.description = {}});
  counterpart.values =
      node.texts("values",
                 {.maximum_size = kMostColumns,
                  .required = false,
                  .description = "Values of the axes for each column of the table, from the first "
                                 "on, as results.csv has them. Without: the columns' names."},
                 {.description = {}});
  counterpart.speedup_over =
      optional_text(node, "speedup_over",
                    "Values of the axes: compared is the column's number there over the one here. "
                    "Empty: the number itself.");
}

void read_mean(ConfigNode& node, Counterpart& counterpart, std::size_t workloads) {
  counterpart.row =
      optional_text(node, "row",
                    "Row of the table that has the mean over all workloads. Empty: each workload "
                    "is a row.");
  const std::string mean =
      node.choice("mean", {.options = {"arithmetic", "geometric"},
                           .default_value = "arithmetic",
                           .description = "How a row's numbers follow from its workloads'."});
  counterpart.mean = mean == "geometric" ? Mean::geometric : Mean::arithmetic;
  counterpart.weights =
      node.numbers("weights",
                   {.maximum_size = 1024,
                    .required = false,
                    .description = "Weight of each workload in the mean. Without: all the same."},
                   {.maximum = kLargestWeight, .description = {}});
  if (node.describing() || counterpart.weights.empty()) return;
  if (counterpart.weights.size() != workloads) {
    node.fail("weights", fmt::format("expected {} weights, one per workload, got {}", workloads,
                                     counterpart.weights.size()));
  } else if (std::all_of(counterpart.weights.begin(), counterpart.weights.end(),
                         [](double weight) { return weight == 0.0; })) {
    node.fail("weights", "expected a weight above 0, got none");
  }
}

}  // namespace

std::vector<Counterpart> counterparts_from(ConfigNode& root, std::size_t workloads) {
  std::vector<Counterpart> counterparts;
  root.objects("published",
               {.maximum_size = kMostCounterparts,
                .required = false,
                .description = "Published tables that the results are compared with."},
               [&](ConfigNode& node) {
                 Counterpart counterpart;
                 read_place(node, counterpart);
                 read_mean(node, counterpart, workloads);
                 counterparts.push_back(std::move(counterpart));
               });
  return counterparts;
}

}  // namespace nzsim::sweep
