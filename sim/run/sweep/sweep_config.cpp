#include "sim/run/sweep/sweep_config.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "sim/config/messages.h"
#include "sim/run/sweep/axis.h"
#include "sim/run/sweep/expression.h"

namespace nzsim::sweep {
namespace {

constexpr std::size_t kMostOverrides = 256;
constexpr std::size_t kMostWorkloads = 1024;
constexpr std::size_t kMostObjectives = 16;
constexpr std::int64_t kLargestBatch = 1'000'000;
constexpr double kLongestPoint = 1e9;
constexpr std::int64_t kLargestMemory = std::int64_t{1} << 50;

void read_identity(ConfigNode& root, SweepConfig& sweep) {
  sweep.name = root.text("name", {.description = "Name of the sweep."});
  sweep.description =
      root.text("description", {.description = "The question that it answers, in one line."});
  sweep.source = root.text(
      "source",
      {.description = "Where the question and the base come from: paper, figure, choice."});
}

void read_base(ConfigNode& root, SweepConfig& sweep) {
  sweep.base =
      root.text("base", {.description = "Machine: a name under configs/machines, or a path from "
                                        "here."});
  const std::vector<std::string> overrides =
      root.texts("set",
                 {.maximum_size = kMostOverrides,
                  .required = false,
                  .description = "Keys of the machine that differ in all points: /pointer=value."},
                 {.description = {}});
  for (const std::string& text : overrides) {
    if (!text.starts_with('/') || text.find('=') == std::string::npos) {
      root.fail("set", "expected /pointer=value, got " + in_quotes(text));
    } else {
      sweep.overrides.push_back(parse_override(text));
    }
  }
}

void read_workloads(ConfigNode& root, SweepConfig& sweep) {
  root.texts_or_objects(
      "workloads",
      {.minimum_size = 1,
       .maximum_size = kMostWorkloads,
       .description = "Networks that each machine computes: names under workloads/networks or "
                      "paths from here, or objects that change the batch too."},
      {.description = {}},
      [&](const std::string& network) {
        sweep.workloads.push_back({network, {}});
      },
      [&](ConfigNode& node) {
        SweepWorkload workload;
        workload.network = node.text(
            "network", {.description = "Name under workloads/networks, or a path from here."});
        const std::optional<std::int64_t> batch = node.optional_integer(
            "batch", {.minimum = 1,
                      .maximum = kLargestBatch,
                      .description = "Inputs, in place of the network's batch."});
        if (batch) workload.batch = static_cast<std::uint32_t>(*batch);
        sweep.workloads.push_back(std::move(workload));
      });
  if (root.describing() || !root.valid("workloads")) return;
  std::set<std::pair<std::string, std::optional<std::uint32_t>>> known;
  for (const SweepWorkload& workload : sweep.workloads) {
    if (known.emplace(workload.network, workload.batch).second) continue;
    root.fail("workloads",
              "expected different workloads, got " + in_quotes(workload.network) + " twice");
  }
}

void read_mode(ConfigNode& root, SweepConfig& sweep) {
  root.variant("mode",
               {.options = {"grid", "zip", "random"},
                .default_value = "grid",
                .description = "All combinations of the axes' values, the values at one place of "
                               "all axes, or combinations that are drawn."},
               [&](const std::string& mode) {
                 if (mode == "zip") sweep.mode = SweepMode::zip;
                 if (mode != "random") return;
                 sweep.mode = SweepMode::random;
                 root.object("random", true, "How combinations are drawn.", [&](ConfigNode& node) {
                   sweep.random_points = static_cast<std::uint64_t>(node.integer(
                       "points", {.minimum = 1,
                                  .maximum = static_cast<std::int64_t>(kMostPoints),
                                  .description = "Combinations; equal ones count once."}));
                   sweep.random_seed = static_cast<std::uint64_t>(node.integer(
                       "seed", {.default_value = 1,
                                .description = "Seed; the same points on every machine."}));
                 });
               });
}

/// Points before `where`, at most one more than is allowed.
std::uint64_t count_of(const SweepConfig& sweep) {
  std::uint64_t count = 1;
  if (sweep.mode == SweepMode::random) {
    count = sweep.random_points;
  } else if (sweep.mode == SweepMode::zip) {
    count = sweep.axes.empty() ? 1 : sweep.axes.front().values.size();
  } else {
    for (const Axis& axis : sweep.axes) {
      count = std::min(count * axis.values.size(), kMostPoints + 1);
    }
  }
  return std::min(count * sweep.workloads.size(), kMostPoints + 1);
}

void check_axes(ConfigNode& root, const SweepConfig& sweep) {
  if (root.describing() || !root.valid()) return;
  for (const Axis& axis : sweep.axes) {
    const Axis& first = sweep.axes.front();
    if (sweep.mode != SweepMode::zip || axis.values.size() == first.values.size()) continue;
    root.fail("axes", fmt::format("expected axes of one length in a zip, got {} values of {} and "
                                  "{} of {}",
                                  first.values.size(), in_quotes(first.name), axis.values.size(),
                                  in_quotes(axis.name)));
    return;
  }
  if (count_of(sweep) > kMostPoints) {
    root.fail("axes", fmt::format("expected at most {} points, got more", kMostPoints));
  }
}

/// An axis over the batch of all layers leaves none for a workload to state.
void check_batches(ConfigNode& root, const SweepConfig& sweep) {
  if (root.describing() || !root.valid()) return;
  const bool varies = std::any_of(sweep.axes.begin(), sweep.axes.end(), [](const Axis& axis) {
    return axis.target == AxisTarget::workload && axis.pointer == "/batch";
  });
  for (const SweepWorkload& workload : sweep.workloads) {
    if (!varies || !workload.batch) continue;
    root.fail("workloads", fmt::format("expected workloads without batch beside the axis "
                                       "\"workload:/batch\", got {} with batch {}",
                                       in_quotes(workload.network), *workload.batch));
    return;
  }
}

void read_where(ConfigNode& root, SweepConfig& sweep) {
  sweep.where = root.text(
      "where", {.default_value = "",
                .description = "Condition that a point must meet, over axes, numbers of its "
                               "machine and `workload`. Empty: none.",
                .maximum_length = kLongestExpression,
                .may_be_empty = true});
  if (root.describing() || sweep.where.empty()) return;
  try {
    static_cast<void>(Expression(sweep.where));
  } catch (const ExpressionError& error) {
    root.fail("where", error.what());
  }
}

void read_objectives(ConfigNode& root, SweepConfig& sweep) {
  root.objects("objectives",
               {.maximum_size = kMostObjectives,
                .required = false,
                .description = "Columns of the results whose Pareto front is shown."},
               [&](ConfigNode& node) {
                 Objective objective;
                 objective.column = node.text("column", {.description = "Column of the results."});
                 const std::string goal = node.choice(
                     "goal", {.options = {"minimize", "maximize"}, .description = "What is best."});
                 objective.goal = goal == "maximize" ? Goal::maximize : Goal::minimize;
                 sweep.objectives.push_back(std::move(objective));
               });
}

void read_options(ConfigNode& root, SweepConfig& sweep) {
  root.object("options", false, "How each point is run.", [&](ConfigNode& node) {
    const std::string mode =
        node.choice("mode", {.options = {"fast", "reference"},
                             .default_value = "fast",
                             .description = "The fast engine, or the clocked SystemC model."});
    sweep.options.mode = mode == "reference" ? Mode::reference : Mode::fast;
    sweep.options.values =
        node.boolean("values", true, "Compute and check the outputs; false: timing alone.");
    sweep.options.seed = static_cast<std::uint64_t>(
        node.integer("seed", {.default_value = 0, .description = "Seed of synthetic values."}));
  });
  root.object("limits", false, "Limits of one point.", [&](ConfigNode& node) {
    sweep.seconds_limit = node.optional_number("seconds", {.minimum = 0.0,
                                                           .maximum = kLongestPoint,
                                                           .description = "Host time; without: "
                                                                          "none.",
                                                           .exclusive_minimum = true});
    const std::optional<std::int64_t> bytes = node.optional_integer(
        "bytes",
        {.minimum = 1, .maximum = kLargestMemory, .description = "Host memory; without: none."});
    if (bytes) sweep.bytes_limit = static_cast<std::uint64_t>(*bytes);
  });
}

}  // namespace

SweepConfig sweep_from(ConfigNode& root) {
  SweepConfig sweep;
  read_identity(root, sweep);
  read_base(root, sweep);
  read_workloads(root, sweep);
  read_mode(root, sweep);
  sweep.axes = axes_from(root);
  check_axes(root, sweep);
  check_batches(root, sweep);
  read_where(root, sweep);
  read_objectives(root, sweep);
  sweep.published = counterparts_from(root, sweep.workloads.size());
  read_options(root, sweep);
  return sweep;
}

SweepConfig load_sweep(const std::filesystem::path& path) {
  ConfigDocument document = ConfigDocument::load(path);
  ConfigNode root = document.root();
  SweepConfig sweep = sweep_from(root);
  document.finish();
  sweep.path = path;
  sweep.resolved = document.resolved();
  return sweep;
}

}  // namespace nzsim::sweep
