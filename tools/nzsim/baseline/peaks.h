#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "tools/nzsim/baseline/host.h"
#include "tools/nzsim/baseline/instruction_set.h"
#include "tools/nzsim/baseline/power.h"
#include "tools/nzsim/baseline/stopwatch.h"
#include "tools/nzsim/baseline/stream_kernels.h"

namespace nzsim::baseline {

/// Amount of work, or bytes, by the time of its repetitions.
struct Peak {
  std::uint64_t amount = 0;
  Timing timing;

  /// By the fastest repetition: what the machine can.
  [[nodiscard]] double per_second() const {
    return static_cast<double>(amount) / timing.wall.minimum;
  }
};

/// The ceilings of a computer, with all threads of a team.
struct Peaks {
  /// The fastest set of instructions, and its operations in float32.
  InstructionSet instruction_set = InstructionSet::portable;
  Peak rate;
  Peak triad;
  Peak read;
  /// Mean of all packages while the threads read memory; nothing where no counter can be read.
  std::optional<double> busy_watts;

  /// The faster of triad and read.
  [[nodiscard]] double bytes_per_second() const;
};

/// Elements of each of three arrays that together are three times the last cache.
[[nodiscard]] std::size_t stream_numbers(const Host& host);

/// Measures the ceilings. Throws `SimulationError` where a kernel computes something wrong.
[[nodiscard]] Peaks measure_peaks(ThreadTeam& team, StreamArrays& arrays, const Budget& budget,
                                  PowerMeter& meter);

}  // namespace nzsim::baseline
