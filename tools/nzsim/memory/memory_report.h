#pragma once

#include <string>

#include "tools/nzsim/memory/memory_run.h"

namespace nzsim::cli {

/// What is computed from a run, for its views. Shares are in [0, 1].
struct MemoryFigures {
  /// The command clock; nothing where the memory has none.
  std::optional<Femtoseconds> clock;
  Femtoseconds tick = 1;
  double elapsed_seconds = 0.0;
  double bytes_per_second = 0.0;
  double peak_bytes_per_second = 0.0;
  double peak_share = 0.0;
  /// Of all clocks since the start, over all data buses.
  double busy_share = 0.0;
  /// Nothing where the memory's energy is unknown. Power is the mean since the start.
  std::optional<double> picojoules;
  std::optional<double> picojoules_per_bit;
  std::optional<double> watts;
};
[[nodiscard]] MemoryFigures figures_of(const MemoryRequest& request, const MemoryOutcome& outcome);

/// One JSON object with the resolved memory; a pure function of the run.
[[nodiscard]] std::string to_json(const MemoryRequest& request, const MemoryOutcome& outcome);

/// Tables with units, for a terminal.
[[nodiscard]] std::string to_text(const MemoryRequest& request, const MemoryOutcome& outcome);

}  // namespace nzsim::cli
