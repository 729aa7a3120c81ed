#include "sim/report/page/report_page.h"

#include <cstddef>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/report/breakdown.h"
#include "sim/report/page/charts.h"
#include "sim/report/page/markup.h"
#include "sim/report/page/report_charts.h"
#include "sim/report/page/report_tables.h"
#include "sim/report/report_view.h"
#include "sim/report/text_table.h"

namespace nzsim {
namespace {

/// Nothing is loaded from anywhere, whatever the page holds.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

std::string head(const ReportView& view, const PageAssets& assets) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{} on {} - nzsim</title>\n<style>\n{}</style>\n</head>\n",
      kPolicy, escaped(view.workload), escaped(view.machine), assets.style);
}

std::string fact(std::string_view term, std::string_view text) {
  if (text.empty()) return "";
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", term, escaped(text));
}

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

std::string figure_of(std::string_view title, const std::string& value) {
  return fmt::format("<li><b>{}</b><span>{}</span></li>\n", escaped(value), title);
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
  return figure_of("as if nothing were pruned",
                   with_prefix(share(dense, view.totals.seconds)) + "OP/s");
}

/// The numbers that a reader looks for first.
std::string headline(const ReportView& view) {
  const ReportRoofline& line = view.roofline;
  return "<ul class=\"headline\">\n" + figure_of("time", with_prefix(view.totals.seconds) + "s") +
         figure_of("cycles", format_count(view.totals.cycles)) +
         figure_of("energy", with_prefix(view.totals.energy_joules) + "J") +
         figure_of("average power", with_prefix(view.totals.average_power_watts) + "W") +
         figure_of("effective speed", with_prefix(line.attained_operations_per_second) + "OP/s") +
         pruned_figure(view) +
         figure_of("of the peak",
                   fmt::format("{:.1f} %", 100.0 * share(line.attained_operations_per_second,
                                                         line.peak_operations_per_second))) +
         figure_of("the roofline's limit", line.bound) +
         figure_of("outputs checked and equal", values_of(view)) + "</ul>\n";
}

/// A chart: its drawing, and the data from which a script draws it again.
template <class Chart>
std::string chart_section(std::string_view id, std::string_view title, const Chart& chart,
                          const std::vector<std::string>& notes) {
  std::string svg = svg_of(chart);
  std::string html = fmt::format("<section class=\"chart\" id=\"{}\">\n<h2>{}</h2>\n", id, title);
  if (svg.empty()) return html + "<p>Nothing to draw: the run has none.</p>\n</section>\n";
  html += "<figure>\n<div class=\"scroll drawing\">\n" + svg + "</div>\n</figure>\n";
  html += "<ul class=\"legend\">\n";
  for (std::size_t index = 0; index < chart.series.size(); ++index) {
    html += fmt::format("<li data-series=\"{}\">{}{}</li>\n", index, swatch_of(chart, index),
                        escaped(chart.series[index].name));
  }
  html += "</ul>\n";
  for (const std::string& note : notes) {
    html += fmt::format("<p class=\"note\">{}</p>\n", escaped(note));
  }
  html += fmt::format("<script type=\"application/json\" id=\"{}-data\">\n{}</script>\n", id,
                      json_for_script(json_of(chart)));
  return html + "</section>\n";
}

std::string heat_map_section(const HeatMap& map) {
  return fmt::format(
      "<section class=\"chart\" id=\"heat\">\n<h2>States of each PE</h2>\n<figure></figure>\n"
      "<noscript><p class=\"note\">The heat map needs scripts; the table of PEs has each layer's "
      "least busy and busiest.</p></noscript>\n"
      "<script type=\"application/json\" id=\"heat-data\">\n{}</script>\n</section>\n",
      json_for_script(json_of(map)));
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
  if (all.pes && !all.pes->layers.empty()) html += heat_map_section(*all.pes);
  return html;
}

/// The config as it stands in its file; only checked to be JSON.
std::string config_section(const ReportPageInput& input) {
  if (!input.config) return "";
  const auto parsed = nlohmann::json::parse(*input.config, nullptr, false);
  if (parsed.is_discarded()) {
    throw InputError(input.config_name, "", "expected JSON, got a syntax error");
  }
  return fmt::format(
      "<section id=\"config\">\n<h2>Resolved config</h2>\n<details><summary>All inputs of the run, "
      "with defaults</summary>\n<pre tabindex=\"0\">{}</pre></details>\n</section>\n",
      escaped(*input.config));
}

std::string footer(const ReportView& view, const PageAssets& assets) {
  const std::string_view library =
      assets.chart_library.empty() ? "" : " Charts: Apache ECharts, Apache License 2.0.";
  return fmt::format(
      "<footer>Written by nzsim {}. A multiply-accumulate is two operations.{}</footer>\n",
      escaped(view.nzsim_version), library);
}

std::string scripts(const ReportPageInput& input, const PageAssets& assets) {
  std::string html =
      fmt::format("<script type=\"application/json\" id=\"report-data\">\n{}</script>\n",
                  json_for_script(input.report));
  for (const std::string_view code : {assets.chart_library, assets.script}) {
    if (!code.empty()) html += fmt::format("<script>\n{}</script>\n", code_for_script(code));
  }
  return html;
}

}  // namespace

std::string report_page(const ReportPageInput& input, const PageAssets& assets) {
  const ReportView view = read_report(input.report, input.name);
  return head(view, assets) + "<body>\n<p id=\"message\" role=\"alert\" hidden></p>\n" +
         header(view) + "<main>\n" + headline(view) + charts(view) + tables_of(view) +
         config_section(input) + "</main>\n" + footer(view, assets) + scripts(input, assets) +
         "</body>\n</html>\n";
}

}  // namespace nzsim
