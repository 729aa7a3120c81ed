#pragma once

#include <optional>
#include <string>

namespace nzsim::reproduce {

/// What `nzsim reproduce` was asked for.
struct Request {
  /// `table4`, `tpu-fig11`, ..., or all of a paper: `eie`, `tpu`; nothing: everything.
  std::optional<std::string> name;
  /// Synthetic matrices with unevenly filled rows and columns instead of uniform ones, in what is
  /// of the EIE paper; an error with a name that has none of it.
  bool uneven = false;
  /// One JSON document instead of text.
  bool json = false;
};

/// Simulates each requested table or figure and returns the text to print. `root` holds `configs`
/// and `workloads`. Throws `ConfigError` for an unknown name (with "did you mean"), for
/// `uneven` with what is not of the EIE paper, and what simulating does.
[[nodiscard]] std::string reproduce(const Request& request);

}  // namespace nzsim::reproduce
