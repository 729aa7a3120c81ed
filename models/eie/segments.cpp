#include "models/eie/segments.h"

#include <algorithm>

#include "sim/base/errors.h"

namespace nzsim::eie {
namespace {

/// Assumption: aligned storage; a multiple of the bursts of all memories that ship.
constexpr std::uint64_t kAlignment = 64;

MatrixSegment segment_of(const Config& config, const ColumnsNeed& need, std::uint64_t address) {
  MatrixSegment segment;
  segment.address = address;
  segment.lines = need.lines;
  segment.pointers = need.pointers * config.pe_count;
  segment.bytes = need.bytes;
  return segment;
}

/// The end of the row of columns that begins at `begin`.
std::uint32_t row_end(const MatrixImage& image, const Pass& pass, std::uint32_t begin) {
  return std::min(begin + image.pe_count, pass.column_end);
}

/// The end of the longest segment of `pass` that begins at `begin`.
std::uint32_t longest_end(const Config& config, const SegmentLimits& limits,
                          const MatrixImage& image, const Pass& pass, std::uint32_t begin) {
  std::uint32_t end = begin;
  while (end < pass.column_end) {
    const std::uint32_t longer = row_end(image, pass, end);
    if (!limits.allow(need_of(config, image, pass.output_batch, begin, longer))) break;
    end = longer;
  }
  SIM_ASSERT(end > begin, "eie", 0, "the columns from {} on do not fit half of the SRAMs", begin);
  return end;
}

}  // namespace

SegmentLimits::SegmentLimits(const Config& config)
    : entries(config.sparse_matrix_lines() / 2 * config.entries_per_line()),
      largest_address(config.largest_address()),
      pointers(config.held_pointers() / 2) {}

ColumnsNeed need_of(const Config& config, const MatrixImage& image, std::uint32_t batch,
                    std::uint32_t begin, std::uint32_t end) {
  const std::uint32_t* first = image.column_starts(batch, begin);
  const std::uint32_t* behind = image.column_starts(batch, end);
  const std::uint32_t width = config.entries_per_line();
  ColumnsNeed need;
  need.pointers = std::uint64_t{end} - begin + 1;
  for (std::uint32_t pe = 0; pe < image.pe_count; ++pe) {
    const std::uint64_t entries = behind[pe] - first[pe];
    need.entries = std::max(need.entries, entries);
    need.lines += (entries + width - 1) / width;
  }
  const std::uint64_t bits = need.lines * config.sparse_matrix_width_bits +
                             need.pointers * image.pe_count * config.pointer_bits;
  need.bytes = (bits + 8 * kAlignment - 1) / (8 * kAlignment) * kAlignment;
  return need;
}

std::optional<ColumnsNeed> oversized_row(const Config& config, const MatrixImage& image,
                                         const std::vector<Pass>& passes) {
  const SegmentLimits limits(config);
  for (const Pass& pass : passes) {
    for (std::uint32_t begin = pass.column_begin; begin < pass.column_end;
         begin = row_end(image, pass, begin)) {
      const ColumnsNeed need =
          need_of(config, image, pass.output_batch, begin, row_end(image, pass, begin));
      if (!limits.allow(need)) return need;
    }
  }
  return {};
}

std::vector<Pass> cut_into_segments(const Config& config, const MatrixImage& image,
                                    const std::vector<Pass>& passes) {
  const SegmentLimits limits(config);
  std::vector<Pass> segments;
  std::uint64_t address = image.dram_address;
  for (const Pass& pass : passes) {
    for (std::uint32_t begin = pass.column_begin; begin < pass.column_end;) {
      Pass part = pass;
      part.column_begin = begin;
      part.column_end = longest_end(config, limits, image, pass, begin);
      if (part.column_begin != pass.column_begin) {
        part.source_load_cycles = 0;
        part.source_load_registers = 0;
      }
      if (part.column_end != pass.column_end) {
        part.write_back_cycles = 0;
        part.write_back_registers = 0;
      }
      part.segment = segment_of(
          config, need_of(config, image, pass.output_batch, begin, part.column_end), address);
      address += part.segment.bytes;
      begin = part.column_end;
      segments.push_back(part);
    }
  }
  return segments;
}

}  // namespace nzsim::eie
