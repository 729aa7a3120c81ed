#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/systolic/program.h"
#include "models/systolic/results.h"
#include "sim/base/bfloat16.h"

namespace nzsim::systolic {

// The data path is a template over its numbers: their types, where a program and a run have them,
// and what the activation unit makes of them. Both kinds below have the same members; their
// functions are those of vector_unit.h and bfloat16_vector_unit.h, which have the shapes and the
// rules of aliasing, with what a layer says filled in.

/// One of the feature maps that are joined along their channels, `[places, channels]`.
template <class Operand>
struct MapPart {
  std::span<const Operand> values;
  std::size_t channels = 0;
};

/// 8 bits, added in 32, in all integer machines: docs/int8.md.
struct Int8Numbers {
  using Operand = std::int8_t;
  using Sum = std::int32_t;
  /// Of the cell states of an lstm, which lie in the unified buffer as two operands each.
  using Cell = std::int16_t;
  using Layer = QuantizedLayer;

  static const std::vector<Layer>& layers(const SystolicProgram& program) {
    return program.values();
  }
  static std::vector<std::vector<Operand>>& outputs(MachineRun& run) { return run.outputs; }

  /// Sums to outputs.
  static void finish_row(const Layer& layer, std::span<const Sum> sums, std::span<const Sum> bias,
                         std::span<Operand> outputs);
  /// Sums of W x and of U h to gates of one function.
  static void finish_gates(const Layer& layer, bool is_tanh, std::span<const Sum> input_sums,
                           std::span<const Sum> bias, std::span<const Sum> hidden_sums,
                           std::span<Operand> gates);
  static void lstm_step(const Layer& layer, std::span<const Operand> gates, std::span<Cell> cell,
                        std::span<Operand> hidden);
  static void gru_reset(const Layer& layer, std::span<const Operand> reset_gates,
                        std::span<const Operand> hidden, std::span<Operand> outputs);
  static void gru_step(const Layer& layer, std::span<const Operand> update_gates,
                       std::span<const Operand> candidates, std::span<Operand> hidden);
  /// The sources of a layer, one per part, to its input.
  static void concatenate(const Layer& layer, std::span<const MapPart<Operand>> parts,
                          std::span<Operand> outputs);
  static void pool(const Layer& layer, std::span<const Operand> input, std::span<Operand> outputs);
  static void combine(const Layer& layer, std::span<const std::span<const Operand>> operands,
                      std::span<Operand> outputs);
  static void apply_activation(const Layer& layer, std::span<const Operand> input,
                               std::span<Operand> outputs);
  static void normalize(const Layer& layer, std::span<const Operand> input,
                        std::span<Operand> outputs);
};

/// Bfloat16, added in binary32: docs/bfloat16.md.
struct Bfloat16Numbers {
  using Operand = Bfloat16;
  using Sum = float;
  using Cell = float;
  using Layer = RoundedLayer;

  static const std::vector<Layer>& layers(const SystolicProgram& program) {
    return program.bfloat16_values();
  }
  static std::vector<std::vector<Operand>>& outputs(MachineRun& run) {
    return run.bfloat16_outputs;
  }

  static void finish_row(const Layer& layer, std::span<const Sum> sums, std::span<const Sum> bias,
                         std::span<Operand> outputs);
  static void finish_gates(const Layer& layer, bool is_tanh, std::span<const Sum> input_sums,
                           std::span<const Sum> bias, std::span<const Sum> hidden_sums,
                           std::span<Operand> gates);
  static void lstm_step(const Layer& layer, std::span<const Operand> gates, std::span<Cell> cell,
                        std::span<Operand> hidden);
  static void gru_reset(const Layer& layer, std::span<const Operand> reset_gates,
                        std::span<const Operand> hidden, std::span<Operand> outputs);
  static void gru_step(const Layer& layer, std::span<const Operand> update_gates,
                       std::span<const Operand> candidates, std::span<Operand> hidden);
  static void concatenate(const Layer& layer, std::span<const MapPart<Operand>> parts,
                          std::span<Operand> outputs);
  static void pool(const Layer& layer, std::span<const Operand> input, std::span<Operand> outputs);
  static void combine(const Layer& layer, std::span<const std::span<const Operand>> operands,
                      std::span<Operand> outputs);
  static void apply_activation(const Layer& layer, std::span<const Operand> input,
                               std::span<Operand> outputs);
  static void normalize(const Layer& layer, std::span<const Operand> input,
                        std::span<Operand> outputs);
};

}  // namespace nzsim::systolic
