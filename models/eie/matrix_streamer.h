#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>

#include "models/eie/program.h"
#include "sim/kernel/clocked_module.h"
#include "sim/memory/memory_port.h"

namespace nzsim::eie {

/// Fetches the segments of streamed matrices from DRAM, `eie.matrix_streamer`. The paper has no
/// such block: its machine holds all of its matrices in SRAM (assumption).
///
/// Each cycle it sends the next requested segment, if the port is free, and takes the answers that
/// are there. A segment whose answer is taken in a cycle is in its half of the SRAMs from the next
/// cycle on. A memory may answer a short segment before a longer one that was sent first.
class MatrixStreamer final : public ClockedModule {
 public:
  /// Halves of the SRAMs: segments n and n + 2 take the same.
  static constexpr std::uint32_t kHalves = 2;

  MatrixStreamer(const sc_core::sc_module_name& name, ClockDomain& domain);

  /// Between cycles: a half of the SRAMs is free for `segment`.
  void request(const MatrixSegment& segment);
  /// Whether the next segment to be used is in the SRAMs.
  [[nodiscard]] bool has_segment() const { return has_arrived_[used_ % kHalves]; }
  /// Between cycles: the next segment has been used.
  void release() { has_arrived_[used_++ % kHalves] = false; }

  void compute() override;
  void commit() override;
  [[nodiscard]] std::string waits_for() const override;

  [[nodiscard]] MemoryPort& port() { return port_; }

 private:
  MemoryPort port_;
  std::deque<MatrixSegment> requests_;
  /// Segments sent and used since the start; segment n is transfer n.
  std::uint64_t sent_ = 0;
  std::uint64_t used_ = 0;
  /// By half: its segment is there, or has been answered in this cycle.
  std::array<bool, kHalves> has_arrived_{};
  std::array<bool, kHalves> is_arriving_{};
};

}  // namespace nzsim::eie
