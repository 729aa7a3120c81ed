#pragma once

#include "sim/report/page/report_page.h"

namespace nzsim::cli {

/// Style, scripts and chart library of the pages, from `tools/web` at build time. The library is
/// empty where the build did not find it. The build writes the definition.
[[nodiscard]] PageAssets page_assets();

}  // namespace nzsim::cli
