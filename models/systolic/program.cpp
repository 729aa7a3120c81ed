#include "models/systolic/program.h"

#include <utility>

namespace nzsim::systolic {

std::string_view to_string(VectorKind kind) {
  switch (kind) {
    case VectorKind::concatenate:
      return "concatenate";
    case VectorKind::pooling:
      return "pooling";
    case VectorKind::elementwise:
      return "elementwise";
    case VectorKind::activation:
      return "activation";
    case VectorKind::normalization:
      return "normalization";
    case VectorKind::lstm_step:
      return "lstm_step";
    case VectorKind::gru_reset:
      return "gru_reset";
    case VectorKind::gru_step:
      break;
  }
  return "gru_step";
}

SystolicProgram::SystolicProgram(Network network, std::uint64_t seed)
    : network_(std::move(network)), seed_(seed) {}

const std::vector<QuantizedLayer>& SystolicProgram::values() const {
  std::call_once(once_, [this] { values_ = quantize_network(network_, seed_); });
  return values_;
}

const std::vector<RoundedLayer>& SystolicProgram::bfloat16_values() const {
  std::call_once(bfloat16_once_, [this] { bfloat16_values_ = round_network(network_, seed_); });
  return bfloat16_values_;
}

std::vector<std::size_t> SystolicProgram::section_ends() const {
  std::vector<std::size_t> ends;
  for (const Section& section : sections) ends.push_back(section.end_instruction);
  return ends;
}

}  // namespace nzsim::systolic
