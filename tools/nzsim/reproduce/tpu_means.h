#pragma once

#include <functional>
#include <string>
#include <vector>

namespace nzsim::reproduce {

/// One value per application of the TPU paper, in the order of `tpu_applications`.
using TpuValues = std::vector<double>;

/// The arithmetic mean of the applications whose kind `takes` accepts, weighted with their
/// deployment (Table 1; see `tpu_mean_assumption`).
[[nodiscard]] double mean_of(const TpuValues& values,
                             const std::function<bool(const std::string& kind)>& takes);
/// The same of all six.
[[nodiscard]] double weighted_mean(const TpuValues& values);
[[nodiscard]] double geometric_mean(const TpuValues& values);
/// What the weights assume.
[[nodiscard]] std::string tpu_mean_assumption();

}  // namespace nzsim::reproduce
