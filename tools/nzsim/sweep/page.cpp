#include "tools/nzsim/sweep/page.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/report/page/page_table.h"
#include "sim/report/text_table.h"
#include "tools/nzsim/sweep/page_content.h"
#include "tools/nzsim/sweep/page_tables.h"

namespace nzsim::sweep {
namespace {

std::string header(const Plan& plan) {
  return fmt::format("<header>\n<h1>{}</h1>\n<p>{}</p>\n<dl class=\"facts\">\n",
                     escaped(plan.config.name), escaped(plan.config.description)) +
         fact("source", plan.config.source) + fact("base", plan.config.base) +
         fact("where", plan.config.where) +
         fact("written by", std::string("nzsim ") + NZSIM_VERSION) + "</dl>\n</header>\n";
}

std::string headline(const PageContent& content, const Plan& plan) {
  std::string html = "<ul class=\"headline\">\n" +
                     headline_figure("points", format_count(plan.points.size())) +
                     headline_figure("done", format_count(content.done)) +
                     headline_figure("failed", format_count(content.failed)) +
                     headline_figure("missing", format_count(content.missing));
  if (plan.excluded > 0) html += headline_figure("left out", format_count(plan.excluded));
  html += headline_figure("on the Pareto front", format_count(content.front.size())) + "</ul>\n";
  if (content.stride == 1) return html;
  return html +
         fmt::format(
             "<p class=\"note\">The page carries {} of the points: one of {}, the front, and those "
             "of the sensitivity. Counts and front are those of all; results.sqlite has "
             "them.</p>\n",
             format_count(content.points.size()), content.stride);
}

std::string scatter(const PageContent& content) {
  std::string legend;
  const PageColumn& workload = *content.points.find("workload");
  // Workloads alone are told apart in the drawing without scripts.
  for (std::size_t index = 0; index < workload.words.size() && workload.words.size() > 1; ++index) {
    // As the drawing: round dots, then square ones of the same colours.
    const ChartSeries look = cycled_series(index, "");
    legend += fmt::format("<li><span style=\"color:{}\" aria-hidden=\"true\">{} </span>{}</li>\n",
                          look.color, look.is_striped ? "\xe2\x96\xa0" : "\xe2\x97\x8f",
                          escaped(workload.words[index]));
  }
  return "<section class=\"chart\" id=\"scatter\">\n<h2>Any two columns</h2>\n<figure>\n<div "
         "class=\"scroll drawing\">\n" +
         scatter_svg(content) + "</div>\n</figure>\n<ul class=\"legend\">\n" + legend +
         "</ul>\n<p class=\"note\">Points of the Pareto front have a ring. Points without one of "
         "the numbers are not drawn.</p>\n</section>\n";
}

/// A part that a script fills.
std::string scripted(std::string_view id, std::string_view title, std::string_view without) {
  return fmt::format(
      "<section class=\"chart\" id=\"{0}\">\n<h2>{1}</h2>\n<figure></figure>\n<noscript><p "
      "class=\"note\">{2}</p></noscript>\n</section>\n",
      id, title, without);
}

std::string charts(const PageContent& content) {
  std::string html =
      scatter(content) +
      scripted("parallel", "Parallel coordinates", "Parallel coordinates need scripts.") +
      front_table(content);
  if (content.sensitivity.empty()) {
    return html +
           "<section id=\"sensitivity\"><h2>Sensitivity</h2>\n<p class=\"note\">No point that is "
           "done lies at the base machine's own values, or at the middle of each axis.</p>"
           "</section>\n";
  }
  return html +
         scripted("sensitivity", "Sensitivity", "The chart needs scripts; the table has its ends.");
}

}  // namespace

std::string sweep_page(const Plan& plan, const std::filesystem::path& directory,
                       const PageAdditions& additions, const PageAssets& assets) {
  const PageContent content = read_content(plan, directory, additions.own);
  std::string body = "<body>\n<p id=\"message\" role=\"alert\" hidden></p>\n" + header(plan) +
                     "<main>\n" + headline(content, plan) + additions.published +
                     "<div id=\"choice\"></div>\n";
  if (content.points.size() > 0) {
    body += charts(content) + sensitivity_table(content, plan) + failed_table(content) +
            scripted("points", "All points",
                     "The table of all points needs scripts; results.csv has them.");
  }
  return page_head(plan.config.name, assets) + body + "</main>\n" +
         page_footer(NZSIM_VERSION, assets) +
         page_scripts("sweep", json_of(content, plan), assets) + "</body>\n</html>\n";
}

}  // namespace nzsim::sweep
