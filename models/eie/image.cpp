#include "models/eie/image.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/eie/segments.h"
#include "sim/base/errors.h"

namespace nzsim::eie {
namespace {

/// Columns with at least this share of non-zeros are multiplied faster as dense 4-bit codes than as
/// lists, where a column is long enough to fill vectors.
constexpr double kDenseShare = 0.04;
constexpr std::uint32_t kDenseRows = 256;
constexpr std::uint32_t kDenseCodes = 16;

/// Calls `visit(column, code)` for every non-zero of one row, the bias column last.
template <class Visit>
void for_each_entry(const MatrixRows& rows, std::uint32_t row, const Visit& visit) {
  for (std::uint64_t n = rows.row_starts[row]; n < rows.row_starts[row + 1]; ++n) {
    visit(rows.columns[n], rows.codes[n]);
  }
  if (!rows.bias_codes.empty() && rows.bias_codes[row] != 0) {
    visit(rows.inputs, rows.bias_codes[row]);
  }
}

/// The work of `build_image`. PE by PE and output batch by output batch, two walks over the rows:
/// one counts the columns' entries, one writes them, as in a counting sort by column.
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
    starts_.resize((columns + image_.output_batches) * image_.pe_count);
    paddings_.resize(columns * image_.pe_count);
    value_offsets_.assign(columns + 1, 0);
    last_.resize(image_.columns);
    count_.resize(image_.columns);
    padding_.resize(image_.columns);
    next_.resize(image_.columns);
  }

  MatrixImage build(std::span<std::uint32_t> bases, Arena& arena) {
    pe_offsets_.push_back(0);
    entries_.reserve(rows_.codes.size() + rows_.codes.size() / 4);
    for (std::uint32_t pe = 0; pe < image_.pe_count; ++pe) add_pe(pe, bases[pe]);
    for (std::size_t column = 1; column < value_offsets_.size(); ++column) {
      value_offsets_[column] += value_offsets_[column - 1];
    }
    add_values(arena);
    image_.starts = arena.keep(std::move(starts_));
    image_.paddings = arena.keep(std::move(paddings_));
    image_.pe_offsets = arena.keep(std::move(pe_offsets_));
    image_.entries = arena.keep(std::move(entries_));
    image_.value_offsets = arena.keep(std::move(value_offsets_));
    return image_;
  }

 private:
  /// Calls `visit(row, row_plus_one)` for the rows of one PE in one output batch; `row_plus_one`
  /// counts from the batch's top.
  template <class Visit>
  void for_each_row(std::uint32_t pe, std::uint32_t batch, const Visit& visit) const {
    const std::uint64_t top = std::uint64_t{batch} * image_.rows_per_batch + pe;
    std::uint64_t row = top;
    for (std::uint32_t n = 1; n <= config_.activation_registers && row < rows_.outputs; ++n) {
      visit(static_cast<std::uint32_t>(row), n);
      row += image_.pe_count;
    }
  }

  /// Padding entries before a row, given the last one of its column (plus one, 0 for the top).
  [[nodiscard]] std::uint32_t paddings_before(std::uint32_t last,
                                              std::uint32_t row_plus_one) const {
    return (row_plus_one - 1 - last) >> config_.skip_bits;
  }

  void add_pe(std::uint32_t pe, std::uint32_t& base) {
    const std::uint64_t first = base;
    for (std::uint32_t batch = 0; batch < image_.output_batches; ++batch) {
      count_columns(pe, batch);
      assign_addresses(pe, batch, base, first);
      write_entries(pe, batch);
    }
    pe_offsets_.push_back(entries_.size());
  }

  void count_columns(std::uint32_t pe, std::uint32_t batch) {
    for (auto* scratch : {&last_, &count_, &padding_}) {
      std::fill(scratch->begin(), scratch->end(), std::uint16_t{0});
    }
    std::uint64_t* values = value_offsets_.data() + std::size_t{batch} * image_.columns + 1;
    for_each_row(pe, batch, [&](std::uint32_t row, std::uint32_t row_plus_one) {
      for_each_entry(rows_, row, [&](std::uint32_t column, std::uint16_t) {
        const std::uint32_t paddings = paddings_before(last_[column], row_plus_one);
        last_[column] = static_cast<std::uint16_t>(row_plus_one);
        count_[column] = static_cast<std::uint16_t>(count_[column] + paddings + 1);
        padding_[column] = static_cast<std::uint16_t>(padding_[column] + paddings);
        ++values[column];
      });
    });
  }

