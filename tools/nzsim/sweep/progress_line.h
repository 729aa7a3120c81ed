#pragma once

#include <chrono>

#include "sim/run/sweep/workers.h"

namespace nzsim::cli {

/// Shows the progress of a sweep on standard error: one line that is redrawn on a terminal, else a
/// line each 10 s.
class ProgressLine {
 public:
  ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  /// Clears the line.
  ~ProgressLine();

  void show(const sweep::Progress& progress);

 private:
  using Clock = std::chrono::steady_clock;

  bool is_terminal_ = false;
  bool is_shown_ = false;
  Clock::time_point start_;
  Clock::time_point last_;
  /// Points that were finished before.
  std::uint64_t before_ = UINT64_MAX;
};

}  // namespace nzsim::cli
