#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/workload/network.h"

namespace nzsim {

/// `non_zeros` of each `block` weights are not zero (SCALE-Sim's N:M).
struct ScalesimSparsity {
  std::uint32_t non_zeros = 1;
  std::uint32_t block = 1;
};

/// A convolution of SCALE-Sim: no padding.
struct ScalesimConvolution {
  /// As the file states it.
  FeatureShape input;
  Extent2 filter;
  /// Filters, or, where `is_depthwise`, filters of each input channel.
  std::uint32_t filters = 1;
  Extent2 stride;
  std::uint32_t batch = 1;
  /// Each channel is convolved apart from the others.
  bool is_depthwise = false;

  /// Height and width of the output as SCALE-Sim v2 and v3 have it:
  /// ceil((size - filter + stride) / stride), along each side. That is one more than
  /// floor((size - filter) / stride) + 1 exactly where the stride does not divide size - filter;
  /// the last window then hangs over the input's end by stride - (size - filter) mod stride.
  /// (SCALE-Sim v1 rounds down.)
  [[nodiscard]] Extent2 output() const;
  /// The input, grown to the end of the last window: where that hangs over, SCALE-Sim reads nothing
  /// there but counts the cycles. With this input the usual floor gives `output`, so that all
  /// operations and cycles are SCALE-Sim's.
  [[nodiscard]] FeatureShape covered_input() const;
  /// Output channels over all groups.
  [[nodiscard]] std::uint64_t output_channels() const {
    return std::uint64_t{filters} * (is_depthwise ? input.channels : 1);
  }
};

/// `[rows, inner]` activations times `[inner, columns]` weights: SCALE-Sim's M, K and N.
struct ScalesimGemm {
  std::uint32_t rows = 1;
  std::uint32_t columns = 1;
  std::uint32_t inner = 1;
};

/// One line of a topology. Layers are not chained.
struct ScalesimLayer {
  /// As in the file, which may repeat it.
  std::string name;
  std::variant<ScalesimConvolution, ScalesimGemm> shape;
  std::optional<ScalesimSparsity> sparsity;
};

/// Parses a SCALE-Sim topology: a header line, then a layer per line, fields behind commas, all of
/// one kind, which the header's number of columns tells:
///
/// * convolutions, 8 columns: `Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width,
///   Channels, Num Filter, Strides`. One more integer is the stride's width (as SCALE-Sim v2 writes
///   topologies), or the batch where the ninth column's name holds `batch`. A layer whose name
///   holds `DP` is depthwise, as in SCALE-Sim;
/// * GEMMs, 4 columns: `Layer, M, N, K`. One more integer is a batch, which can only be 1.
///
/// Behind these a layer may have a sparsity `N:M` (SCALE-Sim v3), and a note: what starts with `#`,
/// or a last field that starts with a letter; SCALE-Sim takes no notice of it either. A comma at
/// the end of a line, blanks, blank lines, lines of commas and carriage returns do not matter.
/// Columns go by their place, names of columns are free, but for M, N and K in another order, which
/// is refused. `name` is the file in messages.
///
/// Source: `scalesim/topology_utils.py` and `topologies/` of scalesim-project/SCALE-Sim (v2, v3),
/// `topologies/` of ARM-software/SCALE-Sim (v1). Throws `WorkloadError` with line and column: for
/// missing, surplus and wrong fields, a filter larger than its input, a missing header, a file
/// without layers, layers of the other kind, and layers above the limits of a network file
/// (`kLargestLayerElements`, `kLargestExtent`).
[[nodiscard]] std::vector<ScalesimLayer> parse_scalesim_topology(std::string_view bytes,
                                                                 const std::string& name);

}  // namespace nzsim
