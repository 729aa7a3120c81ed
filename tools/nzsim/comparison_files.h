#pragma once

#include <filesystem>

namespace nzsim::cli {

/// Writes `comparison.html` beside `document`, a `comparison.json`, and returns its path.
/// `is_plain`: with plain SVG charts, without the chart library.
std::filesystem::path write_comparison_page(const std::filesystem::path& document, bool is_plain);

/// Writes `comparison.gp` and `comparison.dat` beside `document` and returns the script's path.
std::filesystem::path write_comparison_figures(const std::filesystem::path& document);

}  // namespace nzsim::cli
