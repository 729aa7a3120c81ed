#pragma once

#include <cstdint>
#include <optional>

#include "models/systolic/config.h"
#include "models/systolic/program.h"

namespace nzsim::systolic {

/// What a tensor of the unified buffer is to the layer that makes it.
enum class TensorRole {
  output,
  /// Own inputs of the network, from the host.
  input,
  second_input,
  /// Several sources, concatenated.
  joined,
  /// Recurrent layers: gates, and cell states or r . h'.
  gates,
  state,
};
inline constexpr std::size_t kTensorRoles = 6;

/// Shape of one input's tensor, and elements of a value.
struct TensorShape {
  FeatureShape shape;
  std::uint32_t elements_each = 1;

  [[nodiscard]] std::uint64_t bytes(const Config& config) const {
    return shape.elements() * elements_each * config.activation_bytes();
  }
};

/// The tensor that `role` is for a layer; nothing where it has none.
[[nodiscard]] std::optional<TensorShape> tensor_shape(const Network& network, std::uint32_t layer,
                                                      TensorRole role);

/// Where tensors are while a program is compiled. Makes tensors, and pushes the host transfers that
/// this takes.
class TensorPlaces {
 public:
  virtual ~TensorPlaces() = default;

  /// A layer begins, for `inputs` of the batch from `first_input` on.
  virtual void begin(std::uint32_t layer, std::uint32_t first_input, std::uint32_t inputs) = 0;
  /// A tensor of the layer, for these inputs; own inputs come from the host, where the machine has
  /// a host interface, else they are there. Nothing where there is no room.
  [[nodiscard]] virtual std::optional<std::uint32_t> make(TensorRole role) = 0;
  /// The outputs of layer `source` for these inputs. Nothing where there is no room.
  [[nodiscard]] virtual std::optional<std::uint32_t> bring(std::uint32_t source) = 0;
  /// Whether an earlier layer has joined the same sources in the tensor that the role `joined` is.
  [[nodiscard]] virtual bool has_joined() const { return false; }
  /// The layer's work is done; its outputs go to the host where no layer takes them.
  virtual void end() = 0;
  /// Whether memory was reused from which a transfer to the host may still be under way: a
  /// synchronisation must wait for these. Asking resets it.
  [[nodiscard]] virtual bool take_waits() = 0;
};

/// Pushes a transfer of tensor `transfer.tensor` from or to the host; returns its bytes.
std::uint64_t push_read(const Config& config, const HostTransfer& transfer, bool waits,
                        SystolicProgram& program);
std::uint64_t push_write(const Config& config, const HostTransfer& transfer,
                         SystolicProgram& program);

}  // namespace nzsim::systolic
