#include "sim/report/page/report_page.h"

#include <cstddef>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/report/breakdown.h"
#include "sim/report/page/charts.h"
#include "sim/report/page/markup.h"
#include "sim/report/page/page_parts.h"
#include "sim/report/page/report_charts.h"
#include "sim/report/page/report_tables.h"
#include "sim/report/report_view.h"
#include "sim/report/text_table.h"

namespace nzsim {
namespace {

std::string with_note(const std::string& text, const std::string& note) {
  return note.empty() ? text : fmt::format("{}: {}", text, note);
}

std::string header(const ReportView& view) {
  return fmt::format("<header>\n<h1>{} <span>on</span> {}</h1>\n<dl class=\"facts\">\n",
                     escaped(view.workload), escaped(view.machine)) +
         fact("machine", view.machine_source) + fact("workload", view.workload_source) +
         fact("mode", with_note(view.mode, view.mode_note)) +
         fact("clock", fmt::format("{:g} MHz", view.clock_hz / 1e6)) +
         fact("run", fmt::format("nzsim {}, seed {}, {} s on the host", view.nzsim_version,
                                 view.seed, format_number(view.host_seconds))) +
         "</dl>\n</header>\n";
}

std::string values_of(const ReportView& view) {
  std::size_t checked = 0;
  std::size_t equal = 0;
  for (const ReportLayer& layer : view.layers) {
    checked += layer.checked ? 1 : 0;
    equal += layer.checked && layer.matches ? 1 : 0;
  }
  if (checked == 0) return "not computed";
  return fmt::format("{} of {} layers", equal, checked);
}

/// What a machine that skips nothing would have to reach; nothing where that is the same.
std::string pruned_figure(const ReportView& view) {
  if (view.totals.dense_operations == view.totals.operations) return "";
  const auto dense = static_cast<double>(view.totals.dense_operations);
  return headline_figure("as if nothing were pruned",
                         with_prefix(share(dense, view.totals.seconds)) + "OP/s");
}

/// The numbers that a reader looks for first.
std::string headline(const ReportView& view) {
  const ReportRoofline& line = view.roofline;
  return "<ul class=\"headline\">\n" +
         headline_figure("time", with_prefix(view.totals.seconds) + "s") +
         headline_figure("cycles", format_count(view.totals.cycles)) +
         headline_figure("energy", with_prefix(view.totals.energy_joules) + "J") +
         headline_figure("average power", with_prefix(view.totals.average_power_watts) + "W") +
         headline_figure("effective speed",
                         with_prefix(line.attained_operations_per_second) + "OP/s") +
         pruned_figure(view) +
         headline_figure("of the peak",
                         fmt::format("{:.1f} %", 100.0 * share(line.attained_operations_per_second,
                                                               line.peak_operations_per_second))) +
         headline_figure("the roofline's limit", line.bound) +
         headline_figure("outputs checked and equal", values_of(view)) + "</ul>\n";
}

std::string heat_map_section(std::string_view id, std::string_view title,
                             std::string_view without_scripts, const HeatMap& map) {
  return fmt::format(
      "<section class=\"chart\" id=\"{}\">\n<h2>{}</h2>\n<figure></figure>\n"
      "<noscript><p class=\"note\">The heat map needs scripts; {}.</p></noscript>\n"
      "<script type=\"application/json\" id=\"{}-data\">\n{}</script>\n</section>\n",
      id, title, without_scripts, id, json_for_script(json_of(map)));
}

std::string charts(const ReportView& view) {
  const ReportCharts all = charts_of(view);
  std::vector<std::string> time_notes;
  if (all.time_is_mean_of_pes) {
    time_notes.emplace_back(
        "Each PE is in one state in each cycle; a bar shows the mean over PEs.");
  }
  std::string html = "<div id=\"choice\"></div>\n";
  html += chart_section("roofline", "Roofline", all.roofline, all.roofline.notes);
  html += chart_section("time", "Time", all.time, time_notes);
  html += chart_section("energy", "Energy", all.energy, {});
  if (all.pes && !all.pes->rows.empty()) {
    html += heat_map_section("heat", "States of each PE",
                             "the table of PEs has each layer's least busy and busiest", *all.pes);
  }
  if (!all.pes_over_time.measures.empty()) {
    html += heat_map_section("heat-time", "Use of each PE over time",
                             "report.json has the timelines", all.pes_over_time);
  }
  return html;
}

/// The config as it stands in its file; only checked to be JSON.
std::string config_section(const ReportPageInput& input) {
  if (!input.config) return "";
  const auto parsed = nlohmann::json::parse(*input.config, nullptr, false);
  if (parsed.is_discarded()) {
    throw InputError(input.config_name, "", "expected JSON, got a syntax error");
  }
  return "<section id=\"config\">\n<h2>Resolved config</h2>\n" +
         folded_json("All inputs of the run, with defaults", *input.config) + "</section>\n";
}

}  // namespace

std::string report_page(const ReportPageInput& input, const PageAssets& assets) {
  const ReportView view = read_report(input.report, input.name);
  return page_head(fmt::format("{} on {}", view.workload, view.machine), assets) +
         "<body>\n<p id=\"message\" role=\"alert\" hidden></p>\n" + header(view) + "<main>\n" +
         version_paragraph(view.nzsim_version) + headline(view) + charts(view) + tables_of(view) +
         config_section(input) + "</main>\n" + page_footer(view.nzsim_version, assets) +
         page_scripts("report", input.report, assets) + "</body>\n</html>\n";
}

}  // namespace nzsim