  /// Lays the counted columns behind each other from `base` on, and moves `base` behind them.
  void assign_addresses(std::uint32_t pe, std::uint32_t batch, std::uint32_t& base,
                        std::uint64_t first) {
    const std::size_t pes = image_.pe_count;
    std::uint32_t* start = starts_.data() + std::size_t{batch} * (image_.columns + 1) * pes + pe;
    std::uint16_t* padding = paddings_.data() + std::size_t{batch} * image_.columns * pes + pe;
    std::uint64_t address = base;
    for (std::uint32_t column = 0; column < image_.columns; ++column) {
      start[column * pes] = static_cast<std::uint32_t>(address);
      padding[column * pes] = padding_[column];
      next_[column] = entries_.size() + (address - base);
      address += count_[column];
    }
    start[image_.columns * pes] = static_cast<std::uint32_t>(address);
    if (address > UINT32_MAX) {
      throw WorkloadError(
          "", "", fmt::format("expected at most 2^32 entries per PE, got {}", address - first));
    }
    entries_.resize(entries_.size() + (address - base));
    base = static_cast<std::uint32_t>(address);
  }

  void write_entries(std::uint32_t pe, std::uint32_t batch) {
    std::fill(last_.begin(), last_.end(), std::uint16_t{0});
    const auto largest_skip = static_cast<std::uint16_t>(config_.largest_skip());
    for_each_row(pe, batch, [&](std::uint32_t row, std::uint32_t row_plus_one) {
      for_each_entry(rows_, row, [&](std::uint32_t column, std::uint16_t code) {
        const std::uint32_t gap = row_plus_one - 1 - last_[column];
        std::uint32_t paddings = paddings_before(last_[column], row_plus_one);
        for (; paddings > 0; --paddings) entries_[next_[column]++] = Entry{0, largest_skip};
        entries_[next_[column]++] = Entry{code, static_cast<std::uint16_t>(gap & largest_skip)};
        last_[column] = static_cast<std::uint16_t>(row_plus_one);
      });
    });
  }

  void add_values(Arena& arena) {
    const double elements = static_cast<double>(rows_.outputs) * rows_.inputs;
    const bool is_dense = config_.codebook_entries <= kDenseCodes && rows_.outputs >= kDenseRows &&
                          static_cast<double>(value_offsets_.back()) >= kDenseShare * elements;
    if (is_dense) {
      add_dense_codes(arena);
    } else {
      add_value_lists(arena);
    }
  }

  void add_dense_codes(Arena& arena) {
    const std::uint32_t rows = std::min(rows_.outputs, image_.rows_per_batch);
    image_.dense_stride = (rows + 63) / 64 * 32;
    std::vector<std::uint8_t> dense((value_offsets_.size() - 1) * image_.dense_stride, 0);
    for (std::uint32_t row = 0; row < rows_.outputs; ++row) {
      const std::uint32_t in_batch = row % image_.rows_per_batch;
      const DensePlace place = dense_place(in_batch % 64);
      std::uint8_t* byte =
          dense.data() + place.byte + std::size_t{in_batch / 64} * 32 +
          std::size_t{row / image_.rows_per_batch} * image_.columns * image_.dense_stride;
      for_each_entry(rows_, row, [&](std::uint32_t column, std::uint16_t code) {
        byte[std::size_t{column} * image_.dense_stride] |=
            static_cast<std::uint8_t>(place.is_high ? code << 4 : code);
      });
    }
    image_.dense_codes = arena.keep(std::move(dense));
  }

  void add_value_lists(Arena& arena) {
    std::vector<std::uint32_t> value_rows(value_offsets_.back());
    std::vector<std::uint16_t> value_codes(value_offsets_.back());
    std::vector<std::uint64_t> next(value_offsets_.begin(), value_offsets_.end() - 1);
    for (std::uint32_t row = 0; row < rows_.outputs; ++row) {
      const std::size_t first_column = std::size_t{row / image_.rows_per_batch} * image_.columns;
      for_each_entry(rows_, row, [&](std::uint32_t column, std::uint16_t code) {
        const std::uint64_t index = next[first_column + column]++;
        value_rows[index] = row % image_.rows_per_batch;
        value_codes[index] = code;
      });
    }
    image_.value_rows = arena.keep(std::move(value_rows));
    image_.value_codes = arena.keep(std::move(value_codes));
  }

  const Config& config_;
  const MatrixRows& rows_;
  MatrixImage image_;
  std::vector<std::uint32_t> starts_;
  std::vector<std::uint16_t> paddings_;
  std::vector<std::uint64_t> pe_offsets_;
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> value_offsets_;
  // `[columns]` of the PE and output batch at hand: the last row plus one, the entries with
  // padding, the padding alone, and where the next entry goes.
  std::vector<std::uint16_t> last_;
  std::vector<std::uint16_t> count_;
  std::vector<std::uint16_t> padding_;
  std::vector<std::uint64_t> next_;
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
      pass.batch_begin = pass.column_begin;
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
  if (image.is_streamed) return cut_into_segments(config, image, passes);
  return passes;
}

}  // namespace nzsim::eie
