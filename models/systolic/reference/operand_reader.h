#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/program.h"
#include "models/systolic/reference/operands.h"
#include "models/systolic/reference/unified_buffer.h"

namespace nzsim::systolic {

/// The values of operands as the data setup gives them to the array: activations out of the unified
/// buffer, negative ones as zeros where the layer says so, and weights. What lies outside of a
/// product is 0.
class OperandReader {
 public:
  /// All arguments must outlive the object. Asks for the program's values.
  OperandReader(const Config& config, const SystolicProgram& program, const UnifiedBuffer& buffer);

  /// Activations of product row `row` in an inner tile, `[rows of the array]`.
  void read_activation_row(const Product& product, std::uint32_t inner_tile, std::uint64_t row,
                           std::span<std::int8_t> values) const;
  /// One element of an inner tile in the product rows from `first_row` on, as many as `values`.
  void read_activation_column(const Product& product, InnerElement at, std::uint64_t first_row,
                              std::span<std::int8_t> values) const;
  /// One element of an inner tile in the product columns from `first_column` on.
  void read_weight_row(const Product& product, InnerElement at, std::uint64_t first_column,
                       std::span<std::int8_t> values) const;
  /// Weights of column `column` in an inner tile, `[rows of the array]`.
  void read_weight_column(const Product& product, std::uint32_t inner_tile, std::uint64_t column,
                          std::span<std::int8_t> values) const;
  /// A tile of the weight memory, `[rows, columns]` of the array.
  void read_weight_tile(std::uint64_t address, std::span<std::int8_t> values) const;

 private:
  /// A product, and where its weights lie in the memory.
  struct Place {
    std::uint64_t address = 0;
    std::uint32_t product = 0;
  };

  [[nodiscard]] std::int8_t activation(const Product& product, std::uint64_t row,
                                       InnerElement at) const;
  [[nodiscard]] std::int8_t weight(const Product& product, std::uint64_t column,
                                   InnerElement at) const;
  [[nodiscard]] std::int8_t clamped(const Product& product, std::int8_t value) const;

  const Config& config_;
  const SystolicProgram& program_;
  const std::vector<QuantizedLayer>& values_;
  const UnifiedBuffer& buffer_;
  /// In ascending order of addresses. Steps of a recurrent layer share theirs.
  std::vector<Place> places_;
};

}  // namespace nzsim::systolic
