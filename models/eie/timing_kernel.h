#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <boost/align/aligned_allocator.hpp>

#include "models/eie/config.h"
#include "models/eie/program.h"

namespace nzsim::eie {

/// One broadcast item: a column, counted from the pass's first, and its activation.
struct Item {
  std::uint32_t column = 0;
  std::int16_t value = 0;
};

/// Cycles of the broadcast side within one pass; they add up to its cycles.
struct BroadcastCycles {
  std::uint64_t broadcasts = 0;
  std::uint64_t blocked = 0;
  std::uint64_t idle = 0;
};

/// One number per PE, aligned so that no vector of them crosses a cache line.
using PeArray = std::vector<std::uint32_t, boost::alignment::aligned_allocator<std::uint32_t, 64>>;

/// Sums over the passes of a layer, `[pe_count]` each.
struct PeTotals {
  explicit PeTotals(std::uint32_t pe_count);

  std::vector<std::uint64_t> busy;
  std::vector<std::uint64_t> padding;
  std::vector<std::uint64_t> empty_columns;
  std::vector<std::uint64_t> line_stalls;
  std::vector<std::uint64_t> line_reads;
  std::vector<std::uint64_t> pointer_reads;
};

/// EIE's timing without stepping cycles. The PEs are coupled only by "any queue full stops the
/// broadcast", which makes it a recurrence over broadcast items k (columns j_k, rows r = j div P):
///
///   c_0 = 1 + r(j_0);  c_k = b_{k-1} + 1 + g - [g > 0 and lane(j_{k-1}) = P-1],  g = r(j_k) -
///   r(j_{k-1}) b_k = max(c_k, M_{k-D})                      the cycle of the broadcast; D is the
///   queue depth s(p,k) = max(s(p,k-1) + n(p,k-1), b_k + 2 + L)   the item's first slot in PE p; L
///   is the tree latency M_k = max over p of s(p,k) n(p,k) = max(1, entries + q x line reads) q is
///   the penalty of a line change T = max(9, last entry slot + 6)
///
/// Every counter follows from b, s and T and counts cycles [0, T) alone; where the matrix is
/// streamed, the cycles until the machine is drained. `docs/eie.md` has the rules.
class TimingKernel {
 public:
  explicit TimingKernel(const Config& config);

  /// Forgets the sparse-matrix SRAM lines that the PEs hold: the start of a layer.
  void start_layer();

  /// Times one pass over `items` (ascending columns) and adds the PEs' counters to `totals`.
  /// Returns the cycles that count: T, or `drained_cycles()` where the matrix is streamed.
  std::uint64_t run(const MatrixImage& image, const Pass& pass, std::span<const Item> items,
                    PeTotals& totals, BroadcastCycles& broadcast);

  /// Cycles of the last pass until the machine was drained: everything is scanned and the last slot
  /// is over, be it one of a column without entries.
  [[nodiscard]] std::uint64_t drained_cycles() const { return drained_cycles_; }

  /// b_k of each item of the last pass.
  [[nodiscard]] std::span<const std::uint32_t> broadcasts() const { return broadcast_; }

 private:
  void schedule_columns(const MatrixImage& image, const Pass& pass, std::span<const Item> items);
  [[nodiscard]] std::uint32_t pass_cycles() const;
  [[nodiscard]] std::uint32_t end_of_slots() const;
  [[nodiscard]] std::uint32_t end_of_scan(const Pass& pass, std::span<const Item> items) const;
  void add_totals(std::span<const Item> items, PeTotals& totals) const;
  void drop_slots_after(std::uint32_t cycles, const MatrixImage& image, const Pass& pass,
                        std::span<const Item> items, PeTotals& totals) const;
  void add_broadcast_cycles(std::uint32_t cycles, BroadcastCycles& broadcast) const;

  const Config& config_;
  std::uint32_t drained_cycles_ = 0;
  /// c, b and M of each item of the pass.
  std::vector<std::uint32_t> found_;
  std::vector<std::uint32_t> broadcast_;
  std::vector<std::uint32_t> latest_start_;
  // Per PE: the first slot that is free, the slot behind its last entry, the counts of this pass,
  // and the line that it holds (all ones: none).
  PeArray free_slot_;
  PeArray entry_end_;
  PeArray busy_;
  PeArray padding_;
  PeArray empty_;
  PeArray reads_;
  PeArray line_;
};

}  // namespace nzsim::eie
