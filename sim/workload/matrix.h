#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nzsim {

/// A weight matrix `[outputs, inputs]` after pruning and weight sharing, row by row (CSR): for each
/// non-zero its input index and its code into the codebook. Codes are never 0, columns ascend
/// within a row, `codebook[0]` is 0.
struct CompressedMatrix {
  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;
  /// `[outputs + 1]` offsets into `columns` and `codes`.
  std::vector<std::uint64_t> row_starts;
  /// `[non-zeros]` input index.
  std::vector<std::uint32_t> columns;
  /// `[non-zeros]` index into `codebook`.
  std::vector<std::uint16_t> codes;
  /// `[entries]` shared weights, finite.
  std::vector<float> codebook;

  [[nodiscard]] std::uint64_t non_zeros() const { return codes.size(); }
};

/// Weights that were not shared, `[outputs, inputs]` row-major, finite.
struct DenseMatrix {
  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;
  std::vector<float> weights;
};

/// Activations of one layer, `[vectors, length]` row-major, finite. A feature map of a convolution
/// is one vector of length channels x height x width, in that order.
struct ActivationTensor {
  std::uint32_t vectors = 0;
  std::uint32_t length = 0;
  std::vector<float> values;
};

/// Throws `WorkloadError` with file `name` where a structural promise of `CompressedMatrix` is
/// broken.
void check(const CompressedMatrix& matrix, const std::string& name);

/// The distinct values of `dense` as a codebook, zero first, then ascending, where there are at
/// most `maximum_codes` of them; nothing otherwise.
[[nodiscard]] std::optional<CompressedMatrix> compress_exactly(const DenseMatrix& dense,
                                                               std::uint32_t maximum_codes);

}  // namespace nzsim
