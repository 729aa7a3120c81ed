#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/program.h"
#include "models/systolic/reference/numbers.h"
#include "models/systolic/reference/unified_buffer.h"

namespace nzsim::systolic {

/// From rows of sums to outputs in the unified buffer: bias, activation function, rounding. It is
/// the activation unit's; in a machine without accumulators it finishes outputs as they leave the
/// array. Called at the clock edge.
template <class Numbers>
class OutputStage {
 public:
  using Operand = typename Numbers::Operand;
  using Sum = typename Numbers::Sum;

  /// All arguments must outlive the object. Asks for the program's values.
  OutputStage(const Config& config, const SystolicProgram& program, UnifiedBuffer<Operand>& buffer);

  /// Sums `[columns of the array]` of product `item`: what stands on the array's columns is strip
  /// `strip`, and `line` is the row of the product (input stationary: its column) that was
  /// streamed. `hidden_sums`: those of product `item` + 1 where the two make gates, else empty.
  void finish(std::uint32_t item, std::uint32_t strip, std::uint64_t line,
              std::span<const Sum> sums, std::span<const Sum> hidden_sums);

 private:
  /// Some sums side by side: outputs from `output` on.
  struct Sums {
    std::span<const Sum> values;
    std::span<const Sum> hidden;
    std::span<const Sum> bias;
    /// Row of the layer's weight matrix of the first.
    std::uint64_t output = 0;
  };

  void finish_row(const Product& product, std::uint32_t strip, std::uint64_t row,
                  std::span<const Sum> sums, std::span<const Sum> hidden_sums);
  void finish_column(const Product& product, std::uint32_t strip, std::uint64_t column,
                     std::span<const Sum> sums, std::span<const Sum> hidden_sums);
  void apply(const Product& product, const Sums& sums, std::span<Operand> outputs) const;
  void apply_gates(const Product& product, const Sums& sums, std::span<Operand> outputs) const;
  [[nodiscard]] std::span<const Sum> bias_of(const Product& product, std::uint64_t output,
                                             std::size_t count) const;

  const Config& config_;
  const SystolicProgram& program_;
  const std::vector<typename Numbers::Layer>& values_;
  UnifiedBuffer<Operand>& buffer_;
  std::vector<Operand> outputs_;
};

}  // namespace nzsim::systolic
