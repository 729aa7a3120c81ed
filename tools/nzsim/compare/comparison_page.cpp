#include "tools/nzsim/compare/comparison_page.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "sim/report/text_table.h"
#include "tools/nzsim/compare/comparison_charts.h"
#include "tools/nzsim/compare/comparison_tables.h"
#include "tools/nzsim/compare/comparison_view.h"

namespace nzsim::compare {
namespace {

std::string header(const ComparisonView& comparison) {
  return fmt::format("<header>\n<h1>{}</h1>\n<p>{}</p>\n<dl class=\"facts\">\n",
                     escaped(comparison.name), escaped(comparison.description)) +
         fact("source", comparison.source) +
         fact("baseline", comparison.entries[comparison.baseline].label) +
         fact("operations", "a multiply-accumulate counts as two, everywhere on this page") +
         fact("written by", "nzsim " + comparison.nzsim_version) + "</dl>\n</header>\n";
}

std::string factor(const Mean& mean) {
  return mean.value ? fmt::format("{}x", format_number(*mean.value)) : "-";
}

/// Of how many workloads the means are, where these are not all.
std::string coverage(const EntryMeans& means, std::size_t all) {
  if (means.speed_up.count == 0) return "not modelled with the baseline";
  if (means.speed_up.count == all && means.efficiency.count == all) return "";
  if (means.speed_up.count == means.efficiency.count) {
    return fmt::format("over {} of {} workloads", means.speed_up.count, all);
  }
  return fmt::format("over {}, energy over {} of {} workloads", means.speed_up.count,
                     means.efficiency.count, all);
}

/// Geometric means of each entry over the baseline, of one group.
std::string headline(const ComparisonView& comparison, const std::string& group) {
  const auto all =
      std::count_if(comparison.workloads.begin(), comparison.workloads.end(),
                    [&](const WorkloadResult& workload) { return workload.group == group; });
  std::string html = fmt::format(
      "<p class=\"note\">Geometric means over the {} that an entry shares with {}:</p>\n"
      "<ul class=\"headline entries\">\n",
      escaped(group.empty() ? "workloads" : group),
      escaped(comparison.entries[comparison.baseline].label));
  for (std::size_t index = 0; index < comparison.entries.size(); ++index) {
    if (index == comparison.baseline) continue;
    const EntryMeans means = comparison.means_of(group, index);
    html += fmt::format(
        "<li><strong>{}</strong><div><span><b>{}</b>speed-up</span><span><b>{}</b>energy "
        "efficiency</span></div><small>{}</small></li>\n",
        escaped(comparison.entries[index].label), factor(means.speed_up), factor(means.efficiency),
        escaped(coverage(means, static_cast<std::size_t>(all))));
  }
  return html + "</ul>\n";
}

std::string headlines(const ComparisonView& comparison) {
  std::string html;
  for (const std::string& group : groups_of(comparison.workloads)) {
    html += headline(comparison, group);
  }
  return html;
}

std::string charts(const ComparisonView& comparison) {
  const ComparisonCharts all = charts_of(comparison);
  const std::string baseline = comparison.entries[comparison.baseline].label;
  const std::string note = fmt::format(
      "Over {}, whose bars have no height; logarithmic. What is not modelled or unknown has no "
      "bar.",
      baseline);
  std::string html = "<div id=\"choice\"></div>\n";
  html += chart_section("roofline", "Roofline", all.roofline, all.roofline.notes);
  html += chart_section("speed-up", "Speed-up", all.speed_up, {note});
  html += chart_section("efficiency", "Energy efficiency", all.efficiency, {note});
  html += chart_section(
      "time", "Where the time goes", all.time,
      {"Shares of the time of one inference, which stands behind the bar. Of memory and compute, "
       "which overlap, platforms show the longer; states of many PEs are means over these."});
  html += chart_section("energy", "Where the energy goes", all.energy,
                        {"Of simulated machines, by module; a platform's energy is its time at its "
                         "power under load."});
  return html;
}

std::string configs(const ComparisonView& comparison) {
  std::string html = "<section id=\"config\">\n<h2>Resolved configs</h2>\n";
  for (const EntryView& entry : comparison.entries) {
    for (const ResolvedConfig& config : entry.configs) {
      html += folded_json(fmt::format("{}: {}", entry.label, config.name), config.text);
    }
  }
  return html + "</section>\n";
}

/// A list whose repetitions are left out.
std::string list_of(const std::string& title, const std::vector<std::string>& texts) {
  std::set<std::string> known;
  std::string items;
  for (const std::string& text : texts) {
    if (!text.empty() && known.insert(text).second) {
      items += fmt::format("<li>{}</li>\n", escaped(text));
    }
  }
  if (items.empty()) return "";
  return fmt::format("<h3>{}</h3>\n<ul>\n{}</ul>\n", escaped(title), items);
}

std::string sources(const ComparisonView& comparison) {
  std::string html = "<section id=\"sources\">\n<h2>Sources</h2>\n";
  for (const EntryView& entry : comparison.entries) html += list_of(entry.label, entry.sources);
  std::vector<std::string> workloads;
  for (const WorkloadResult& workload : comparison.workloads) {
    if (!workload.source.empty()) {
      workloads.push_back(fmt::format("{}: {}", workload.name, workload.source));
    }
  }
  return html + list_of("Workloads", workloads) + "</section>\n";
}

}  // namespace

std::string comparison_page(std::string_view document, const std::string& name,
                            const PageAssets& assets) {
  const ComparisonView comparison = read_comparison(document, name);
  return page_head(comparison.name, assets) +
         "<body>\n<p id=\"message\" role=\"alert\" hidden></p>\n" + header(comparison) +
         "<main>\n" + version_paragraph(comparison.nzsim_version) + headlines(comparison) +
         charts(comparison) + tables_of(comparison) + configs(comparison) + sources(comparison) +
         "</main>\n" + page_footer(comparison.nzsim_version, assets) +
         page_scripts("comparison", document, assets) + "</body>\n</html>\n";
}

}  // namespace nzsim::compare
