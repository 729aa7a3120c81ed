#pragma once

#include <string>
#include <vector>

namespace nzsim {

/// One line of CSV as RFC 4180 has it: fields quoted where they must be, with its line end.
[[nodiscard]] std::string csv_line(const std::vector<std::string>& fields);

}  // namespace nzsim
