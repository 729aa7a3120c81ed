#include "tools/nzsim/sweep_files.h"

#include "sim/base/files.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/page/page_assets.h"
#include "tools/nzsim/sweep/page.h"
#include "tools/nzsim/sweep/published_page.h"

namespace nzsim::cli {

namespace fs = std::filesystem;

fs::path write_sweep_page(const sweep::Plan& plan, const fs::path& directory,
                          const std::vector<PublishedResults>& published, bool is_plain) {
  PageAssets assets = page_assets();
  if (is_plain) assets.chart_library = {};
  fs::path page = directory / "sweep.html";
  write_file(page, sweep::sweep_page(plan, directory,
                                     {.own = sweep::own_places(plan.config, sweep_directories()),
                                      .published = published_html(published)},
                                     assets));
  return page;
}

}  // namespace nzsim::cli
