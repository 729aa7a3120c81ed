#include <algorithm>
#include <utility>

#include "sim/base/errors.h"
#include "sim/run/accelerator.h"

namespace nzsim {
namespace {

std::vector<AcceleratorRegistry::Entry>& entries() {
  static std::vector<AcceleratorRegistry::Entry> all;
  return all;
}

}  // namespace

bool AcceleratorRegistry::add(std::string model, std::string description,
                              AcceleratorFactory factory) {
  auto& all = entries();
  const auto place = std::lower_bound(
      all.begin(), all.end(), model,
      [](const Entry& entry, const std::string& name) { return entry.model < name; });
  if (place != all.end() && place->model == model) {
    throw SimulationError(fmt::format("two accelerators are registered as \"{}\"", model));
  }
  all.insert(place, Entry{std::move(model), std::move(description), factory});
  return true;
}

std::vector<AcceleratorRegistry::Entry> AcceleratorRegistry::all() { return entries(); }

}  // namespace nzsim
