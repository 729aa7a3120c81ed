#include "tools/nzsim/baseline/power.h"

#include <fstream>
#include <string>

namespace nzsim::baseline {
namespace {

namespace fs = std::filesystem;

template <class Value>
std::optional<Value> value_in(const fs::path& path) {
  std::ifstream file(path);
  Value value{};
  if (!(file >> value)) return {};
  return value;
}

}  // namespace

PowerMeter::PowerMeter(const fs::path& directory) {
  std::error_code error;
  for (const fs::directory_entry& zone : fs::directory_iterator(directory, error)) {
    // Cores and memory are zones of their own, parts of the packages or not by model.
    const auto name = value_in<std::string>(zone.path() / "name");
    if (!name || !name->starts_with("package")) continue;
    Package package;
    package.counter = zone.path() / "energy_uj";
    const auto range = value_in<std::uint64_t>(zone.path() / "max_energy_range_uj");
    if (!range || !value_in<std::uint64_t>(package.counter)) continue;
    package.range_microjoules = *range;
    packages_.push_back(package);
  }
}

void PowerMeter::start() {
  for (Package& package : packages_) package.start = value_in<std::uint64_t>(package.counter);
}

std::optional<double> PowerMeter::joules() const {
  if (packages_.empty()) return {};
  double microjoules = 0.0;
  for (const Package& package : packages_) {
    const auto now = value_in<std::uint64_t>(package.counter);
    if (!now || !package.start) return {};
    const std::uint64_t turn = *now < *package.start ? package.range_microjoules : 0;
    microjoules += static_cast<double>(*now + turn - *package.start);
  }
  return 1e-6 * microjoules;
}

}  // namespace nzsim::baseline
