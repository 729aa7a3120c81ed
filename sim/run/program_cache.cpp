#include "sim/run/program_cache.h"

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/workload/values.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;

/// The stored program, or nothing where there is none that the model accepts.
std::unique_ptr<Program> load_stored(const Accelerator& accelerator, const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) == 0) return nullptr;
  return accelerator.load(MappedFile(path));
}

}  // namespace

std::string program_key(const Machine& machine, const Workload& workload) {
  std::string text =
      fmt::format("nzsim {}\nmodel {}\nseed {}\n", NZSIM_VERSION, machine.model, workload.seed);
  const std::string compile_key = machine.accelerator->compile_key();
  text += fmt::format("compile {} {}\n", compile_key.size(), compile_key);
  for (std::size_t index = 0; index < workload.network.layers.size(); ++index) {
    // Programs carry the names of their layers.
    const std::string& name = workload.network.layers[index].name;
    text += fmt::format("layer {} {} {}\n", name.size(), name,
                        values_digest(workload.network, index, workload.seed));
  }
  return sha256(text);
}

std::unique_ptr<Program> obtain_program(const Machine& machine, const Workload& workload,
                                        const std::optional<fs::path>& directory,
                                        CacheErrors errors) {
  if (!directory) return machine.accelerator->compile(workload);
  const std::string key = program_key(machine, workload);
  const fs::path path = *directory / (key + ".program");
  if (std::unique_ptr<Program> program = load_stored(*machine.accelerator, path)) return program;
  std::unique_ptr<Program> program = machine.accelerator->compile(workload);
  // What is stored under a key must be what was hashed.
  if (program_key(machine, workload) != key) {
    throw WorkloadError(workload.network.path.string(), "",
                        "expected values that stay as they are, got a file that has changed while "
                        "the network was compiled");
  }
  const std::string image = program->serialize();
  if (image.empty()) return program;
  try {
    write_file(path, image);
  } catch (const InputError&) {
    if (errors == CacheErrors::thrown) throw;
  }
  return program;
}

}  // namespace nzsim
