#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/workload/matrix.h"

namespace nzsim {

/// A layer of the container, which holds no shapes: they come from elsewhere.
struct DeepCompressionShape {
  std::string name;
  std::uint32_t outputs = 0;
  /// Inputs, or input channels x kernel height x kernel width.
  std::uint32_t inputs = 0;
  /// 8 for convolutions (256 shared weights), 4 for fully connected layers (16).
  int code_bits = 8;
};

/// One layer of the container.
struct DeepCompressionLayer {
  CompressedMatrix matrix;
  /// `[outputs]`.
  std::vector<float> bias;
  /// Stored entries that are padding: code 0, index 15.
  std::uint64_t padding_entries = 0;
};

/// Parses a network in the container of Deep Compression, little-endian: one 32-bit count of stored
/// entries per layer; then per layer its codebook (2^code_bits floats), one float bias per output,
/// the codes (one byte each, or two 4-bit codes per byte, low half first) and the relative indices
/// (two 4-bit values per byte, low half first). An index is the number of zeros between an entry
/// and the one before it in the flattened tensor [output, channel, kernel row, kernel column]; an
/// entry with code 0 is padding. `name` is the file in messages.
///
/// Source: Han, Mao, Dally, "Deep Compression", ICLR 2016, Section 3, and `decode.py` of the
/// repository songhan/SqueezeNet-Deep-Compression. Throws `WorkloadError` with the byte: for a
/// length that differs from what the counts say, entries behind the end of a layer, codebooks and
/// biases that are not finite, a codebook whose entry 0 is not 0.
[[nodiscard]] std::vector<DeepCompressionLayer> parse_deep_compression(
    std::string_view bytes, const std::string& name,
    const std::vector<DeepCompressionShape>& shapes);

}  // namespace nzsim
