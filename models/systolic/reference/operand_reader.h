#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/program.h"
#include "models/systolic/reference/numbers.h"
#include "models/systolic/reference/operands.h"
#include "models/systolic/reference/unified_buffer.h"

namespace nzsim::systolic {

/// The values of operands as the data setup gives them to the array: activations out of the unified
/// buffer, negative ones as zeros where the layer says so, and weights. What lies outside of a
/// product is 0.
template <class Numbers>
class OperandReader {
 public:
  using Operand = typename Numbers::Operand;

  /// All arguments must outlive the object. Asks for the program's values.
  OperandReader(const Config& config, const SystolicProgram& program,
                const UnifiedBuffer<Operand>& buffer);

  /// Activations of product row `row` in an inner tile, `[rows of the array]`.
  void read_activation_row(const Product& product, std::uint32_t inner_tile, std::uint64_t row,
                           std::span<Operand> values) const;
  /// One element of an inner tile in the product rows from `first_row` on, as many as `values`.
  void read_activation_column(const Product& product, InnerElement at, std::uint64_t first_row,
                              std::span<Operand> values) const;
  /// One element of an inner tile in the product columns from `first_column` on.
  void read_weight_row(const Product& product, InnerElement at, std::uint64_t first_column,
                       std::span<Operand> values) const;
  /// Weights of column `column` in an inner tile, `[rows of the array]`.
  void read_weight_column(const Product& product, std::uint32_t inner_tile, std::uint64_t column,
                          std::span<Operand> values) const;
  /// A tile of the weight memory, `[rows, columns]` of the array.
  void read_weight_tile(std::uint64_t address, std::span<Operand> values) const;

 private:
  /// A product, and where its weights lie in the memory.
  struct Place {
    std::uint64_t address = 0;
    std::uint32_t product = 0;
  };

  // Negative values are as they are.
  [[nodiscard]] Operand activation(const Product& product, std::uint64_t row,
                                   InnerElement at) const;
  [[nodiscard]] Operand weight(const Product& product, std::uint64_t column, InnerElement at) const;
  void copy_activations(const Product& product, std::uint32_t inner_tile, std::uint64_t row,
                        std::span<Operand> values) const;
  void clamp_weights(const Product& product, std::span<Operand> values) const;

  const Config& config_;
  const SystolicProgram& program_;
  const std::vector<typename Numbers::Layer>& values_;
  const UnifiedBuffer<Operand>& buffer_;
  /// In ascending order of addresses. Steps of a recurrent layer share theirs.
  std::vector<Place> places_;
};

}  // namespace nzsim::systolic
