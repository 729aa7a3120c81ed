#include "models/eie/timing_kernel.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "sim/base/errors.h"
#include "sim/base/vector.h"

namespace nzsim::eie {
namespace {

constexpr std::uint32_t kNoLine = UINT32_MAX;
/// The shortest pass: Section "End of layer" of `docs/eie.md`.
constexpr std::uint32_t kShortestPass = 9;
/// Slots of a pass stay below this, so that 32 bits hold every time.
constexpr std::uint64_t kLargestTime = std::uint64_t{1} << 31;

/// What one column does to all PEs. Pointers are `[pe_count]`, without overlap.
struct Column {
  std::uint32_t pe_count;
  /// Addresses of the column's first entry and of the next column's.
  const std::uint32_t* begin;
  const std::uint32_t* end;
  const std::uint16_t* padding;
  /// First slot that the item can take: b_k + 2 + L.
  std::uint32_t earliest;
  std::uint32_t penalty;
};

struct LanePointers {
  std::uint32_t* free_slot;
  std::uint32_t* entry_end;
  std::uint32_t* busy;
  std::uint32_t* padding;
  std::uint32_t* empty;
  std::uint32_t* reads;
  std::uint32_t* line;
};

/// `std::max` by value: references would keep the loop below from being vectorised.
[[gnu::always_inline]] inline std::uint32_t larger(std::uint32_t a, std::uint32_t b) {
  return a > b ? a : b;
}

/// A mask in place of a branch, for the same reason.
[[gnu::always_inline]] inline std::uint32_t all_ones_if(bool condition) {
  return 0U - static_cast<std::uint32_t>(condition);
}

/// An address's line where lines hold a power of two entries, and any number of them.
struct ShiftToLine {
  unsigned shift;
  [[gnu::always_inline]] std::uint32_t operator()(std::uint32_t address, std::uint32_t) const {
    return address >> shift;
  }
};
struct DivideToLine {
  std::uint32_t entries_per_line;
  [[gnu::always_inline]] std::uint32_t operator()(std::uint32_t address, std::uint32_t) const {
    return address / entries_per_line;
  }
};
/// The same where addresses restart at `first` `[pe_count]`: in a segment.
template <class LineOf>
struct InSegment {
  LineOf line_of;
  const std::uint32_t* first;
  [[gnu::always_inline]] std::uint32_t operator()(std::uint32_t address, std::uint32_t pe) const {
    return line_of(address - first[pe], pe);
  }
};

/// The recurrence's step for one item over all PEs; returns M_k. `line_of` maps an address of a
/// PE to its line.
template <class LineOf>
[[gnu::always_inline]] inline std::uint32_t step(const Column& column, const LanePointers& lanes,
                                                 const LineOf& line_of) {
  std::uint32_t* free_slot = lanes.free_slot;
  std::uint32_t* entry_end = lanes.entry_end;
  std::uint32_t* busy = lanes.busy;
  std::uint32_t* padding = lanes.padding;
  std::uint32_t* empty = lanes.empty;
  std::uint32_t* reads = lanes.reads;
  std::uint32_t* line = lanes.line;
  const std::uint32_t* begin = column.begin;
  const std::uint32_t* end = column.end;
  const std::uint16_t* column_padding = column.padding;
  const std::uint32_t earliest = column.earliest;
  const std::uint32_t penalty = column.penalty;
  const std::uint32_t pe_count = column.pe_count;
  std::uint32_t latest = 0;
#pragma GCC ivdep  // the arrays do not overlap
  for (std::uint32_t pe = 0; pe < pe_count; ++pe) {
    const std::uint32_t entries = end[pe] - begin[pe];
    const std::uint32_t has_entries = all_ones_if(entries != 0);
    const std::uint32_t first_line = line_of(begin[pe], pe);
    const std::uint32_t last_line = line_of(end[pe] - 1, pe);
    const std::uint32_t is_new_line = all_ones_if(first_line != line[pe]) & 1U;
    const std::uint32_t line_reads = (last_line - first_line + is_new_line) & has_entries;
    const std::uint32_t slots = larger(entries + penalty * line_reads, 1U);
    const std::uint32_t start = larger(free_slot[pe], earliest);
    latest = larger(latest, start);
    free_slot[pe] = start + slots;
    entry_end[pe] = larger(entry_end[pe], (start + slots) & has_entries);
    line[pe] += (last_line - line[pe]) & has_entries;
    busy[pe] += entries;
    padding[pe] += column_padding[pe];
    empty[pe] += ~has_entries & 1U;
    reads[pe] += line_reads;
  }
  return latest;
}

SIM_VECTOR_CLONES
std::uint32_t step_power_of_two(const Column& column, const LanePointers& lanes,
                                unsigned line_shift) {
  return step(column, lanes, ShiftToLine{line_shift});
}

std::uint32_t step_any_width(const Column& column, const LanePointers& lanes,
                             std::uint32_t entries_per_line) {
  return step(column, lanes, DivideToLine{entries_per_line});
}

SIM_VECTOR_CLONES
std::uint32_t step_segment_power_of_two(const Column& column, const LanePointers& lanes,
                                        unsigned line_shift, const std::uint32_t* first) {
  return step(column, lanes, InSegment<ShiftToLine>{{line_shift}, first});
}

std::uint32_t step_segment_any_width(const Column& column, const LanePointers& lanes,
                                     std::uint32_t entries_per_line, const std::uint32_t* first) {
  return step(column, lanes, InSegment<DivideToLine>{{entries_per_line}, first});
}

/// Steps an item in the way that a pass and the machine's lines ask for.
class Stepper {
 public:
  Stepper(std::uint32_t entries_per_line, const MatrixImage& image, const Pass& pass)
      : entries_per_line_(entries_per_line),
        is_power_of_two_(std::has_single_bit(entries_per_line)),
        line_shift_(static_cast<unsigned>(std::countr_zero(entries_per_line))),
        first_(pass.is_streamed() ? image.column_starts(pass.output_batch, pass.column_begin)
                                  : nullptr) {}

