#include "models/eie/busy_timeline.h"

#include <algorithm>
#include <utility>

namespace nzsim::eie {
namespace {

constexpr std::uint32_t kNoLine = UINT32_MAX;

}  // namespace

BusyTimeline::BusyTimeline(const Config& config)
    : config_(config),
      timeline_(config.pe_count),
      free_slot_(config.pe_count),
      line_(config.pe_count, kNoLine) {}

void BusyTimeline::record(const MatrixImage& image, const Pass& pass, std::span<const Item> items,
                          std::span<const std::uint32_t> broadcasts, std::uint64_t begin) {
  std::fill(free_slot_.begin(), free_slot_.end(), begin);
  const std::uint32_t* segment = nullptr;
  if (pass.is_streamed()) {
    // A segment is in the SRAMs anew, from address 0 on: no line of it has been read.
    segment = image.column_starts(pass.output_batch, pass.column_begin);
    std::fill(line_.begin(), line_.end(), kNoLine);
  }
  for (std::size_t k = 0; k < items.size(); ++k) {
    const std::uint32_t column = pass.column_begin + items[k].column;
    const std::uint32_t* starts = image.column_starts(pass.output_batch, column);
    const std::uint32_t* ends = starts + config_.pe_count;
    const std::uint64_t earliest = begin + broadcasts[k] + 2 + config_.lnzd_tree_latency_cycles;
    for (std::uint32_t pe = 0; pe < config_.pe_count; ++pe) {
      const std::uint32_t first_address = segment != nullptr ? segment[pe] : 0;
      free_slot_[pe] = record_column(pe, starts[pe] - first_address, ends[pe] - first_address,
                                     std::max(free_slot_[pe], earliest));
    }
  }
}

/// Records the entries [address, end) of one column, which has its first slot in cycle `slot`;
/// returns the slot behind it.
std::uint64_t BusyTimeline::record_column(std::uint32_t pe, std::uint32_t address,
                                          std::uint32_t end, std::uint64_t slot) {
  // The bubble of a column without entries.
  if (address == end) return slot + 1;
  const std::uint32_t line_length = config_.entries_per_line();
  while (address != end) {
    const std::uint32_t line = address / line_length;
    if (line != line_[pe]) {
      line_[pe] = line;
      slot += config_.line_change_penalty_cycles;
    }
    const std::uint32_t entries = std::min(end - address, line_length - address % line_length);
    timeline_.add(pe, slot, entries);
    slot += entries;
    address += entries;
  }
  return slot;
}

Timeline BusyTimeline::finish(std::uint64_t cycles) && {
  timeline_.end(cycles);
  return std::move(timeline_);
}

}  // namespace nzsim::eie
