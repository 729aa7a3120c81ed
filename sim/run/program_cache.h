#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "sim/run/accelerator.h"
#include "sim/run/machine.h"

namespace nzsim {

/// Names a compiled program: SHA-256 over the version of nzsim, the model, what its compiler sees
/// of the machine, and the names and values of all layers. The name and path of the network play no
/// part.
[[nodiscard]] std::string program_key(const Machine& machine, const Workload& workload);

/// What an error in the directory of programs is: a program may be had without it.
enum class CacheErrors { thrown, ignored };

/// The compiled program of `workload`: mapped from `directory` where it lies there, else compiled
/// and, where there is a directory, stored as `directory/KEY.program`. A file that the model
/// refuses (damaged, foreign, of another version) is compiled again and replaced. Throws
/// `WorkloadError` where the workload does not fit the machine, or where a file of values changes
/// meanwhile, and `InputError` where `directory` cannot be written, unless that is ignored.
[[nodiscard]] std::unique_ptr<Program> obtain_program(
    const Machine& machine, const Workload& workload,
    const std::optional<std::filesystem::path>& directory,
    CacheErrors errors = CacheErrors::thrown);

}  // namespace nzsim
