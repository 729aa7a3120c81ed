#include "tools/nzsim/sweep/progress_line.h"

#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "tools/nzsim/sweep/sweep_text.h"

namespace nzsim::cli {
namespace {

/// Time between two lines where each stays.
constexpr std::chrono::seconds kBetweenLines{10};
/// Clears the line from its begin (ECMA-48, erase in line).
constexpr const char* kClear = "\r\x1b[K";

}  // namespace

ProgressLine::ProgressLine()
    : is_terminal_(::isatty(STDERR_FILENO) == 1), start_(Clock::now()), last_(start_) {}

ProgressLine::~ProgressLine() {
  if (is_shown_) fmt::print(stderr, "{}", kClear);
}

void ProgressLine::show(const sweep::Progress& progress) {
  if (before_ == UINT64_MAX) before_ = progress.finished;
  const Clock::time_point now = Clock::now();
  if (!is_terminal_ && now - last_ < kBetweenLines) return;
  last_ = now;
  const std::chrono::duration<double> elapsed = now - start_;
  const double rate = static_cast<double>(progress.finished - before_) / elapsed.count();
  std::string text = fmt::format("sweep: {}/{} points, {} failed", progress.finished,
                                 progress.total, progress.failed);
  if (rate > 0.0) {
    const double left = static_cast<double>(progress.total - progress.finished) / rate;
    text += fmt::format(", {:.3g} points/s, {} left", rate, duration_text(left));
  }
  if (is_terminal_) {
    fmt::print(stderr, "{}{}", kClear, text);
    is_shown_ = true;
  } else {
    fmt::print(stderr, "{}\n", text);
  }
}

}  // namespace nzsim::cli
