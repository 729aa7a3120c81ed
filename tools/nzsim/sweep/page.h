#pragma once

#include <filesystem>
#include <string>

#include "sim/report/page/page_parts.h"
#include "tools/nzsim/sweep/page_sensitivity.h"

namespace nzsim::sweep {

/// What a page has beside the results.
struct PageAdditions {
  OwnPlaces own;
  /// Markup: the published tables.
  std::string published = {};
};

/// The results of a sweep as an HTML file that needs no network and no other file: scatter,
/// parallel coordinates, Pareto front, sensitivity and a table of all points. No text of them is
/// markup in the page. Throws `ConfigError` where a line of results is damaged.
[[nodiscard]] std::string sweep_page(const Plan& plan, const std::filesystem::path& directory,
                                     const PageAdditions& additions, const PageAssets& assets);

}  // namespace nzsim::sweep
