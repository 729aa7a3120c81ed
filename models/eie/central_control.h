#pragma once

#include <cstdint>
#include <string>

#include "models/eie/leading_nonzero_detector.h"
#include "models/eie/pe_counters.h"
#include "models/eie/processing_element.h"
#include "sim/kernel/clocked_module.h"

namespace nzsim::eie {

/// The columns of one pass: `inputs` activations from the source registers, column j in register
/// `first_register` + j div P of PE j mod P, then the bias column where there is one.
struct ScanRange {
  std::uint32_t first_column = 0;
  std::uint32_t first_register = 0;
  std::uint32_t inputs = 0;
  bool has_bias = false;
  /// The bias column's activation: 1.0 in the source format.
  std::int16_t one = 0;

  [[nodiscard]] std::uint32_t columns() const { return inputs + (has_bias ? 1 : 0); }
};

/// The central control unit, `eie.central_control`: activation read, detection and broadcast (Han
/// et al., ISCA 2016, Section IV, "Central Control Unit").
///
/// One activation row (P lanes) is delivered per cycle into the detector's holding register. Each
/// cycle of a scan is one of: an item is found and all queues have room, so it is broadcast; an
/// item is found and some queue is full, so it waits; nothing is found in this row. The next row is
/// delivered in the cycle of a broadcast from lane P - 1, at no cost, or in a cycle that finds
/// nothing. In cycle 0 nothing is held yet: row 0 is held from cycle 1.
class CentralControl final : public ClockedModule {
 public:
  /// `pes[i]` is PE i; all arguments must outlive the module.
  CentralControl(const sc_core::sc_module_name& name, ClockDomain& domain, const Config& config,
                 LeadingNonzeroDetector& detector, SharedWires& wires,
                 const std::vector<PeParts>& pes);

  /// Between passes: the next cycle is cycle 0 of a pass over `range`.
  void start_scan(const ScanRange& range);
  /// Whether all items of the pass have been broadcast.
  [[nodiscard]] bool has_finished() const { return !is_scanning_; }

  void compute() override;
  void commit() override;
  [[nodiscard]] std::string waits_for() const override;

  [[nodiscard]] BroadcastCounters& counters() { return counters_; }
  [[nodiscard]] const BroadcastCounters& counters() const { return counters_; }

 private:
  void broadcast(std::uint32_t lane);
  /// Delivers the next activation row, or ends the scan where there is none.
  void read_next_row();

  LeadingNonzeroDetector& detector_;
  SharedWires& wires_;
  const std::vector<PeParts>& pes_;
  std::uint32_t lanes_;
  std::uint32_t tree_latency_;
  BroadcastCounters counters_;

  ScanRange range_;
  bool is_scanning_ = false;
  /// First column, relative to the pass, of the held row and of the row behind it.
  std::uint64_t held_row_begin_ = 0;
  std::uint64_t next_row_begin_ = 0;
  /// The activation read delivers a row in this cycle.
  bool is_row_delivered_ = false;
};

}  // namespace nzsim::eie
