#include "sim/workload/matrix.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim {
namespace {

/// Codes are 16 bits wide.
constexpr std::uint32_t kLargestCodebook = 65536;

void check_codebook(const CompressedMatrix& matrix, const std::string& name) {
  if (matrix.codebook.empty() || matrix.codebook.size() > kLargestCodebook) {
    throw WorkloadError(
        name, "codebook",
        fmt::format("expected 1 to {} entries, got {}", kLargestCodebook, matrix.codebook.size()));
  }
  for (std::size_t i = 0; i < matrix.codebook.size(); ++i) {
    if (!std::isfinite(matrix.codebook[i])) {
      throw WorkloadError(
          name, "codebook",
          fmt::format("expected finite values, got {} at entry {}", matrix.codebook[i], i));
    }
  }
  if (matrix.codebook[0] != 0.0F) {
    throw WorkloadError(name, "codebook",
                        fmt::format("expected 0 as entry 0, got {}", matrix.codebook[0]));
  }
}

void check_row_starts(const CompressedMatrix& matrix, const std::string& name) {
  if (matrix.columns.size() != matrix.codes.size()) {
    throw WorkloadError(name, "columns",
                        fmt::format("expected one per code ({}), got {}", matrix.codes.size(),
                                    matrix.columns.size()));
  }
  const std::vector<std::uint64_t>& starts = matrix.row_starts;
  const bool fits = starts.size() == std::size_t{matrix.outputs} + 1 && starts.front() == 0 &&
                    starts.back() == matrix.codes.size() &&
                    std::is_sorted(starts.begin(), starts.end());
  if (!fits) {
    throw WorkloadError(name, "row_starts",
                        fmt::format("expected {} ascending offsets from 0 to {}, got others",
                                    std::uint64_t{matrix.outputs} + 1, matrix.codes.size()));
  }
}

void check_row(const CompressedMatrix& matrix, std::uint32_t row, const std::string& name) {
  for (std::uint64_t i = matrix.row_starts[row]; i < matrix.row_starts[row + 1]; ++i) {
    const bool ascends = i == matrix.row_starts[row] || matrix.columns[i] > matrix.columns[i - 1];
    if (!ascends || matrix.columns[i] >= matrix.inputs) {
      throw WorkloadError(name, "columns",
                          fmt::format("expected ascending inputs below {} in output {}, got {}",
                                      matrix.inputs, row, matrix.columns[i]));
    }
    if (matrix.codes[i] == 0 || matrix.codes[i] >= matrix.codebook.size()) {
      throw WorkloadError(name, "codes",
                          fmt::format("expected codes in [1, {}] in output {}, got {}",
                                      matrix.codebook.size() - 1, row, matrix.codes[i]));
    }
  }
}

/// The distinct non-zero values by their bits, with a place for their codes; nothing where there
/// are more than `maximum`. Zeros of both signs are zero.
using CodeOfValue = std::unordered_map<std::uint32_t, std::uint16_t>;
std::optional<CodeOfValue> distinct_values(const std::vector<float>& values,
                                           std::uint32_t maximum) {
  CodeOfValue codes;
  for (const float value : values) {
    if (value == 0.0F) continue;
    codes.emplace(std::bit_cast<std::uint32_t>(value), std::uint16_t{0});
    if (codes.size() > maximum) return std::nullopt;
  }
  return codes;
}

/// The codebook of `codes`, ascending behind zero; numbers the codes.
std::vector<float> number_codes(CodeOfValue& codes) {
  std::vector<float> codebook{0.0F};
  for (const auto& [bits, code] : codes) codebook.push_back(std::bit_cast<float>(bits));
  std::sort(codebook.begin() + 1, codebook.end());
  for (std::size_t i = 1; i < codebook.size(); ++i) {
    codes[std::bit_cast<std::uint32_t>(codebook[i])] = static_cast<std::uint16_t>(i);
  }
  return codebook;
}

}  // namespace

void check(const CompressedMatrix& matrix, const std::string& name) {
  check_codebook(matrix, name);
  check_row_starts(matrix, name);
  for (std::uint32_t row = 0; row < matrix.outputs; ++row) check_row(matrix, row, name);
}

std::optional<CompressedMatrix> compress_exactly(const DenseMatrix& dense,
                                                 std::uint32_t maximum_codes) {
  if (maximum_codes == 0) return std::nullopt;
  const std::uint32_t largest = std::min(maximum_codes, kLargestCodebook) - 1;
  std::optional<CodeOfValue> codes = distinct_values(dense.weights, largest);
  if (!codes) return std::nullopt;
  CompressedMatrix matrix{.outputs = dense.outputs,
                          .inputs = dense.inputs,
                          .row_starts = {0},
                          .columns = {},
                          .codes = {},
                          .codebook = number_codes(*codes)};
  for (std::uint32_t row = 0; row < dense.outputs; ++row) {
    const float* const weights = dense.weights.data() + std::size_t{row} * dense.inputs;
    for (std::uint32_t column = 0; column < dense.inputs; ++column) {
      if (weights[column] == 0.0F) continue;
      matrix.columns.push_back(column);
      matrix.codes.push_back(codes->at(std::bit_cast<std::uint32_t>(weights[column])));
    }
    matrix.row_starts.push_back(matrix.codes.size());
  }
  return matrix;
}

}  // namespace nzsim
