#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/config/node.h"
#include "sim/config/parse.h"

namespace nzsim {

/// The `got ...` of a message: a plain value as JSON (numbers in shortest round-trip form, long
/// strings cut), `an array`, `an object`, or `nothing` for null.
[[nodiscard]] std::string describe_value(const Json* value);

/// The `expected ...` of a message: `an integer in [1, 4096]`, `a number in (0, 1]`,
/// `"grid", "zip" or "random"`.
[[nodiscard]] std::string describe_rule(const IntegerRule& rule);
[[nodiscard]] std::string describe_rule(const NumberRule& rule);
[[nodiscard]] std::string describe_rule(const TextRule& rule);
[[nodiscard]] std::string describe_options(const std::vector<std::string>& options);
/// `"file" and "synthetic"`.
[[nodiscard]] std::string describe_list(const std::vector<std::string>& names);

/// `text` in quotation marks, escaped as JSON, cut where it is long.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// `; did you mean "x"?` where a candidate is near, else nothing.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     const std::vector<std::string>& candidates);

}  // namespace nzsim
