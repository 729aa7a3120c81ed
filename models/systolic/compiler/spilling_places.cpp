#include "models/systolic/compiler/spilling_places.h"

#include <algorithm>
#include <utility>

#include "models/systolic/compiler/batch_segments.h"

namespace nzsim::systolic {

SpillingPlaces::SpillingPlaces(const Config& config, SystolicProgram& program)
    : config_(config),
      program_(program),
      buffer_(config.unified_buffer_bytes),
      last_uses_(last_uses(program.network())),
      places_(program.network().layers.size()) {}

void SpillingPlaces::begin(std::uint32_t layer, std::uint32_t first_input, std::uint32_t inputs) {
  is_in_pieces_ = is_in_pieces_ && layer == layer_;
  layer_ = layer;
  first_input_ = first_input;
  inputs_ = inputs;
}

std::optional<std::uint32_t> SpillingPlaces::allocate(const TensorShape& shape) {
  const auto address = make_room(inputs_ * shape.bytes(config_));
  if (!address) return std::nullopt;
  program_.tensors.push_back({*address, shape.shape, first_input_, inputs_, shape.elements_each});
  temporary_.push_back(static_cast<std::uint32_t>(program_.tensors.size() - 1));
  return temporary_.back();
}

std::optional<std::uint64_t> SpillingPlaces::make_room(std::uint64_t bytes) {
  for (;;) {
    if (const auto address = buffer_.allocate(bytes)) return address;
    if (!leaving_.empty()) {
      release_leaving();
    } else if (!evict()) {
      return std::nullopt;
    }
  }
}

void SpillingPlaces::release(std::uint32_t tensor) {
  buffer_.release(program_.tensors[tensor].address);
}

void SpillingPlaces::release_leaving() {
  for (const std::uint32_t tensor : leaving_) release(tensor);
  waits_ = waits_ || !leaving_.empty();
  leaving_.clear();
}

bool SpillingPlaces::is_taken(std::uint32_t source) const {
  const auto* chain = std::get_if<ChainedSource>(&program_.spec(layer_).activations);
  return chain != nullptr &&
         std::find(chain->layers.begin(), chain->layers.end(), source) != chain->layers.end();
}

bool SpillingPlaces::evict() {
  std::optional<std::uint32_t> victim;
  for (std::uint32_t source = 0; source < layer_; ++source) {
    if (!places_[source].tensor || is_taken(source)) continue;
    if (!victim || last_uses_[source] > last_uses_[*victim]) victim = source;
  }
  if (victim) send(*victim);
  return victim.has_value();
}

void SpillingPlaces::send(std::uint32_t source) {
  Place& place = places_[source];
  const std::uint32_t tensor = *std::exchange(place.tensor, std::nullopt);
  if (std::exchange(place.is_at_host, true)) return release(tensor);
  program_.layers[layer_].spilled_bytes +=
      push_write(config_, {tensor, source, false, 0}, program_);
  leaving_.push_back(tensor);
}

std::optional<std::uint32_t> SpillingPlaces::make(TensorRole role) {
  const std::uint64_t fresh = buffer_.highest();
  const auto tensor = allocate(*tensor_shape(program_.network(), layer_, role));
  if (!tensor) return std::nullopt;
  if (role == TensorRole::output) output_ = *tensor;
  if (role == TensorRole::input || role == TensorRole::second_input) {
    const std::uint32_t operand = role == TensorRole::second_input ? 1 : 0;
    push_read(config_, {*tensor, layer_, true, operand}, program_.tensors[*tensor].address < fresh,
              program_);
  }
  return tensor;
}

std::optional<std::uint32_t> SpillingPlaces::bring(std::uint32_t source) {
  Place& place = places_[source];
  if (place.tensor) return place.tensor;
  const std::uint64_t fresh = buffer_.highest();
  const auto tensor = allocate({program_.spec(source).output, 1});
  if (!tensor) return std::nullopt;
  const bool waits = program_.tensors[*tensor].address < fresh;
  program_.layers[layer_].spilled_bytes +=
      push_read(config_, {*tensor, source, false, 0}, waits, program_);
  if (!is_in_pieces_ && last_uses_[source] > layer_) {
    place.tensor = tensor;
    temporary_.pop_back();
  }
  return tensor;
}

void SpillingPlaces::end() {
  std::erase(temporary_, output_);
  Place& place = places_[layer_];
  const bool is_output = last_uses_[layer_] == layer_;
  if (!is_output && !is_in_pieces_) {
    place.tensor = output_;
  } else {
    const std::uint64_t bytes = push_write(config_, {output_, layer_, false, 0}, program_);
    if (!is_output) program_.layers[layer_].spilled_bytes += bytes;
    place.is_at_host = true;
    leaving_.push_back(output_);
  }
  for (const std::uint32_t tensor : temporary_) release(tensor);
  temporary_.clear();
  for (std::uint32_t source = 0; source < layer_; ++source) {
    if (!places_[source].tensor || last_uses_[source] > layer_) continue;
    release(*std::exchange(places_[source].tensor, std::nullopt));
  }
}

void SpillingPlaces::clear() {
  for (std::uint32_t source = 0; source < layer_; ++source) {
    if (places_[source].tensor) send(source);
  }
  // Nothing may stand in the middle of what the pieces need.
  release_leaving();
  is_in_pieces_ = true;
}

bool SpillingPlaces::take_waits() { return std::exchange(waits_, false); }

}  // namespace nzsim::systolic
