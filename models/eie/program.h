#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/eie/config.h"
#include "sim/base/files.h"
#include "sim/base/fixed_point.h"
#include "sim/run/accelerator.h"
#include "sim/workload/network.h"
#include "sim/workload/plain.h"

namespace nzsim::eie {

/// One entry of the sparse-matrix SRAM: code 0 is padding (skip is then the largest skip).
struct Entry {
  std::uint16_t code = 0;
  /// Zero local rows between the previous entry of this column in this PE (or the top of the output
  /// batch) and this one.
  std::uint16_t skip = 0;
};

/// An array that lives in the program's own memory or in a mapped file.
template <class T>
using View = std::span<const T>;

/// Owns arrays of any type; what `keep` returns stays valid as long as the arena lives.
class Arena {
 public:
  template <class T>
  View<T> keep(std::vector<T> values) {
    auto holder = std::make_unique<Holder<T>>(std::move(values));
    const View<T> view = holder->values;
    blocks_.push_back(std::move(holder));
    return view;
  }

 private:
  struct Block {
    virtual ~Block() = default;
  };
  template <class T>
  struct Holder : Block {
    explicit Holder(std::vector<T> v) : values(std::move(v)) {}
    std::vector<T> values;
  };
  std::vector<std::unique_ptr<Block>> blocks_;
};

/// A matrix in interleaved CSC with relative index: what the SRAMs of all PEs hold.
///
/// Row i of the matrix is local row i div P of PE i mod P. Local rows are cut into output batches
/// of `activation_registers`; within one output batch rows are counted from its top. The bias,
/// where there is one, is column `inputs`. `columns` = inputs + (bias ? 1 : 0).
struct MatrixImage {
  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;
  std::uint32_t columns = 0;
  std::uint32_t pe_count = 0;
  std::uint32_t output_batches = 0;
  /// Rows of one output batch over all PEs: pe_count x activation_registers.
  std::uint32_t rows_per_batch = 0;

  /// Whether the matrix comes from DRAM each time it is used, and where it begins there.
  bool is_streamed = false;
  std::uint64_t dram_address = 0;

  /// `[output_batches][columns + 1][pe_count]`: address of the column's first entry in the PE's
  /// sparse-matrix SRAM; batch o + 1 starts where batch o ends. The first start is the image's
  /// base: 0 for the first group of a layer, then where the group before ends.
  View<std::uint32_t> starts;
  /// `[output_batches][columns][pe_count]`: padding entries of the column.
  View<std::uint16_t> paddings;
  /// `[pe_count + 1]` offset of each PE's entries in `entries`.
  View<std::uint64_t> pe_offsets;
  /// All PEs' SRAM contents, PE after PE; within a PE batch after batch, column after column.
  View<Entry> entries;

  /// The same non-zeros without padding, for the fast engine's values:
  /// `[output_batches x columns + 1]` offsets of the columns' non-zeros. Then one of two forms.
  View<std::uint64_t> value_offsets;
  /// Lists: per non-zero its row within the output batch (over all PEs) and its code.
  View<std::uint32_t> value_rows;
  View<std::uint16_t> value_codes;
  /// Or 4-bit codes of every row, zeros included: `[output_batches x columns][dense_stride]` bytes,
  /// 32 bytes per 64 rows in the order of `dense_place`.
  View<std::uint8_t> dense_codes;
  std::uint32_t dense_stride = 0;

