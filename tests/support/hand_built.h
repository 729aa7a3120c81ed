#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "models/eie/config.h"
#include "models/eie/program.h"

namespace nzsim::eie::test {

/// A weight matrix `[outputs, inputs]` (and a bias column, where there is one) by row and column.
using Codes = std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint16_t>;

/// A fully connected layer whose image is written entry by entry, without the compiler: tests of
/// the machine say exactly what its SRAMs hold.
class HandBuiltLayer {
 public:
  /// `codes` holds the non-zeros; column `inputs` is the bias. The codebook maps code c to c << 8
  /// (weight c in a format with 8 fraction bits), activations have 8 fraction bits as well.
  HandBuiltLayer(const Config& config, std::uint32_t outputs, std::uint32_t inputs,
                 const Codes& codes, bool has_bias = false);
  HandBuiltLayer(const HandBuiltLayer&) = delete;
  HandBuiltLayer& operator=(const HandBuiltLayer&) = delete;
  ~HandBuiltLayer() = default;

  /// Refers to this object's memory. Tests may change what is not an array.
  LayerProgram program;

  [[nodiscard]] const MatrixImage& image() const { return program.images.front(); }
  /// One pass over all columns, without transfers.
  [[nodiscard]] Pass whole_pass() const;

 private:
  void encode_column(const Config& config, const Codes& codes, std::uint32_t batch,
                     std::uint32_t column);

  std::vector<std::uint32_t> starts_;
  std::vector<std::uint16_t> paddings_;
  std::vector<std::uint64_t> pe_offsets_;
  std::vector<Entry> entries_;
  std::vector<std::vector<Entry>> pe_entries_;
};

}  // namespace nzsim::eie::test
