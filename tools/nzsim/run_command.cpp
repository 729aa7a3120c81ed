#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/report/report.h"
#include "sim/run/design_point.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/commands.h"

namespace nzsim::cli {
namespace {

namespace fs = std::filesystem;

/// Largest batch that `--batch` takes.
constexpr std::uint64_t kLargestBatch = 1'000'000;

Machine machine_of(const Arguments& arguments) {
  std::vector<Override> overrides;
  for (const std::string& text : arguments.texts("set")) overrides.push_back(parse_override(text));
  return load_machine(find_file(Shelf::machines, arguments.required(0)), overrides,
                      shipped_directories());
}

Network network_of(const Arguments& arguments) {
  std::optional<std::uint32_t> batch;
  if (const auto value = arguments.integer("batch", 1, kLargestBatch)) {
    batch = static_cast<std::uint32_t>(*value);
  }
  Network network = load_network(find_file(Shelf::networks, arguments.required(1)), batch);
  const std::vector<std::string> layers = arguments.list("layers");
  return layers.empty() ? network : select_layers(network, layers);
}

RunOptions options_of(const Arguments& arguments) {
  RunOptions options;
  options.mode =
      arguments.choice("mode", {"fast", "reference"}) == "fast" ? Mode::fast : Mode::reference;
  options.values = !arguments.flag("no-values");
  options.timeline = arguments.flag("timeline");
  options.seed = arguments.integer("seed", 0, UINT64_MAX).value_or(0);
  options.cache = arguments.directory("cache");
  return options;
}

/// Throws where `machine` cannot record the timeline that was asked for; names the shipped machines
/// that can.
void check_timeline(const Machine& machine) {
  if (machine.accelerator->has_timeline()) return;
  std::vector<std::string> names;
  for (const CatalogueItem& item : catalogue(Shelf::machines)) {
    const Machine other = load_machine(item.path, {}, shipped_directories());
    if (other.accelerator->has_timeline()) names.push_back(item.name);
  }
  throw InputError(
      "--timeline", "",
      fmt::format("expected a machine of a model that records PEs over time, as of {}; "
                  "got one of \"{}\"",
                  fmt::join(names, ", "), machine.model));
}

int print_program(const Machine& machine, const Network& network, const RunOptions& options) {
  const std::string listing =
      machine.accelerator->compile(Workload{network, options.seed})->listing();
  if (listing.empty()) {
    throw InputError("--program", "",
                     fmt::format("expected a machine of a model whose programs can be shown, got "
                                 "one of \"{}\"",
                                 machine.model));
  }
  fmt::print("{}", listing);
  return 0;
}

int run(const Arguments& arguments) {
  const RunOptions options = options_of(arguments);
  const std::optional<fs::path> directory = arguments.directory("out");
  const Machine machine = machine_of(arguments);
  if (options.timeline) check_timeline(machine);
  const Network network = network_of(arguments);
  if (arguments.flag("program")) return print_program(machine, network, options);
  const RunOutcome outcome = run_design_point(machine, network, options);

  if (directory) {
    write_file(*directory / "config.json", outcome.config);
    write_file(*directory / "report.json", outcome.report);
  }
  fmt::print("{}", arguments.flag("json")
                       ? outcome.report
                       : render_report(outcome.report, "report.json", ReportFormat::text));
  if (outcome.values_match) return 0;
  fmt::print(stderr, "{}: values differ from the independent computation: {}\n", network.name,
             outcome.difference);
  return 1;
}

}  // namespace

Command run_command() {
  return {
      .name = "run",
      .summary = "Simulate a network on a machine: cycles, energy, utilisation, checked outputs.",
      .positionals = {{"MACHINE"}, {"WORKLOAD"}},
      .options = {{"out", "DIR", "write report.json and config.json (the resolved inputs) there"},
                  {"mode", "fast|reference",
                   "closed recurrences (default), or SystemC cycle by cycle"},
                  {"set", "/POINTER=VALUE", "change a key of the machine", true},
                  {"no-values", "", "timing and counters alone, no outputs"},
                  {"timeline", "", "report the busy cycles of each PE over time (EIE machines)"},
                  {"layers", "A,B", "only these layers"},
                  {"batch", "N", "input vectors of every layer"},
                  {"seed", "N", "mixed into the seeds of synthetic values (default 0)"},
                  {"cache", "DIR", "keep compiled programs there and use them again"},
                  {"program", "", "print the compiled program and simulate nothing"},
                  {"json", "", "print the report as JSON and nothing else"}},
      .example =
          "nzsim run eie-64pe alex-7 --out out/alex-7\n"
          "nzsim run eie-64pe alex-7 --set /activation_queue_depth=16 --json",
      .handler = run,
  };
}

}  // namespace nzsim::cli
