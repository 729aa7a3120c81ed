#include "sim/run/sweep/status.h"

#include <numeric>

#include <fmt/format.h>

namespace nzsim::sweep {
namespace {

constexpr std::size_t kMostFailures = 10;

std::vector<std::string> failures_of(const Plan& plan, const ResultStore& store) {
  std::vector<std::string> failures;
  for (std::size_t index = 0; index < plan.points.size(); ++index) {
    const StoredResult* const stored = store.find(plan.points.key(index));
    if (stored == nullptr || stored->status == Status::done) continue;
    const PointResult result = store.read(*stored);
    failures.push_back(
        fmt::format("point {}: {}: {}", index, to_string(result.status), result.message));
    if (failures.size() == kMostFailures) break;
  }
  return failures;
}

void add_rate(SweepStatus& status) {
  if (!status.runner || status.tally.finished() <= status.runner->finished) return;
  const double seconds = seconds_now() - status.runner->started;
  if (!(seconds > 0.0) || status.runner->started == 0.0) return;
  const double rate =
      static_cast<double>(status.tally.finished() - status.runner->finished) / seconds;
  status.points_per_second = rate;
  status.seconds_left = static_cast<double>(status.tally.missing()) / rate;
}

}  // namespace

std::uint64_t Tally::finished() const {
  return std::accumulate(by_status.begin(), by_status.end(), std::uint64_t{0});
}

Tally tally_of(const Plan& plan, const ResultStore& store) {
  Tally tally;
  tally.points = plan.points.size();
  for (std::size_t index = 0; index < plan.points.size(); ++index) {
    const StoredResult* const stored = store.find(plan.points.key(index));
    if (stored != nullptr) ++tally.by_status.at(static_cast<std::size_t>(stored->status));
  }
  return tally;
}

SweepStatus status_of(const Plan& plan, const std::filesystem::path& directory) {
  SweepStatus status;
  status.runner = lock_holder(directory);
  const ResultStore store(directory);
  status.tally = tally_of(plan, store);
  status.failures = failures_of(plan, store);
  add_rate(status);
  return status;
}

}  // namespace nzsim::sweep
