#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/commands.h"
#include "tools/nzsim/memory/memory_report.h"

namespace nzsim::cli {
namespace {

namespace fs = std::filesystem;

/// Options of generated traffic, which a trace has no use for.
const std::vector<std::string> kTrafficOptions = {"requests",    "bytes", "stride",  "span",
                                                  "write-share", "seed",  "interval"};

ResolvedMemory memory_of(const Arguments& arguments) {
  std::vector<Override> overrides;
  for (const std::string& text : arguments.texts("set")) overrides.push_back(parse_override(text));
  return load_resolved_memory(find_file(Shelf::memories, arguments.required(0)), overrides);
}

/// Exactly one of TRACE and `--stream`, and no option that belongs to the other.
void check_source(const Arguments& arguments) {
  const bool has_trace = arguments.positional(1).has_value();
  if (has_trace == arguments.text("stream").has_value()) {
    throw InputError(
        "nzsim memory", "",
        fmt::format("expected either TRACE or --stream, got {}", has_trace ? "both" : "none"));
  }
  if (!has_trace && arguments.text("format")) {
    throw InputError("--format", "", "expected a TRACE, got --stream");
  }
  const auto surplus = std::find_if(
      kTrafficOptions.begin(), kTrafficOptions.end(),
      [&](const std::string& name) { return has_trace && arguments.text(name).has_value(); });
  if (surplus != kTrafficOptions.end()) {
    throw InputError("--" + *surplus, "", "expected --stream, got a TRACE");
  }
}

Traffic traffic_of(const Arguments& arguments) {
  const std::vector<std::string> names = traffic_patterns();
  const std::string name = arguments.choice("stream", names);
  Traffic traffic;
  traffic.pattern =
      static_cast<TrafficPattern>(std::find(names.begin(), names.end(), name) - names.begin());
  traffic.requests = arguments.integer("requests", 1, UINT64_MAX).value_or(traffic.requests);
  traffic.bytes = arguments.integer("bytes", 1, UINT64_MAX);
  traffic.stride = arguments.integer("stride", 1, UINT64_MAX);
  traffic.span = arguments.integer("span", 1, UINT64_MAX);
  traffic.write_share = arguments.number("write-share", 0.0, 1.0);
  traffic.seed = arguments.integer("seed", 0, UINT64_MAX).value_or(traffic.seed);
  if (const auto interval = arguments.integer("interval", 1, INT64_MAX)) {
    traffic.interval = static_cast<Clock>(*interval);
  }
  return traffic;
}

MemoryRequest request_of(const Arguments& arguments) {
  check_source(arguments);
  MemoryRequest request;
  request.trace = arguments.positional(1);
  request.format = arguments.choice("format", {"nzsim", "dramsim3"}) == "nzsim"
                       ? TraceFormat::nzsim
                       : TraceFormat::dramsim3;
  request.traffic = traffic_of(arguments);
  request.outstanding = arguments.integer("outstanding", 1, UINT64_MAX);
  if (const auto path = arguments.text("commands")) request.commands = *path;
  request.check = arguments.flag("check");
  request.memory = memory_of(arguments);
  if (!request.outstanding) {
    request.outstanding = request_rules(request.memory.config).outstanding;
  }
  return request;
}

int memory(const Arguments& arguments) {
  const std::optional<fs::path> directory = arguments.directory("out");
  const MemoryRequest request = request_of(arguments);
  const MemoryOutcome outcome = run_memory(request);
  if (directory) {
    write_file(*directory / "memory.json", to_json(request, outcome));
  }
  fmt::print("{}", arguments.flag("json") ? to_json(request, outcome) : to_text(request, outcome));
  if (!outcome.check || outcome.check->violations == 0) return 0;
  fmt::print(stderr, "{}: expected no violation in {} commands, got {}; the first:\n",
             request.memory.config.name, outcome.check->commands, outcome.check->violations);
  for (const std::string& line : outcome.check->first) fmt::print(stderr, "{}\n", line);
  return 1;
}

}  // namespace

Command memory_command() {
  return {
      .name = "memory",
      .summary = "Play requests into a memory: bandwidth, latency, row hits, energy, commands.",
      .positionals = {{"MEMORY"}, {"TRACE", false}},
      .options = {{"stream", "PATTERN",
                   "sequential, strided, random, mixed, dependent or conflict, in place of TRACE"},
                  {"requests", "N", "requests of the stream (default 100000)"},
                  {"bytes", "N", "bytes of each (default: one burst)"},
                  {"stride", "BYTES", "from one request to the next, of strided"},
                  {"span", "BYTES", "requests stay below this address (default: the capacity)"},
                  {"write-share", "X", "share of writes (default 0.5 of mixed, else 0)"},
                  {"seed", "N", "of random addresses and writes (default 1)"},
                  {"interval", "CLOCKS", "one request each so many clocks, not back to back"},
                  {"outstanding", "N",
                   "requests that may be unanswered (default: what queues hold)"},
                  {"format", "nzsim|dramsim3",
                   "lines of TRACE: [CYCLE] ADDRESS OP [BYTES] (default), or ADDRESS OP CYCLE"},
                  {"set", "/POINTER=VALUE", "change a key of the memory", true},
                  {"commands", "FILE", "write the commands of all channels there"},
                  {"check", "",
                   "judge all commands by the standard's rules; exit code 1 if one breaks them"},
                  {"json", "", "print one JSON object and nothing else"},
                  {"out", "DIR", "write the JSON object to memory.json there"}},
      .example =
          "nzsim memory ddr4-2400 --stream random --span 1048576\n"
          "nzsim memory hbm2-2000 requests.txt.gz --check --commands commands.txt",
      .handler = memory,
  };
}

}  // namespace nzsim::cli
