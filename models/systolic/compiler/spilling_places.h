#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/systolic/compiler/buffer_allocation.h"
#include "models/systolic/compiler/tensor_places.h"

namespace nzsim::systolic {

/// Tensors of a network that the unified buffer does not hold: where there is no room, outputs that
/// the layer does not take go to the host, the one that is needed last first, and come back.
class SpillingPlaces final : public TensorPlaces {
 public:
  /// Both must outlive the object. The machine has a host interface.
  SpillingPlaces(const Config& config, SystolicProgram& program);

  void begin(std::uint32_t layer, std::uint32_t first_input, std::uint32_t inputs) override;
  [[nodiscard]] std::optional<std::uint32_t> make(TensorRole role) override;
  [[nodiscard]] std::optional<std::uint32_t> bring(std::uint32_t source) override;
  void end() override;
  [[nodiscard]] bool take_waits() override;

  /// Everything goes to the host, so that the layer that has begun can run in pieces; from then on
  /// its outputs do too, until another layer begins.
  void clear();
  /// What is on its way to the host gives its room up; `take_waits` tells.
  void release_leaving();

 private:
  /// The outputs of one layer.
  struct Place {
    /// The tensor in the buffer.
    std::optional<std::uint32_t> tensor;
    bool is_at_host = false;
  };

  /// Room for a tensor of the inputs of `begin`, freeing what it must.
  std::optional<std::uint32_t> allocate(const TensorShape& shape);
  std::optional<std::uint64_t> make_room(std::uint64_t bytes);
  /// Sends the outputs that are needed last, and not by this layer, to the host. False: none left.
  bool evict();
  void send(std::uint32_t source);
  void release(std::uint32_t tensor);
  [[nodiscard]] bool is_taken(std::uint32_t source) const;

  const Config& config_;
  SystolicProgram& program_;
  BufferAllocation buffer_;
  std::uint32_t layer_ = 0;
  std::uint32_t first_input_ = 0;
  std::uint32_t inputs_ = 1;
  bool is_in_pieces_ = false;
  std::uint32_t output_ = kNoItem;
  std::vector<std::uint32_t> last_uses_;
  std::vector<Place> places_;
  /// Tensors of the layer that are freed at its end.
  std::vector<std::uint32_t> temporary_;
  /// Tensors that are being written to the host and are needed no more.
  std::vector<std::uint32_t> leaving_;
  bool waits_ = false;
};

}  // namespace nzsim::systolic
