#include "models/eie/image.h"

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim::eie {
namespace {

/// Where a matrix row lives.
struct Place {
  std::uint32_t pe = 0;
  std::uint32_t output_batch = 0;
  /// Local row counted from the top of the output batch, plus one.
  std::uint32_t row_plus_one = 0;
  /// Row over all PEs, counted from the top of the output batch.
  std::uint32_t batch_row = 0;
};

Place place_of(const Config& config, std::uint32_t row) {
  const std::uint32_t local = row / config.pe_count;
  const std::uint32_t batch = local / config.activation_registers;
  const std::uint32_t local_in_batch = local % config.activation_registers;
  return {row % config.pe_count, batch, local_in_batch + 1,
          local_in_batch * config.pe_count + row % config.pe_count};
}

/// Calls `visit(row, column, code)` for every non-zero of one row, the bias column last.
template <class Visit>
void for_each_entry(const MatrixRows& rows, std::uint32_t row, const Visit& visit) {
  for (std::uint64_t n = rows.row_starts[row]; n < rows.row_starts[row + 1]; ++n) {
    visit(rows.columns[n], rows.codes[n]);
  }
  if (!rows.bias_codes.empty() && rows.bias_codes[row] != 0)
    visit(rows.inputs, rows.bias_codes[row]);
}

/// The work of `build_image`: two walks over the rows, counting and then writing, as in a counting
/// sort by (output batch, column, PE).
class ImageBuilder {
 public:
  ImageBuilder(const Config& config, const MatrixRows& rows) : config_(config), rows_(rows) {
    image_.outputs = rows.outputs;
    image_.inputs = rows.inputs;
    image_.columns = rows.inputs + (rows.bias_codes.empty() ? 0 : 1);
    image_.pe_count = config.pe_count;
    image_.rows_per_batch = static_cast<std::uint32_t>(config.batch_activations());
    image_.output_batches = (rows.outputs + image_.rows_per_batch - 1) / image_.rows_per_batch;
    const std::size_t columns = std::size_t{image_.output_batches} * image_.columns;
    counts_.assign(columns * image_.pe_count, 0);
    paddings_.assign(columns * image_.pe_count, 0);
    value_offsets_.assign(columns + 1, 0);
  }

  MatrixImage build(std::span<std::uint32_t> bases, Arena& arena) {
    count();
    assign_addresses(bases);
    write();
    image_.starts = arena.keep(std::move(starts_));
    image_.paddings = arena.keep(std::move(paddings_));
    image_.pe_offsets = arena.keep(std::move(pe_offsets_));
    image_.entries = arena.keep(std::move(entries_));
    image_.value_offsets = arena.keep(std::move(value_offsets_));
    image_.value_rows = arena.keep(std::move(value_rows_));
    image_.value_codes = arena.keep(std::move(value_codes_));
    return image_;
  }

 private:
  [[nodiscard]] std::size_t column_of(const Place& place, std::uint32_t column) const {
    return std::size_t{place.output_batch} * image_.columns + column;
  }

  /// Padding entries before a row, given the last one of its column (plus one, 0 for the top).
  [[nodiscard]] std::uint32_t paddings_before(std::uint32_t last, const Place& place) const {
    return (place.row_plus_one - 1 - last) >> config_.skip_bits;
  }

  void count() {
    std::vector<std::uint16_t> last(counts_.size(), 0);
    for (std::uint32_t row = 0; row < rows_.outputs; ++row) {
      const Place place = place_of(config_, row);
      for_each_entry(rows_, row, [&](std::uint32_t column, std::uint16_t) {
        const std::size_t index = column_of(place, column);
        const std::size_t slot = index * image_.pe_count + place.pe;
        const std::uint32_t paddings = paddings_before(last[slot], place);
        last[slot] = static_cast<std::uint16_t>(place.row_plus_one);
        counts_[slot] = static_cast<std::uint16_t>(counts_[slot] + paddings + 1);
        paddings_[slot] = static_cast<std::uint16_t>(paddings_[slot] + paddings);
        ++value_offsets_[index + 1];
      });
    }
  }

  void assign_addresses(std::span<std::uint32_t> bases) {
    const std::uint32_t pes = image_.pe_count;
    starts_.resize(std::size_t{image_.output_batches} * (image_.columns + 1) * pes);
    std::vector<std::uint64_t> next(bases.begin(), bases.end());
    std::uint32_t* start = starts_.data();
    const std::uint16_t* count = counts_.data();
    for (std::uint32_t batch = 0; batch < image_.output_batches; ++batch) {
      for (std::uint32_t column = 0; column <= image_.columns; ++column, start += pes) {
        for (std::uint32_t pe = 0; pe < pes; ++pe) {
          start[pe] = static_cast<std::uint32_t>(next[pe]);
          if (column < image_.columns) next[pe] += count[pe];
        }
        if (column < image_.columns) count += pes;
      }
    }
    pe_offsets_.assign(std::size_t{pes} + 1, 0);
    for (std::uint32_t pe = 0; pe < pes; ++pe) {
      if (next[pe] > UINT32_MAX) {
        throw WorkloadError("", "",
                            fmt::format("expected at most 2^32 entries per PE, got {}", next[pe]));
      }
      pe_offsets_[pe + 1] = pe_offsets_[pe] + (next[pe] - bases[pe]);
      bases[pe] = static_cast<std::uint32_t>(next[pe]);
    }
    for (std::size_t column = 1; column < value_offsets_.size(); ++column) {
      value_offsets_[column] += value_offsets_[column - 1];
    }
  }

  void write() {
    const std::uint32_t pes = image_.pe_count;
    entries_.resize(pe_offsets_.back());
    value_rows_.resize(value_offsets_.back());
    value_codes_.resize(value_offsets_.back());
    // Entries written so far of each column, and its last row.
    std::vector<std::uint16_t> written(counts_.size(), 0);
    std::vector<std::uint16_t> last(counts_.size(), 0);
    std::vector<std::uint64_t> next_value(value_offsets_.begin(), value_offsets_.end() - 1);
    const auto largest_skip = static_cast<std::uint16_t>(config_.largest_skip());
    for (std::uint32_t row = 0; row < rows_.outputs; ++row) {
      const Place place = place_of(config_, row);
      const std::uint32_t base = starts_[place.pe];
      for_each_entry(rows_, row, [&](std::uint32_t column, std::uint16_t code) {
        const std::size_t index = column_of(place, column);
        const std::size_t slot = index * pes + place.pe;
        // `starts_` has one more column per output batch than `counts_`.
        const std::uint32_t start = starts_[slot + std::size_t{place.output_batch} * pes];
        Entry* entry = entries_.data() + pe_offsets_[place.pe] + (start - base) + written[slot];
        const std::uint32_t paddings = paddings_before(last[slot], place);
        for (std::uint32_t n = 0; n < paddings; ++n) *entry++ = Entry{0, largest_skip};
        const std::uint32_t gap = place.row_plus_one - 1 - last[slot];
        *entry = Entry{code, static_cast<std::uint16_t>(gap & largest_skip)};
        written[slot] = static_cast<std::uint16_t>(written[slot] + paddings + 1);
        last[slot] = static_cast<std::uint16_t>(place.row_plus_one);
        value_rows_[next_value[index]] = place.batch_row;
        value_codes_[next_value[index]++] = code;
      });
    }
  }

  const Config& config_;
  const MatrixRows& rows_;
  MatrixImage image_;
  /// `[output_batches][columns][pe_count]` entries of a column, padding included.
  std::vector<std::uint16_t> counts_;
  std::vector<std::uint16_t> paddings_;
  std::vector<std::uint32_t> starts_;
  std::vector<std::uint64_t> pe_offsets_;
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> value_offsets_;
  std::vector<std::uint32_t> value_rows_;
  std::vector<std::uint16_t> value_codes_;
};

}  // namespace

MatrixImage build_image(const Config& config, const MatrixRows& rows,
                        std::span<std::uint32_t> bases, Arena& arena) {
  return ImageBuilder(config, rows).build(bases, arena);
}

std::vector<Pass> passes_of(const Config& config, const MatrixImage& image) {
  const std::uint32_t pes = image.pe_count;
  const std::uint64_t batch = config.batch_activations();
  const std::uint32_t registers_per_cycle = config.activation_sram_width_bits / 16;
  const auto per_pe = [pes](std::uint64_t elements) {
    return static_cast<std::uint32_t>((elements + pes - 1) / pes);
  };
  const auto cycles = [registers_per_cycle](std::uint32_t registers) {
    return (registers + registers_per_cycle - 1) / registers_per_cycle;
  };
  const std::uint64_t input_batches =
      std::max<std::uint64_t>(1, (image.inputs + batch - 1) / batch);
  std::vector<Pass> passes;
  for (std::uint32_t output = 0; output < image.output_batches; ++output) {
    for (std::uint64_t input = 0; input < input_batches; ++input) {
      const bool is_last = input + 1 == input_batches;
      const std::uint64_t end = is_last ? image.inputs : (input + 1) * batch;
      Pass pass;
      pass.output_batch = output;
      pass.column_begin = static_cast<std::uint32_t>(input * batch);
      pass.column_end = is_last ? image.columns : static_cast<std::uint32_t>(end);
      if (input_batches > 1) pass.source_load_registers = per_pe(end - pass.column_begin);
      if (image.output_batches > 1 && is_last) {
        const std::uint64_t top = std::uint64_t{output} * image.rows_per_batch;
        pass.write_back_registers =
            per_pe(std::min<std::uint64_t>(image.outputs - top, image.rows_per_batch));
      }
      pass.source_load_cycles = cycles(pass.source_load_registers);
      pass.write_back_cycles = cycles(pass.write_back_registers);
      passes.push_back(pass);
    }
  }
  return passes;
}

}  // namespace nzsim::eie
