#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "models/platform/platform.h"
#include "tools/nzsim/baseline/blas.h"
#include "tools/nzsim/baseline/host.h"
#include "tools/nzsim/baseline/measurement.h"
#include "tools/nzsim/baseline/peaks.h"

namespace nzsim::baseline {

/// How a BLAS gets onto this computer, for whoever lacks one.
inline constexpr const char* kNoBlas =
    "none found, so dense points are absent; tools/setup --with blas installs OpenBLAS, --blas "
    "FILE names another";

/// Everything that was measured.
struct Result {
  Host host;
  std::size_t threads = 1;
  std::optional<BlasDescription> blas;
  Caches caches = Caches::cold;
  Peaks peaks;
  std::vector<Point> points;
};

/// This computer as a platform: measured ceilings, and calibrated fractions where kernels were
/// measured with cold caches, since the model has all weights come from memory.
[[nodiscard]] platform::Platform platform_of(const Result& result);

/// The same as a file of the schema `platform`.
[[nodiscard]] std::string platform_json(const Result& result);

/// `points.json`, schema `nzsim.baseline/1`.
[[nodiscard]] std::string points_json(const Result& result);

/// Tables of the ceilings and the points.
[[nodiscard]] std::string text_of(const Result& result);

/// Why times may be off: one line each, none on a quiet computer.
[[nodiscard]] std::vector<std::string> warnings_of(const Result& result);

}  // namespace nzsim::baseline
