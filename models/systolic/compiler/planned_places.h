#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/systolic/compiler/buffer_plan.h"
#include "models/systolic/compiler/tensor_places.h"

namespace nzsim::systolic {

/// Tensors at the addresses of a plan: nothing goes to the host but the network's outputs, and all
/// that is asked for is there.
class PlannedPlaces final : public TensorPlaces {
 public:
  /// All must outlive the object.
  PlannedPlaces(const Config& config, const BufferPlan& plan, SystolicProgram& program);

  void begin(std::uint32_t layer, std::uint32_t first_input, std::uint32_t inputs) override;
  [[nodiscard]] std::optional<std::uint32_t> make(TensorRole role) override;
  [[nodiscard]] std::optional<std::uint32_t> bring(std::uint32_t source) override;
  [[nodiscard]] bool has_joined() const override { return plan_.joins[layer_] != layer_; }
  void end() override;
  [[nodiscard]] bool take_waits() override;

 private:
  /// Bytes [begin, end) of the unified buffer.
  struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  /// The tensor of the layer's inputs within one that holds the batch from `first` on.
  std::uint32_t add_tensor(std::uint32_t layer, TensorRole role, std::uint32_t first);
  [[nodiscard]] Range range_of(std::uint32_t tensor) const;
  /// The first input that the tensor of `layer`'s outputs holds, while layer `layer_` runs.
  [[nodiscard]] std::uint32_t first_held(std::uint32_t layer) const;

  const Config& config_;
  const BufferPlan& plan_;
  SystolicProgram& program_;
  std::vector<std::uint32_t> last_uses_;
  std::uint32_t layer_ = 0;
  std::uint32_t first_input_ = 0;
  std::uint32_t inputs_ = 1;
  std::uint32_t output_ = kNoItem;
  /// All addresses from here on have never been used.
  std::uint64_t fresh_ = 0;
  /// Under way to the host, as far as nothing has waited for them.
  std::vector<Range> leaving_;
  bool waits_ = false;
};

}  // namespace nzsim::systolic
