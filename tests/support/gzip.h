#pragma once

#include <string>
#include <string_view>

namespace nzsim::test {

/// `bytes` as one member of a gzip file.
[[nodiscard]] std::string gzip(std::string_view bytes);

}  // namespace nzsim::test
