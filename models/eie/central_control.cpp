#include "models/eie/central_control.h"

#include <fmt/format.h>

#include "sim/kernel/clock_domain.h"

namespace nzsim::eie {

CentralControl::CentralControl(const sc_core::sc_module_name& name, ClockDomain& domain,
                               const Config& config, LeadingNonzeroDetector& detector,
                               SharedWires& wires, const std::vector<PeParts>& pes)
    : ClockedModule(name, domain),
      detector_(detector),
      wires_(wires),
      pes_(pes),
      lanes_(config.pe_count),
      tree_latency_(config.lnzd_tree_latency_cycles) {}

void CentralControl::start_scan(const ScanRange& range) {
  range_ = range;
  is_scanning_ = true;
  next_row_begin_ = 0;
  // The lanes of the row before are done with.
  detector_.take(lanes_ - 1);
}

void CentralControl::compute() {
  wires_.bus.is_valid = false;
  if (!is_scanning_) {
    ++counters_.scan_idle_cycles;
    return;
  }
  const std::optional<std::uint32_t> lane = detector_.find();
  if (!lane) {
    ++counters_.scan_idle_cycles;
    read_next_row();
  } else if (wires_.status.full_queues > 0) {
    ++counters_.blocked_cycles;
  } else {
    broadcast(*lane);
  }
}

void CentralControl::broadcast(std::uint32_t lane) {
  ++counters_.broadcasts;
  domain().note_progress();
  wires_.bus.is_valid = true;
  wires_.bus.item = {domain().cycle() + 1 + tree_latency_,
                     static_cast<std::uint32_t>(range_.first_column + held_row_begin_ + lane),
                     detector_.value(lane)};
  detector_.take(lane);
  if (detector_.is_last(lane)) read_next_row();
}

void CentralControl::read_next_row() {
  is_scanning_ = next_row_begin_ < range_.columns();
  if (!is_scanning_) return;
  domain().note_progress();
  const auto source_register =
      static_cast<std::uint32_t>(range_.first_register + next_row_begin_ / lanes_);
  const std::span<std::int16_t> row = detector_.next_row();
  for (std::uint32_t lane = 0; lane < lanes_; ++lane) {
    const std::uint64_t column = next_row_begin_ + lane;
    if (column < range_.inputs) {
      row[lane] = pes_[lane].activation_registers.source(source_register);
    } else {
      row[lane] = column < range_.columns() ? range_.one : std::int16_t{0};
    }
  }
  is_row_delivered_ = true;
}

void CentralControl::commit() {
  if (!is_row_delivered_) return;
  is_row_delivered_ = false;
  detector_.load_row();
  held_row_begin_ = next_row_begin_;
  next_row_begin_ += lanes_;
}

std::string CentralControl::waits_for() const {
  if (!is_scanning_) return {};
  return fmt::format("scans the row of column {}, {} queues are full",
                     range_.first_column + held_row_begin_, wires_.status.full_queues);
}

}  // namespace nzsim::eie
