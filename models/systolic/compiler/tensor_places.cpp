#include "models/systolic/compiler/tensor_places.h"

#include "sim/workload/layer_shape.h"

namespace nzsim::systolic {
namespace {

std::uint64_t push_transfer(const Config& config, Opcode opcode, const HostTransfer& transfer,
                            bool waits, SystolicProgram& program) {
  const std::uint64_t bytes =
      config.host_bytes_per_second
          ? program.tensors[transfer.tensor].elements() * config.activation_bytes()
          : 0;
  program.transfers.push_back(transfer);
  program.instructions.push_back({.opcode = opcode,
                                  .waits = waits,
                                  .item = static_cast<std::uint32_t>(program.transfers.size() - 1),
                                  .bytes = bytes});
  return bytes;
}

/// Several sources, along the channels.
std::optional<TensorShape> joined_shape(const Network& network, const LayerSpec& spec) {
  const auto* chain = std::get_if<ChainedSource>(&spec.activations);
  if (chain == nullptr || chain->layers.size() < 2 || takes_operands(spec.type)) {
    return std::nullopt;
  }
  TensorShape joined{network.layers[chain->layers.front()].output, 1};
  joined.shape.channels = 0;
  for (const std::size_t source : chain->layers) {
    joined.shape.channels += network.layers[source].output.channels;
  }
  return joined;
}

}  // namespace

std::optional<TensorShape> tensor_shape(const Network& network, std::uint32_t layer,
                                        TensorRole role) {
  const LayerSpec& spec = network.layers[layer];
  const bool is_own = !std::holds_alternative<ChainedSource>(spec.activations);
  const bool is_lstm = spec.type == LayerType::lstm;
  const bool is_recurrent = is_lstm || spec.type == LayerType::gru;
  switch (role) {
    case TensorRole::output:
      return TensorShape{spec.output, 1};
    case TensorRole::input:
      if (is_own) return TensorShape{spec.input, 1};
      break;
    case TensorRole::second_input:
      if (is_own && spec.type == LayerType::matmul) return TensorShape{spec.second_input, 1};
      break;
    case TensorRole::joined:
      return joined_shape(network, spec);
    case TensorRole::gates:
      if (is_recurrent) return TensorShape{{spec.matrix_outputs(), 1, 1}, 1};
      break;
    case TensorRole::state:
      if (is_recurrent) return TensorShape{{spec.output.channels, 1, 1}, is_lstm ? 2U : 1U};
      break;
  }
  return std::nullopt;
}

std::uint64_t push_read(const Config& config, const HostTransfer& transfer, bool waits,
                        SystolicProgram& program) {
  return push_transfer(config, Opcode::read_host_memory, transfer, waits, program);
}

std::uint64_t push_write(const Config& config, const HostTransfer& transfer,
                         SystolicProgram& program) {
  return push_transfer(config, Opcode::write_host_memory, transfer, false, program);
}

}  // namespace nzsim::systolic
