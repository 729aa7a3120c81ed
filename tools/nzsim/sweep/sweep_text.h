#pragma once

#include <filesystem>
#include <string>

#include "sim/run/sweep/status.h"

namespace nzsim::cli {

/// How far a sweep is, for people, and as one JSON object of the schema `nzsim.sweep_status/1`.
[[nodiscard]] std::string status_text(const sweep::SweepConfig& config,
                                      const std::filesystem::path& directory,
                                      const sweep::SweepStatus& status);
[[nodiscard]] std::string status_json(const sweep::SweepConfig& config,
                                      const std::filesystem::path& directory,
                                      const sweep::SweepStatus& status);

/// `1:02:03` or `2:03`: hours, minutes and seconds.
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace nzsim::cli
