#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/report/page/charts.h"
#include "sim/report/page/markup.h"

namespace nzsim {

/// What a page carries beside its content, all of it text that goes into the file.
struct PageAssets {
  std::string_view style;
  std::string_view script;
  /// Apache ECharts, or nothing: then the charts stay plain SVG.
  std::string_view chart_library;
};

/// What every page is made of. Arguments are texts, not markup, unless their name says `html`.

/// From the first line up to the body, with a policy that lets the page load nothing.
[[nodiscard]] std::string page_head(std::string_view title, const PageAssets& assets);

/// A line of the list of facts at the top; empty where `text` is.
[[nodiscard]] std::string fact(std::string_view term, std::string_view text);

/// One of the numbers that a reader looks for first.
[[nodiscard]] std::string headline_figure(std::string_view title, std::string_view value);

/// A paragraph that says that another version of nzsim wrote the document; empty for this one.
[[nodiscard]] std::string version_paragraph(std::string_view nzsim_version);

/// A chart's drawing, legend and notes, and the data from which a script draws it again.
struct ChartParts {
  std::string_view id;
  std::string_view title;
  std::string svg;
  /// Items of the list.
  std::string legend_html;
  std::string json;
  std::vector<std::string> notes;
};
[[nodiscard]] std::string chart_section(const ChartParts& parts);

template <class Chart>
[[nodiscard]] std::string chart_section(std::string_view id, std::string_view title,
                                        const Chart& chart, std::vector<std::string> notes) {
  std::string legend;
  for (std::size_t index = 0; index < chart.series.size(); ++index) {
    legend += fmt::format("<li data-series=\"{}\">{}{}</li>\n", index, swatch_of(chart, index),
                          escaped(chart.series[index].name));
  }
  return chart_section({id, title, svg_of(chart), legend, json_of(chart), std::move(notes)});
}

/// JSON behind a summary that opens it.
[[nodiscard]] std::string folded_json(std::string_view summary, std::string_view json);

[[nodiscard]] std::string page_footer(std::string_view nzsim_version, const PageAssets& assets);

/// The document itself, as the element `NAME-data`, and the scripts.
[[nodiscard]] std::string page_scripts(std::string_view name, std::string_view document,
                                       const PageAssets& assets);

}  // namespace nzsim
