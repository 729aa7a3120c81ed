#include "models/systolic/host_link.h"

#include <cmath>

namespace nzsim::systolic {

std::uint64_t host_cycles(const Config& config, std::uint64_t bytes) {
  if (!config.host_bytes_per_second) return 0;
  return static_cast<std::uint64_t>(
      std::ceil(static_cast<double>(bytes) / *config.host_bytes_per_second * config.clock_hz));
}

}  // namespace nzsim::systolic
