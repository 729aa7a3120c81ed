#include "sim/memory/ideal_memory.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/memory/transfer_check.h"

namespace nzsim {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kFemtosecondsPerSecond = 1'000'000'000'000'000;
constexpr Femtoseconds kFemtosecondsPerNanosecond = 1'000'000;

constexpr Wide kLongest = INT64_MAX;

std::uint64_t nanoseconds(Femtoseconds time) {
  return static_cast<std::uint64_t>(time / kFemtosecondsPerNanosecond);
}

/// How long the data of `transfer` move; throws where that exceeds any simulated time.
Femtoseconds duration_of(const Transfer& transfer, std::uint64_t bytes_per_second) {
  const Wide scaled = Wide{transfer.bytes} * kFemtosecondsPerSecond;
  const Wide duration = (scaled + bytes_per_second - 1) / bytes_per_second;
  if (duration > kLongest) {
    throw WorkloadError(fmt::format("transfer {}", transfer.id), "",
                        fmt::format("expected to move within {} fs at {} bytes per second, got {} "
                                    "bytes",
                                    INT64_MAX, bytes_per_second, transfer.bytes));
  }
  return static_cast<Femtoseconds>(duration);
}

}  // namespace

IdealMemory::IdealMemory(const IdealMemoryConfig& config)
    : capacity_bytes_(config.capacity_bytes),
      latency_(config.latency_femtoseconds),
      bytes_per_second_(
          static_cast<std::uint64_t>(std::max(1LL, std::llround(config.bytes_per_second)))) {}

void IdealMemory::submit(const Transfer& transfer, Femtoseconds time) {
  check_transfer(transfer, capacity_bytes_);
  SIM_ASSERT(time >= advanced_, "ideal memory", 0, "a transfer at {} fs after an advance to {} fs",
             time, advanced_);
  const Submission submission{transfer.id, transfer.access, transfer.bytes,
                              duration_of(transfer, bytes_per_second_), time};
  const auto is_later = [](Femtoseconds at, const Submission& other) { return at < other.time; };
  undecided_.insert(std::upper_bound(undecided_.begin(), undecided_.end(), time, is_later),
                    submission);
}

Femtoseconds IdealMemory::next_time() const {
  return undecided_.empty() ? kNoTime : undecided_.front().time;
}

void IdealMemory::advance(Femtoseconds until, std::vector<MemoryEvent>& events) {
  while (!undecided_.empty() && undecided_.front().time < until) {
    const Submission submission = undecided_.front();
    undecided_.pop_front();
    events.push_back({MemoryEvent::Kind::accepted, submission.id, submission.time});
    events.push_back({MemoryEvent::Kind::completed, submission.id, serve(submission)});
  }
  advanced_ = std::max(advanced_, until);
}

Femtoseconds IdealMemory::serve(const Submission& submission) {
  data_end_ = std::max(submission.time + latency_, data_end_) + submission.duration;
  busy_ += submission.duration;
  bytes_ += submission.bytes;
  if (submission.access == Access::read) {
    ++reads_;
    read_latency_ += data_end_ - submission.time;
  } else {
    ++writes_;
  }
  return data_end_;
}

ChannelCounters IdealMemory::counters(std::uint32_t channel, Femtoseconds time) const {
  SIM_ASSERT(channel == 0, "ideal memory", 0, "counters of channel {}", channel);
  ChannelCounters counters;
  counters.reads = reads_;
  counters.writes = writes_;
  counters.bytes = bytes_;
  counters.busy_clocks = nanoseconds(busy_);
  counters.read_latency_clocks = nanoseconds(read_latency_);
  counters.clocks = nanoseconds(time);
  return counters;
}

void IdealMemory::listen(CommandListener&) {}

}  // namespace nzsim
