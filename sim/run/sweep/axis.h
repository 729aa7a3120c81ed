#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/config/node.h"
#include "sim/run/sweep/sweep_config.h"

namespace nzsim::sweep {

/// Reads the key `axes`. Errors: a name that is no pointer, two axes of which one replaces what the
/// other changes, equal values, empty and endless ranges.
[[nodiscard]] std::vector<Axis> axes_from(ConfigNode& root);

/// The axis called `name`, without values; its pointer is empty where the name is none.
[[nodiscard]] Axis named_axis(const std::string& name);

/// A value as JSON text in one form: `8.0` and `8e0` are `8`.
[[nodiscard]] std::string canonical_value(const std::string& json);

/// A value as tables show it: a text without its quotes, other JSON as it is.
[[nodiscard]] std::string axis_text(const std::string& json);

}  // namespace nzsim::sweep
