#include "models/systolic/reference/numbers.h"

#include "models/systolic/values/bfloat16_vector_unit.h"
#include "models/systolic/values/vector_unit.h"

namespace nzsim::systolic {

void Int8Numbers::finish_row(const Layer& layer, std::span<const Sum> sums,
                             std::span<const Sum> bias, std::span<Operand> outputs) {
  systolic::finish_row(sums, bias, layer.quantization.output, outputs);
}

void Int8Numbers::finish_gates(const Layer& layer, bool is_tanh, std::span<const Sum> input_sums,
                               std::span<const Sum> bias, std::span<const Sum> hidden_sums,
                               std::span<Operand> gates) {
  const RecurrentQuantization& recurrent = layer.quantization.recurrent;
  finish_gate_row(input_sums, bias, hidden_sums, is_tanh ? recurrent.tanh : recurrent.sigmoid,
                  gates);
}

void Int8Numbers::lstm_step(const Layer& layer, std::span<const Operand> gates,
                            std::span<Cell> cell, std::span<Operand> hidden) {
  systolic::lstm_step(gates, layer.quantization.recurrent, cell, hidden);
}

void Int8Numbers::gru_reset(const Layer& layer, std::span<const Operand> reset_gates,
                            std::span<const Operand> hidden, std::span<Operand> outputs) {
  systolic::gru_reset(reset_gates, hidden, layer.quantization.recurrent, outputs);
}

void Int8Numbers::gru_step(const Layer& layer, std::span<const Operand> update_gates,
                           std::span<const Operand> candidates, std::span<Operand> hidden) {
  systolic::gru_step(update_gates, candidates, layer.quantization.recurrent, hidden);
}

void Int8Numbers::concatenate(const Layer& layer, std::span<const MapPart<Operand>> parts,
                              std::span<Operand> outputs) {
  std::vector<ConcatenatedPart> scaled;
  for (std::size_t source = 0; source < parts.size(); ++source) {
    scaled.push_back(
        {parts[source].values, parts[source].channels, layer.quantization.sources[source]});
  }
  systolic::concatenate(scaled, outputs);
}

void Int8Numbers::pool(const Layer& layer, std::span<const Operand> input,
                       std::span<Operand> outputs) {
  systolic::pool(layer.spec, input, layer.quantization.output, outputs);
}

void Int8Numbers::combine(const Layer& layer, std::span<const std::span<const Operand>> operands,
                          std::span<Operand> outputs) {
  systolic::combine(layer.spec.elementwise, operands, layer.quantization, outputs);
}

void Int8Numbers::apply_activation(const Layer& layer, std::span<const Operand> input,
                                   std::span<Operand> outputs) {
  systolic::apply_activation(input, layer.quantization.output, outputs);
}

void Int8Numbers::normalize(const Layer& layer, std::span<const Operand> input,
                            std::span<Operand> outputs) {
  systolic::normalize(layer.spec, input, layer.quantization, outputs);
}

void Bfloat16Numbers::finish_row(const Layer& layer, std::span<const Sum> sums,
                                 std::span<const Sum> bias, std::span<Operand> outputs) {
  systolic::finish_row(sums, bias, layer.spec.activation, outputs);
}

void Bfloat16Numbers::finish_gates(const Layer&, bool is_tanh, std::span<const Sum> input_sums,
                                   std::span<const Sum> bias, std::span<const Sum> hidden_sums,
                                   std::span<Operand> gates) {
  finish_gate_row(input_sums, bias, hidden_sums, is_tanh ? Activation::tanh : Activation::sigmoid,
                  gates);
}

void Bfloat16Numbers::lstm_step(const Layer&, std::span<const Operand> gates, std::span<Cell> cell,
                                std::span<Operand> hidden) {
  systolic::lstm_step(gates, cell, hidden);
}

void Bfloat16Numbers::gru_reset(const Layer&, std::span<const Operand> reset_gates,
                                std::span<const Operand> hidden, std::span<Operand> outputs) {
  systolic::gru_reset(reset_gates, hidden, outputs);
}

void Bfloat16Numbers::gru_step(const Layer&, std::span<const Operand> update_gates,
                               std::span<const Operand> candidates, std::span<Operand> hidden) {
  systolic::gru_step(update_gates, candidates, hidden);
}

void Bfloat16Numbers::concatenate(const Layer&, std::span<const MapPart<Operand>> parts,
                                  std::span<Operand> outputs) {
  std::vector<Bfloat16Part> same;
  for (const MapPart<Operand>& part : parts) same.push_back({part.values, part.channels});
  systolic::concatenate(same, outputs);
}

void Bfloat16Numbers::pool(const Layer& layer, std::span<const Operand> input,
                           std::span<Operand> outputs) {
  systolic::pool(layer.spec, input, outputs);
}

void Bfloat16Numbers::combine(const Layer& layer,
                              std::span<const std::span<const Operand>> operands,
                              std::span<Operand> outputs) {
  systolic::combine(layer.spec.elementwise, operands, layer.spec.activation, outputs);
}

void Bfloat16Numbers::apply_activation(const Layer& layer, std::span<const Operand> input,
                                       std::span<Operand> outputs) {
  systolic::apply_activation(input, layer.spec.activation, outputs);
}

void Bfloat16Numbers::normalize(const Layer& layer, std::span<const Operand> input,
                                std::span<Operand> outputs) {
  systolic::normalize(layer.spec, input, outputs);
}

}  // namespace nzsim::systolic
