#include "tools/nzsim/comparison_files.h"

#include "sim/base/files.h"
#include "tools/nzsim/compare/comparison_charts.h"
#include "tools/nzsim/compare/comparison_page.h"
#include "tools/nzsim/compare/comparison_view.h"
#include "tools/nzsim/page/page_assets.h"

namespace nzsim::cli {

namespace fs = std::filesystem;

fs::path write_comparison_page(const fs::path& document, bool is_plain) {
  PageAssets assets = page_assets();
  if (is_plain) assets.chart_library = {};
  fs::path page = document.parent_path() / "comparison.html";
  write_file(page, compare::comparison_page(read_file(document), document.string(), assets));
  return page;
}

fs::path write_comparison_figures(const fs::path& document) {
  const compare::ComparisonView comparison =
      compare::read_comparison(read_file(document), document.string());
  const GnuplotFiles files = compare::gnuplot_of(comparison, "comparison.dat");
  fs::path script = document.parent_path() / "comparison.gp";
  write_file(document.parent_path() / "comparison.dat", files.data);
  write_file(script, files.script);
  return script;
}

}  // namespace nzsim::cli
