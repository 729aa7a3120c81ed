#pragma once

#include <string>
#include <string_view>

#include "sim/report/page/page_parts.h"

namespace nzsim::compare {

/// A comparison as an HTML file that needs no network and no other file. `document` is the text of
/// a `comparison.json`, which the page carries too, `name` the file in messages. No text of it is
/// markup in the page. Throws `InputError` where it is no comparison.
[[nodiscard]] std::string comparison_page(std::string_view document, const std::string& name,
                                          const PageAssets& assets);

}  // namespace nzsim::compare
