#include "tools/nzsim/baseline/peaks.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "tools/nzsim/baseline/peak_kernels.h"

namespace nzsim::baseline {
namespace {

void do_nothing() {}

/// Runs `steps` on every thread and takes the time; adds the operations up.
Sample sample_steps(ThreadTeam& team, InstructionSet set, std::uint64_t steps,
                    std::uint64_t& operations) {
  std::vector<PeakWork> works(team.size());
  const Sample sample =
      sample_of(team, [&](std::size_t thread) { works[thread] = run_multiply_adds(set, steps); });
  operations = 0;
  for (const PeakWork& work : works) {
    // After n steps a sum is 2 - 2^(1-n), rounded.
    if (std::abs(work.mean - 2.0) > 1e-6) {
      throw SimulationError(
          fmt::format("peak rate, {}: expected sums of 2, got {}", to_string(set), work.mean));
    }
    operations += work.operations;
  }
  return sample;
}

/// Steps that take a few milliseconds: long beside the start of the threads, short beside the time
/// that a busy system gives them at once.
std::uint64_t steps_for(ThreadTeam& team, InstructionSet set) {
  constexpr double kSeconds = 4e-3;
  constexpr std::uint64_t kFirstSteps = 1U << 12U;
  constexpr std::uint64_t kMostSteps = std::uint64_t{1} << 32U;
  std::uint64_t steps = kFirstSteps;
  std::uint64_t operations = 0;
  while (steps < kMostSteps && sample_steps(team, set, steps, operations).wall_seconds < kSeconds) {
    steps *= 2;
  }
  return steps;
}

Peak peak_rate(ThreadTeam& team, InstructionSet set, const Budget& budget) {
  const std::uint64_t steps = steps_for(team, set);
  Peak peak;
  peak.timing =
      repeat(budget, do_nothing, [&] { return sample_steps(team, set, steps, peak.amount); });
  return peak;
}

Peak peak_triad(ThreadTeam& team, StreamArrays& arrays, const Budget& budget) {
  Peak peak;
  peak.amount = arrays.triad_bytes();
  peak.timing = repeat(budget, do_nothing, [&] {
    return sample_of(team, [&](std::size_t thread) { arrays.triad(thread, team.size()); });
  });
  if (!arrays.is_triad_right()) {
    throw SimulationError(fmt::format("triad: expected {} everywhere, got another number",
                                      StreamArrays::triad_value()));
  }
  return peak;
}

/// The arrays hold what the triad left.
Peak peak_read(ThreadTeam& team, const StreamArrays& arrays, const Budget& budget) {
  std::vector<double> sums(team.size());
  Peak peak;
  peak.amount = arrays.read_bytes();
  peak.timing = repeat(budget, do_nothing, [&] {
    return sample_of(team,
                     [&](std::size_t thread) { sums[thread] = arrays.read(thread, team.size()); });
  });
  double sum = 0.0;
  for (const double part : sums) sum += part;
  if (sum != arrays.sum_after_triad()) {
    throw SimulationError(
        fmt::format("read: expected the sum {}, got {}", arrays.sum_after_triad(), sum));
  }
  return peak;
}

}  // namespace

double Peaks::bytes_per_second() const { return std::max(triad.per_second(), read.per_second()); }

std::size_t stream_numbers(const Host& host) {
  // Assumptions: a cache of 32 MiB where the system names none; smaller ones are not worth the
  // shorter time, and 512 MiB of each array are enough for any.
  constexpr std::uint64_t kUnknown = std::uint64_t{32} << 20U;
  constexpr std::uint64_t kLeast = std::uint64_t{16} << 20U;
  constexpr std::uint64_t kMost = std::uint64_t{512} << 20U;
  return std::clamp(host.last_cache_bytes.value_or(kUnknown), kLeast, kMost) / sizeof(float);
}

Peaks measure_peaks(ThreadTeam& team, StreamArrays& arrays, const Budget& budget,
                    PowerMeter& meter) {
  Peaks peaks;
  for (const InstructionSet set : instruction_sets()) {
    const Peak rate = peak_rate(team, set, budget);
    if (peaks.rate.amount != 0 && rate.per_second() <= peaks.rate.per_second()) continue;
    peaks.rate = rate;
    peaks.instruction_set = set;
  }
  peaks.triad = peak_triad(team, arrays, budget);
  meter.start();
  const double seconds =
      sample_of([&] { peaks.read = peak_read(team, arrays, budget); }).wall_seconds;
  if (const auto joules = meter.joules(); joules && *joules > 0.0) {
    peaks.busy_watts = *joules / seconds;
  }
  return peaks;
}

}  // namespace nzsim::baseline
