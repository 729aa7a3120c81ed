#include "tools/nzsim/baseline/stopwatch.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>
#include <vector>

namespace nzsim::baseline {
namespace {

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double wall_now() { return seconds_of(CLOCK_MONOTONIC); }

/// What a piece of work takes by the wall's clock and by one of the CPU's.
template <class Work>
Sample time_of(clockid_t cpu_clock, const Work& work) {
  const double cpu = seconds_of(cpu_clock);
  const double wall = wall_now();
  work();
  Sample sample;
  sample.wall_seconds = wall_now() - wall;
  sample.cpu_seconds = seconds_of(cpu_clock) - cpu;
  sample.stretch = stretch_of(sample.wall_seconds, sample.cpu_seconds);
  return sample;
}

}  // namespace

Sample sample_of(ThreadTeam& team, const std::function<void(std::size_t)>& part) {
  std::vector<Sample> parts(team.size());
  const auto timed_part = [&](std::size_t index) {
    parts[index] = time_of(CLOCK_THREAD_CPUTIME_ID, [&] { part(index); });
  };
  Sample whole = time_of(CLOCK_THREAD_CPUTIME_ID, [&] { team.run(timed_part); });
  whole.cpu_seconds = 0.0;
  whole.stretch = 0.0;
  for (const Sample& sample : parts) {
    whole.cpu_seconds += sample.cpu_seconds;
    whole.stretch = std::max(whole.stretch, sample.stretch);
  }
  return whole;
}

Sample sample_of(const std::function<void()>& call) {
  return time_of(CLOCK_PROCESS_CPUTIME_ID, call);
}

Timing repeat(const Budget& budget, const std::function<void()>& prepare,
              const std::function<Sample()>& sample) {
  prepare();
  static_cast<void>(sample());
  std::vector<Sample> samples;
  const double start = wall_now();
  while (samples.size() < kFewestRepetitions ||
         (wall_now() - start < budget.seconds && samples.size() < kMostRepetitions)) {
    prepare();
    samples.push_back(sample());
  }
  return timing_of(samples);
}

void wait_until_idle() {
  constexpr int kMostWaits = 50;
  constexpr auto kWait = std::chrono::milliseconds(10);
  constexpr double kIdleSeconds = 1e-3;
  for (int wait = 0; wait < kMostWaits; ++wait) {
    const double before = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    std::this_thread::sleep_for(kWait);
    if (seconds_of(CLOCK_PROCESS_CPUTIME_ID) - before < kIdleSeconds) return;
  }
}

}  // namespace nzsim::baseline
