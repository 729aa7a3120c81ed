#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/report/page/page_parts.h"

namespace nzsim {

/// One run as an HTML file that needs no network and no other file. `report` is the text of a
/// `report.json`, which the page carries too, `name` the file in messages; `config` is the text of
/// the `config.json` beside it, `config_name` its file. No text of these files is markup in the
/// page. Throws `InputError` where one of them is not what its name says.
struct ReportPageInput {
  std::string_view report;
  std::string name;
  std::optional<std::string> config;
  std::string config_name;
};
[[nodiscard]] std::string report_page(const ReportPageInput& input, const PageAssets& assets);

}  // namespace nzsim
