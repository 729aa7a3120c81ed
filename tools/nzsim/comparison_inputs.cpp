#include "tools/nzsim/comparison_inputs.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tools/nzsim/catalogue.h"

namespace nzsim::cli {
namespace {

namespace fs = std::filesystem;

/// `error` with what is wrong of overrides at `pointer` of `file`, which holds them.
[[noreturn]] void throw_at(const InputError& error, const fs::path& file,
                           const std::string& pointer) {
  std::vector<Diagnostic> diagnostics = error.diagnostics();
  for (Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.file != "--set") continue;
    diagnostic = {file.string(), pointer,
                  fmt::format("{}: {}", diagnostic.pointer, diagnostic.message)};
  }
  throw ConfigError(std::move(diagnostics));
}

Machine load(const compare::MachineChoice& choice, const fs::path& file,
             const std::string& pointer) {
  const fs::path path = find_file(Shelf::machines, choice.machine, file, pointer + "/machine");
  try {
    return load_machine(path, choice.overrides, shipped_directories());
  } catch (const InputError& error) {
    throw_at(error, file, pointer + "/set");
  }
}

compare::EntryInputs load(const compare::Comparison& comparison, std::size_t index) {
  const compare::Entry& entry = comparison.entries[index];
  const std::string pointer = fmt::format("/entries/{}", index);
  compare::EntryInputs inputs;
  if (entry.is_platform()) {
    const fs::path path =
        find_file(Shelf::platforms, entry.platform_name, comparison.path, pointer + "/platform");
    inputs.figures = platform::load_platform(path);
    inputs.figures_text = read_file(path);
  } else {
    inputs.machines.push_back(load(entry.machine, comparison.path, pointer));
  }
  for (std::size_t place = 0; place < entry.exceptions.size(); ++place) {
    inputs.machines.push_back(load(entry.exceptions[place].choice, comparison.path,
                                   fmt::format("{}/exceptions/{}", pointer, place)));
  }
  for (std::size_t place = 0; place < comparison.workloads.size(); ++place) {
    const compare::WorkloadChoice& workload = comparison.workloads[place];
    const fs::path path = find_file(Shelf::networks, workload.network, comparison.path,
                                    fmt::format("/workloads/{}/network", place));
    inputs.networks.push_back(load_network(path, entry.batch ? entry.batch : workload.batch));
  }
  return inputs;
}

}  // namespace

ComparisonInputs load_comparison_inputs(const fs::path& path) {
  ComparisonInputs inputs;
  inputs.comparison = compare::load_comparison(path);
  for (std::size_t index = 0; index < inputs.comparison.entries.size(); ++index) {
    inputs.entries.push_back(load(inputs.comparison, index));
  }
  return inputs;
}

}  // namespace nzsim::cli
