#include "sim/report/page/page_parts.h"

#include "sim/report/document.h"

namespace nzsim {
namespace {

/// Nothing is loaded from anywhere, whatever the page holds.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

}  // namespace

std::string page_head(std::string_view title, const PageAssets& assets) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{} - nzsim</title>\n<style>\n{}</style>\n</head>\n",
      kPolicy, escaped(title), assets.style);
}

std::string fact(std::string_view term, std::string_view text) {
  if (text.empty()) return "";
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", escaped(term), escaped(text));
}

std::string headline_figure(std::string_view title, std::string_view value) {
  return fmt::format("<li><b>{}</b><span>{}</span></li>\n", escaped(value), escaped(title));
}

std::string version_paragraph(std::string_view nzsim_version) {
  const std::string note = version_note(nzsim_version);
  return note.empty() ? "" : fmt::format("<p id=\"version-note\">{}</p>\n", escaped(note));
}

std::string chart_section(const ChartParts& parts) {
  std::string html =
      fmt::format("<section class=\"chart\" id=\"{}\">\n<h2>{}</h2>\n", parts.id, parts.title);
  if (parts.svg.empty()) return html + "<p>Nothing to draw: the run has none.</p>\n</section>\n";
  html += "<figure>\n<div class=\"scroll drawing\">\n" + parts.svg + "</div>\n</figure>\n";
  html += "<ul class=\"legend\">\n" + parts.legend_html + "</ul>\n";
  for (const std::string& note : parts.notes) {
    html += fmt::format("<p class=\"note\">{}</p>\n", escaped(note));
  }
  html += fmt::format("<script type=\"application/json\" id=\"{}-data\">\n{}</script>\n", parts.id,
                      json_for_script(parts.json));
  return html + "</section>\n";
}

std::string folded_json(std::string_view summary, std::string_view json) {
  return fmt::format("<details><summary>{}</summary>\n<pre tabindex=\"0\">{}</pre></details>\n",
                     escaped(summary), escaped(json));
}

std::string page_footer(std::string_view nzsim_version, const PageAssets& assets) {
  const std::string_view library =
      assets.chart_library.empty() ? "" : " Charts: Apache ECharts, Apache License 2.0.";
  return fmt::format(
      "<footer>Written by nzsim {}. A multiply-accumulate is two operations.{}</footer>\n",
      escaped(nzsim_version), library);
}

std::string page_scripts(std::string_view name, std::string_view document,
                         const PageAssets& assets) {
  std::string html = fmt::format("<script type=\"application/json\" id=\"{}-data\">\n{}</script>\n",
                                 name, json_for_script(document));
  for (const std::string_view code : {assets.chart_library, assets.script}) {
    if (!code.empty()) html += fmt::format("<script>\n{}</script>\n", code_for_script(code));
  }
  return html;
}

}  // namespace nzsim