  std::uint32_t operator()(const Column& column, const LanePointers& lanes) const {
    if (first_ != nullptr) {
      return is_power_of_two_ ? step_segment_power_of_two(column, lanes, line_shift_, first_)
                              : step_segment_any_width(column, lanes, entries_per_line_, first_);
    }
    return is_power_of_two_ ? step_power_of_two(column, lanes, line_shift_)
                            : step_any_width(column, lanes, entries_per_line_);
  }

 private:
  std::uint32_t entries_per_line_;
  bool is_power_of_two_;
  unsigned line_shift_;
  /// Addresses of the segment's first entries; null where the matrix is not streamed.
  const std::uint32_t* first_;
};

}  // namespace

PeTotals::PeTotals(std::uint32_t pe_count)
    : busy(pe_count),
      padding(pe_count),
      empty_columns(pe_count),
      line_stalls(pe_count),
      line_reads(pe_count),
      pointer_reads(pe_count) {}

TimingKernel::TimingKernel(const Config& config)
    : config_(config),
      free_slot_(config.pe_count),
      entry_end_(config.pe_count),
      busy_(config.pe_count),
      padding_(config.pe_count),
      empty_(config.pe_count),
      reads_(config.pe_count),
      line_(config.pe_count, kNoLine) {}

void TimingKernel::start_layer() { std::fill(line_.begin(), line_.end(), kNoLine); }

std::uint64_t TimingKernel::run(const MatrixImage& image, const Pass& pass,
                                std::span<const Item> items, PeTotals& totals,
                                BroadcastCycles& broadcast) {
  for (auto* lanes : {&free_slot_, &entry_end_, &busy_, &padding_, &empty_, &reads_}) {
    std::fill(lanes->begin(), lanes->end(), 0U);
  }
  // A segment is in the SRAMs anew: no line of it has been read.
  if (pass.is_streamed()) std::fill(line_.begin(), line_.end(), kNoLine);
  schedule_columns(image, pass, items);
  const std::uint32_t shortest = pass_cycles();
  drained_cycles_ = std::max({shortest, end_of_slots(), end_of_scan(pass, items)});
  const std::uint32_t cycles = pass.is_streamed() ? drained_cycles_ : shortest;
  add_totals(items, totals);
  if (end_of_slots() > cycles) drop_slots_after(cycles, image, pass, items, totals);
  add_broadcast_cycles(cycles, broadcast);
  return cycles;
}

void TimingKernel::schedule_columns(const MatrixImage& image, const Pass& pass,
                                    std::span<const Item> items) {
  found_.resize(items.size());
  broadcast_.resize(items.size());
  latest_start_.resize(items.size());
  const Stepper step_item(config_.entries_per_line(), image, pass);
  const std::size_t depth = config_.activation_queue_depth;
  const std::uint32_t delay = 2 + config_.lnzd_tree_latency_cycles;
  const LanePointers lanes{free_slot_.data(), entry_end_.data(), busy_.data(), padding_.data(),
                           empty_.data(),     reads_.data(),     line_.data()};
  Column step_column{config_.pe_count, nullptr, nullptr,
                     nullptr,          0,       config_.line_change_penalty_cycles};

  std::uint32_t row = 0;
  std::uint32_t row_end = config_.pe_count;
  std::uint32_t next_search = 1;
  for (std::size_t k = 0; k < items.size(); ++k) {
    const std::uint32_t column = items[k].column;
    std::uint32_t rows_skipped = 0;
    while (column >= row_end) {
      ++row;
      ++rows_skipped;
      row_end += config_.pe_count;
    }
    // A broadcast from the last lane loads the next row at no cost.
    const bool from_last_lane =
        k > 0 && rows_skipped > 0 &&
        items[k - 1].column + rows_skipped * config_.pe_count + 1 == row_end;
    found_[k] = next_search + rows_skipped - (from_last_lane ? 1U : 0U);
    broadcast_[k] = k >= depth ? std::max(found_[k], latest_start_[k - depth]) : found_[k];
    next_search = broadcast_[k] + 1;

    const std::uint32_t in_image = pass.column_begin + column;
    step_column.begin = image.column_starts(pass.output_batch, in_image);
    step_column.end = step_column.begin + config_.pe_count;
    step_column.padding = image.column_paddings(pass.output_batch, in_image);
    step_column.earliest = broadcast_[k] + delay;
    latest_start_[k] = step_item(step_column, lanes);
    SIM_ASSERT(latest_start_[k] < kLargestTime, "eie", latest_start_[k],
               "a pass of more than 2^31 cycles");
  }
}

std::uint32_t TimingKernel::pass_cycles() const {
  const std::uint32_t entry_end = *std::max_element(entry_end_.begin(), entry_end_.end());
  return std::max(kShortestPass, entry_end + 5);
}

std::uint32_t TimingKernel::end_of_slots() const {
  return *std::max_element(free_slot_.begin(), free_slot_.end());
}

/// The cycle behind the one in which nothing more is found. Each activation row behind the last
/// broadcast takes a cycle, and its own row one more unless it came from the last lane.
std::uint32_t TimingKernel::end_of_scan(const Pass& pass, std::span<const Item> items) const {
  const std::uint32_t pes = config_.pe_count;
  const std::uint32_t rows = (pass.column_end - pass.column_begin + pes - 1) / pes;
  if (items.empty()) return rows + 1;
  const std::uint32_t last = items.back().column;
  const std::uint32_t dead_rows = rows - 1 - last / pes + (last % pes == pes - 1 ? 0 : 1);
  return broadcast_[items.size() - 1] + 1 + dead_rows;
}

void TimingKernel::add_totals(std::span<const Item> items, PeTotals& totals) const {
  for (std::uint32_t pe = 0; pe < config_.pe_count; ++pe) {
    totals.busy[pe] += busy_[pe];
    totals.padding[pe] += padding_[pe];
    totals.empty_columns[pe] += empty_[pe];
    totals.line_reads[pe] += reads_[pe];
    totals.line_stalls[pe] += std::uint64_t{config_.line_change_penalty_cycles} * reads_[pe];
    totals.pointer_reads[pe] += items.size();
  }
}

/// Columns without entries at the end of a pass can take slots after its last cycle: they do not
/// count.
void TimingKernel::drop_slots_after(std::uint32_t cycles, const MatrixImage& image,
                                    const Pass& pass, std::span<const Item> items,
                                    PeTotals& totals) const {
  const std::uint32_t delay = 2 + config_.lnzd_tree_latency_cycles;
  for (std::uint32_t pe = 0; pe < config_.pe_count; ++pe) {
    if (free_slot_[pe] <= cycles) continue;
    // Behind the last column with entries every column takes one slot.
    std::size_t first_trailing = items.size();
    while (first_trailing > 0) {
      const std::uint32_t column = pass.column_begin + items[first_trailing - 1].column;
      const std::uint32_t* begin = image.column_starts(pass.output_batch, column);
      if (begin[config_.pe_count + pe] != begin[pe]) break;
      --first_trailing;
    }
    std::uint32_t slot = entry_end_[pe];
    for (std::size_t k = first_trailing; k < items.size(); ++k, ++slot) {
      slot = std::max(slot, broadcast_[k] + delay);
      if (slot < cycles) continue;
      --totals.empty_columns[pe];
      --totals.pointer_reads[pe];
    }
  }
}

void TimingKernel::add_broadcast_cycles(std::uint32_t cycles, BroadcastCycles& broadcast) const {
  std::uint64_t broadcasts = 0;
  std::uint64_t blocked = 0;
  for (std::size_t k = 0; k < broadcast_.size(); ++k) {
    broadcasts += broadcast_[k] < cycles ? 1U : 0U;
    blocked += std::min(broadcast_[k], cycles) - std::min(found_[k], cycles);
  }
  broadcast.broadcasts += broadcasts;
  broadcast.blocked += blocked;
  broadcast.idle += cycles - broadcasts - blocked;
}

}  // namespace nzsim::eie
