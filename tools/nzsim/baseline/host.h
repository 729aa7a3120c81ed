#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace nzsim::baseline {

/// The computer that is measured, as Linux describes it; what it does not say is absent.
struct Host {
  std::optional<std::string> cpu;
  /// Hardware threads that this process may use.
  std::size_t cores = 1;
  /// Rule by which the first core's clock is chosen.
  std::optional<std::string> governor;
  /// Of the last minute, before the measurement.
  std::optional<double> load_average;
  std::optional<std::uint64_t> last_cache_bytes;
  std::optional<std::uint64_t> memory_bytes;
  /// The environment's OPENBLAS_CORETYPE, which replaces OpenBLAS's own choice of kernels.
  std::optional<std::string> openblas_coretype;

  /// Whether other tasks disturb a measurement (`is_loaded`).
  [[nodiscard]] bool is_busy() const;
};

/// Reads `proc` and `sys` below `root`. `cores` and `openblas_coretype` are left as they are.
[[nodiscard]] Host host_below(const std::filesystem::path& root);

/// This computer.
[[nodiscard]] Host this_host();

}  // namespace nzsim::baseline
