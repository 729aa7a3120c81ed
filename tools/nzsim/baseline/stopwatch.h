#pragma once

#include <cstddef>
#include <functional>

#include "tools/nzsim/baseline/statistics.h"
#include "tools/nzsim/baseline/thread_team.h"

namespace nzsim::baseline {

/// How often a kernel is repeated: at least `kFewestRepetitions` times, then until `seconds` have
/// passed, preparations included.
struct Budget {
  double seconds = 0.0;
};
inline constexpr std::size_t kFewestRepetitions = 3;
inline constexpr std::size_t kMostRepetitions = 10'000;

/// Runs `part` once on every thread of `team` and takes the time. The stretch is that of the thread
/// with the largest one, by the clocks of each thread: threads that have less to do than others are
/// no noise.
[[nodiscard]] Sample sample_of(ThreadTeam& team, const std::function<void(std::size_t)>& part);

/// Runs `call`, whose threads are its own, and takes the time. The CPU time is that of the whole
/// process, so the stretch shows only that the process had less than one core.
[[nodiscard]] Sample sample_of(const std::function<void()>& call);

/// Calls `prepare` and `sample` in turn, once in vain, then as often as `budget` says.
[[nodiscard]] Timing repeat(const Budget& budget, const std::function<void()>& prepare,
                            const std::function<Sample()>& sample);

/// Waits until the process needs no CPU time: threads of a library that look for work after its
/// last call would disturb what is measured next. Gives up after half a second.
void wait_until_idle();

}  // namespace nzsim::baseline
