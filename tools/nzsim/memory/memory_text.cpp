#include <fmt/format.h>

#include "sim/report/text_table.h"
#include "tools/nzsim/memory/memory_report.h"

namespace nzsim::cli {
namespace {

using Align = TextTable::Align;

/// Longest text of a line of its own.
constexpr std::size_t kLineLimit = 200;

std::string percent(double share) { return fmt::format("{:.1f}", 100.0 * share); }

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string header(const MemoryRequest& request) {
  const MemoryConfig& config = request.memory.config;
  std::string text = fmt::format("{:<9} {}", "memory", printable(config.name, kLineLimit));
  if (const auto* dram = std::get_if<DramConfig>(&config.memory)) {
    text += fmt::format("  ({}, {} channel{}, clock {} ns)", printable(dram->standard, kLineLimit),
                        dram->channels, dram->channels == 1 ? "" : "s",
                        static_cast<double>(dram->clock_femtoseconds) * 1e-6);
  }
  const Traffic& traffic = request.traffic;
  text += fmt::format("\n{:<9} ", "requests");
  text += request.trace
              ? fmt::format("trace {}", printable(*request.trace, kLineLimit))
              : fmt::format("{}, seed {}",
                            traffic_patterns().at(static_cast<std::size_t>(traffic.pattern)),
                            traffic.seed);
  if (request.outstanding) {
    text += fmt::format(", at most {} unanswered", format_count(*request.outstanding));
  }
  return text + "\n\n";
}

std::string totals_table(const MemoryOutcome& outcome, const MemoryFigures& figures) {
  const PlayedRequests& played = outcome.played;
  TextTable table;
  table.add_column("total", Align::left);
  table.add_column("value");
  table.add_column("unit", Align::left);
  table.add_row({"requests", format_count(played.requests())});
  table.add_row({"reads", format_count(played.reads)});
  table.add_row({"writes", format_count(played.writes)});
  table.add_row({"bytes", format_count(played.bytes()), "B"});
  if (figures.clock) {
    table.add_row({"elapsed",
                   format_count(static_cast<std::uint64_t>(played.elapsed() / *figures.clock)),
                   "clocks"});
  }
  table.add_row({"elapsed", format_number(figures.elapsed_seconds * 1e9), "ns"});
  table.add_row({"bandwidth", format_number(figures.bytes_per_second * 1e-9), "GB/s"});
  table.add_row({"share of peak", percent(figures.peak_share),
                 fmt::format("% of {} GB/s", format_number(figures.peak_bytes_per_second * 1e-9))});
  table.add_row({"data bus busy", percent(figures.busy_share), "%"});
  if (figures.picojoules) {
    table.add_row({"energy", format_number(*figures.picojoules * 1e-3), "nJ"});
    table.add_row({"energy per bit", format_number(*figures.picojoules_per_bit), "pJ/bit"});
    table.add_row({"average power", format_number(*figures.watts * 1e3), "mW"});
  } else {
    table.add_row({"energy", "unknown"});
  }
  return table.render();
}

std::string latency_table(const LatencyHistogram& latency, const MemoryFigures& figures) {
  if (latency.count() == 0) return "";
  TextTable table;
  table.add_column("read latency", Align::left);
  if (figures.clock) table.add_column("clocks");
  table.add_column("ns");
  const auto add = [&](const char* name, double ticks) {
    std::vector<std::string> cells{name};
    if (figures.clock) cells.push_back(format_number(ticks));
    cells.push_back(format_number(ticks * static_cast<double>(figures.tick) * 1e-6));
    table.add_row(std::move(cells));
  };
  add("minimum", static_cast<double>(latency.minimum()));
  add("mean", latency.mean());
  for (const std::uint32_t percent : {50U, 95U, 99U}) {
    add(fmt::format("p{}", percent).c_str(), static_cast<double>(latency.percentile(percent)));
  }
  add("maximum", static_cast<double>(latency.maximum()));
  return fmt::format("\n{}", table.render());
}

std::string counters_table(const ChannelCounters& total) {
  const std::uint64_t rows = total.row_hits + total.row_misses + total.row_conflicts;
  TextTable table;
  table.add_column("bursts and commands", Align::left);
  table.add_column("count");
  table.add_column("share\n%");
  const auto add_row = [&](const char* name, std::uint64_t count) {
    table.add_row({name, format_count(count), percent(share(count, rows))});
  };
  add_row("row hits", total.row_hits);
  add_row("row misses", total.row_misses);
  add_row("row conflicts", total.row_conflicts);
  table.add_row({"reads", format_count(total.reads)});
  table.add_row({"reads from the write queue", format_count(total.forwarded_reads)});
  table.add_row({"writes", format_count(total.writes)});
  table.add_row({"activates", format_count(total.activates)});
  table.add_row({"precharges", format_count(total.precharges)});
  table.add_row({"refreshes", format_count(total.refreshes)});
  table.add_row({"bank refreshes", format_count(total.bank_refreshes)});
  return fmt::format("\n{}", table.render());
}

std::string energy_table(const MemoryOutcome& outcome, const MemoryFigures& figures) {
  if (!outcome.energy) return "";
  TextTable table;
  table.add_column("energy", Align::left);
  table.add_column("count");
  table.add_column("total\nnJ");
  table.add_column("share\n%");
  table.add_column("origin", Align::left);
  for (const EnergyRow& row : *outcome.energy) {
    const double picojoules = row.energy.value();
    table.add_row({row.action, format_count(row.count), format_number(picojoules * 1e-3),
                   percent(*figures.picojoules > 0.0 ? picojoules / *figures.picojoules : 0.0),
                   std::string(to_string(row.provenance))});
  }
  return fmt::format("\n{}", table.render());
}

}  // namespace

std::string to_text(const MemoryRequest& request, const MemoryOutcome& outcome) {
  const MemoryFigures figures = figures_of(request, outcome);
  std::string text = header(request) + totals_table(outcome, figures) +
                     latency_table(outcome.played.read_latency, figures);
  if (figures.clock) text += counters_table(outcome.total);
  text += energy_table(outcome, figures);
  if (outcome.check) {
    text +=
        fmt::format("\ncheck     {} commands, {} violations\n",
                    format_count(outcome.check->commands), format_count(outcome.check->violations));
  }
  return text;
}

}  // namespace nzsim::cli
