#include "models/systolic/compiler/planned_places.h"

#include <algorithm>
#include <utility>

namespace nzsim::systolic {

PlannedPlaces::PlannedPlaces(const Config& config, const BufferPlan& plan, SystolicProgram& program)
    : config_(config), plan_(plan), program_(program), last_uses_(last_uses(program.network())) {}

void PlannedPlaces::begin(std::uint32_t layer, std::uint32_t first_input, std::uint32_t inputs) {
  layer_ = layer;
  first_input_ = first_input;
  inputs_ = inputs;
}

std::uint32_t PlannedPlaces::add_tensor(std::uint32_t layer, TensorRole role, std::uint32_t first) {
  const TensorShape shape = *tensor_shape(program_.network(), layer, role);
  const std::uint64_t begin = *plan_.addresses[layer][static_cast<std::size_t>(role)];
  program_.tensors.push_back({begin + (first_input_ - first) * shape.bytes(config_), shape.shape,
                              first_input_, inputs_, shape.elements_each});
  return static_cast<std::uint32_t>(program_.tensors.size() - 1);
}

PlannedPlaces::Range PlannedPlaces::range_of(std::uint32_t tensor) const {
  const Tensor& range = program_.tensors[tensor];
  return {range.address, range.address + range.elements() * config_.activation_bytes()};
}

std::uint32_t PlannedPlaces::first_held(std::uint32_t layer) const {
  for (const BatchSegment& segment : plan_.segments) {
    if (layer < segment.first || layer >= segment.end) continue;
    // Of the whole batch where a layer behind the segment takes it, else of the part that runs.
    return last_uses_[layer] >= segment.end ? 0 : first_input_;
  }
  return 0;
}

std::optional<std::uint32_t> PlannedPlaces::make(TensorRole role) {
  if (role == TensorRole::joined && has_joined()) {
    return add_tensor(plan_.joins[layer_], role, first_input_);
  }
  const bool is_output = role == TensorRole::output;
  const std::uint32_t tensor =
      add_tensor(layer_, role, is_output ? first_held(layer_) : first_input_);
  if (is_output) output_ = tensor;
  const Range range = range_of(tensor);
  const bool is_reused = std::any_of(leaving_.begin(), leaving_.end(), [&](const Range& other) {
    return other.begin < range.end && range.begin < other.end;
  });
  if (is_reused) {
    waits_ = true;
    leaving_.clear();
  }
  if (role == TensorRole::input || role == TensorRole::second_input) {
    const std::uint32_t operand = role == TensorRole::second_input ? 1 : 0;
    push_read(config_, {tensor, layer_, true, operand}, range.begin < fresh_, program_);
  }
  fresh_ = std::max(fresh_, range.end);
  return tensor;
}

std::optional<std::uint32_t> PlannedPlaces::bring(std::uint32_t source) {
  return add_tensor(source, TensorRole::output, first_held(source));
}

void PlannedPlaces::end() {
  if (last_uses_[layer_] != layer_ || !config_.host_bytes_per_second) return;
  push_write(config_, {output_, layer_, false, 0}, program_);
  leaving_.push_back(range_of(output_));
}

bool PlannedPlaces::take_waits() { return std::exchange(waits_, false); }

}  // namespace nzsim::systolic
