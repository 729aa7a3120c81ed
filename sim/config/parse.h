#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace nzsim {

/// JSON values of the reader: members keep the order of the file.
using Json = nlohmann::ordered_json;

/// Limits that a configuration file must keep, so that no file can exhaust stack, memory or
/// patience.
inline constexpr std::uint64_t kLargestConfigBytes = std::uint64_t{8} << 20;
inline constexpr std::size_t kDeepestNesting = 64;
inline constexpr std::size_t kMostMembers = 1024;

/// A parsed file.
struct ParsedJson {
  Json value;
  /// Pointers of keys that are in their object more than once; the first value counts.
  std::vector<std::string> duplicates;
};

/// Parses JSON with `//` and `/* */` comments. Throws `ConfigError` with file `name`: line and
/// column of a syntax error, the pointer of an object or array beyond the limits above.
[[nodiscard]] ParsedJson parse_json(std::string_view text, const std::string& name);

}  // namespace nzsim
