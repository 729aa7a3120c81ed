#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sim/run/sweep/status.h"
#include "tools/nzsim/sweep/slurm_launcher.h"

namespace nzsim::cli {

/// How far a sweep is, for people, and as one JSON object of the schema `nzsim.sweep_status/1`.
/// `slurm`: its job, where it has one.
[[nodiscard]] std::string status_text(const sweep::SweepConfig& config,
                                      const std::filesystem::path& directory,
                                      const sweep::SweepStatus& status,
                                      const std::optional<SlurmStatus>& slurm);
[[nodiscard]] std::string status_json(const sweep::SweepConfig& config,
                                      const std::filesystem::path& directory,
                                      const sweep::SweepStatus& status,
                                      const std::optional<SlurmStatus>& slurm);

/// `1:02:03` or `2:03`: hours, minutes and seconds.
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace nzsim::cli
