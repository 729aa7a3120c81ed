#pragma once

#include <vector>

#include "tools/nzsim/arguments.h"
#include "tools/nzsim/sweep/slurm_launcher.h"

namespace nzsim::cli {

/// `options` and those that choose and steer a launcher.
[[nodiscard]] std::vector<Option> with_launcher_options(std::vector<Option> options);

/// Whether the user chose Slurm. Throws `InputError` for options that the chosen launcher does not
/// take.
[[nodiscard]] bool wants_slurm(const Arguments& arguments);

/// What the user asks of Slurm. `plan` outlives it.
[[nodiscard]] SlurmRequest slurm_request(const Arguments& arguments, const sweep::Plan& plan,
                                         const std::filesystem::path& directory);

}  // namespace nzsim::cli
