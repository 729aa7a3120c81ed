#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace nzsim::baseline {

/// The energy counters of the processors' packages (running average power limit, RAPL), where the
/// system lets this process read them.
class PowerMeter {
 public:
  /// Reads the counters below `directory`, Linux's `/sys/class/powercap`.
  explicit PowerMeter(const std::filesystem::path& directory);

  /// Whether there is a package whose counter can be read.
  [[nodiscard]] bool is_readable() const { return !packages_.empty(); }

  /// Starts a measurement.
  void start();
  /// Joules of all packages since `start`; nothing where a counter could not be read. Each counter
  /// may have started again from zero once.
  [[nodiscard]] std::optional<double> joules() const;

 private:
  struct Package {
    std::filesystem::path counter;
    std::uint64_t range_microjoules = 0;
    std::optional<std::uint64_t> start;
  };
  std::vector<Package> packages_;
};

}  // namespace nzsim::baseline