  /// Starts of column `column` of output batch `batch`, over the PEs.
  [[nodiscard]] const std::uint32_t* column_starts(std::uint32_t batch,
                                                   std::uint32_t column) const {
    return starts.data() + (std::size_t{batch} * (columns + 1) + column) * pe_count;
  }
  [[nodiscard]] const std::uint16_t* column_paddings(std::uint32_t batch,
                                                     std::uint32_t column) const {
    return paddings.data() + (std::size_t{batch} * columns + column) * pe_count;
  }
  /// This image's part of one PE's sparse-matrix SRAM: address a is element a - base.
  [[nodiscard]] View<Entry> pe_entries(std::uint32_t pe) const {
    return entries.subspan(pe_offsets[pe], pe_offsets[pe + 1] - pe_offsets[pe]);
  }
};

/// One layer as the machine runs it. Layers without weights (pooling) have no images.
struct LayerProgram {
  LayerSpec spec;
  /// One per group of a convolution, else one.
  std::vector<MatrixImage> images;
  /// `[codebook entries]` shared weights in `weight_format`; entry 0 is 0.
  std::vector<std::int16_t> codebook;
  std::vector<float> real_codebook;
  FixedPointFormat weight_format;
  FixedPointFormat source_format;
  FixedPointFormat destination_format;
  bool has_bias = false;
  /// The constant 1.0 in `source_format`: the bias column's activation.
  std::int16_t one = 0;
  /// `[batch, input elements]` in `source_format`; empty for chained layers.
  View<std::int16_t> activations;
  /// Largest difference between a bias and its coded value.
  double largest_bias_error = 0.0;
  /// The layer's weights as the workload has them, for the independent check: CSR over all groups.
  PlainLayer plain;

  /// Whether the matrix comes from DRAM each time it is used.
  [[nodiscard]] bool is_streamed() const { return !images.empty() && images.front().is_streamed; }

  /// weight fraction bits + source fraction bits - destination fraction bits.
  /// Limited to [-30, 62], beyond which no product of 16-bit numbers changes any more.
  [[nodiscard]] int product_shift() const {
    return std::clamp(weight_format.fraction_bits + source_format.fraction_bits -
                          destination_format.fraction_bits,
                      -30, 62);
  }
};

/// A network compiled for EIE.
class EieProgram : public Program {
 public:
  std::vector<LayerProgram> layers;
  /// Owns what the views point to: one of the two.
  Arena arena;
  std::optional<MappedFile> file;

  [[nodiscard]] std::string serialize() const override;
};

/// The part of a streamed matrix that one pass works on: one transfer from DRAM into one half of
/// the SRAMs of all PEs. No bytes: the pass finds its matrix in the SRAMs.
struct MatrixSegment {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  /// Sparse-matrix SRAM lines and pointers that it consists of, over all PEs.
  std::uint64_t lines = 0;
  std::uint64_t pointers = 0;
};

/// One matrix-vector product of a layer: `columns` [column_begin, column_end) of output batch
/// `output_batch`. A layer is a sequence of passes per input vector (per pixel and group).
///
/// Order: for each output batch, for each input batch, for each segment where the matrix is
/// streamed. Column numbers start anew in each input batch, and rows in each pass: the first column
/// of a pass is lane 0 of activation row 0. The bias column belongs to the last input batch and
/// follows its last input.
struct Pass {
  std::uint32_t output_batch = 0;
  std::uint32_t column_begin = 0;
  std::uint32_t column_end = 0;
  /// First column of the input batch, which the source registers hold: `column_begin` but for later
  /// segments.
  std::uint32_t batch_begin = 0;
  /// Cycles in which the source registers are filled from the activation SRAM before cycle 0 of the
  /// pass, and in which the destination registers are written back after its last cycle.
  std::uint32_t source_load_cycles = 0;
  std::uint32_t write_back_cycles = 0;
  /// Registers per PE moved by these.
  std::uint32_t source_load_registers = 0;
  std::uint32_t write_back_registers = 0;
  MatrixSegment segment;

  [[nodiscard]] bool is_streamed() const { return segment.bytes > 0; }
};

/// The passes of one matrix-vector product with this image on this machine, computed from the image
/// alone. Throws `SimulationError` where one row of columns of a streamed matrix exceeds the SRAMs'
/// halves, which the compiler refuses.
[[nodiscard]] std::vector<Pass> passes_of(const Config& config, const MatrixImage& image);

/// The layers that `compile` takes.
[[nodiscard]] LayerSupport layer_support();

/// Compiles a network; see `Accelerator::compile`.
[[nodiscard]] std::unique_ptr<EieProgram> compile(const Config& config, const Workload& workload);

/// Maps a serialized program back; nothing where it is of another version or damaged.
[[nodiscard]] std::unique_ptr<EieProgram> load_program(MappedFile file);

}  // namespace nzsim::eie
