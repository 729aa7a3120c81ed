#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nzsim {

/// A field of CSV, quoted where RFC 4180 asks for it.
[[nodiscard]] std::string csv_field(std::string_view text);

/// One line of CSV as RFC 4180 has it: fields quoted where they must be, with its line end.
[[nodiscard]] std::string csv_line(const std::vector<std::string>& fields);

}  // namespace nzsim
