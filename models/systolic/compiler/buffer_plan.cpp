#include "models/systolic/compiler/buffer_plan.h"

#include <algorithm>
#include <numeric>

namespace nzsim::systolic {
namespace {

/// Parts of the unified buffer that segments are looked for in, one after the other: what is left
/// is room for gaps between tensors. Assumption: steps of a tenth; only the search depends on them.
constexpr std::array kShares{1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2};

/// A tensor with its lifetime, in layers.
struct Item {
  std::uint32_t layer = 0;
  std::size_t role = 0;
  std::uint64_t bytes = 0;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::uint64_t address = 0;
};

/// The segment that holds `layer`; null where none does.
const BatchSegment* segment_of(const std::vector<BatchSegment>& segments, std::uint32_t layer) {
  for (const BatchSegment& segment : segments) {
    if (segment.first <= layer && layer < segment.end) return &segment;
  }
  return nullptr;
}

/// The last layer whose sources `layer` joins.
std::uint32_t last_of(const std::vector<std::uint32_t>& joins, std::uint32_t layer) {
  const auto last = std::find(joins.rbegin(), joins.rend(), layer);
  return static_cast<std::uint32_t>(joins.rend() - last) - 1;
}

/// Who joins the sources of each layer: the first of the layers in one segment, or in none, that
/// take the same.
std::vector<std::uint32_t> shared_joins(const Network& network,
                                        const std::vector<BatchSegment>& segments) {
  std::vector<std::uint32_t> joins;
  for (std::uint32_t layer = 0; layer < network.layers.size(); ++layer) {
    joins.push_back(layer);
    const bool is_joined = tensor_shape(network, layer, TensorRole::joined).has_value();
    for (std::uint32_t other = 0; is_joined && other < layer; ++other) {
      const auto* own = std::get_if<ChainedSource>(&network.layers[layer].activations);
      const auto* earlier = std::get_if<ChainedSource>(&network.layers[other].activations);
      const bool is_same = earlier != nullptr && earlier->layers == own->layers &&
                           tensor_shape(network, other, TensorRole::joined).has_value() &&
                           segment_of(segments, other) == segment_of(segments, layer);
      if (!is_same) continue;
      joins.back() = other;
      break;
    }
  }
  return joins;
}

/// The tensors of a network that runs with `segments`.
std::vector<Item> items_of(const Config& config, const Network& network,
                           const std::vector<BatchSegment>& segments,
                           const std::vector<std::uint32_t>& joins) {
  const std::vector<std::uint32_t> uses = last_uses(network);
  std::vector<Item> items;
  for (std::uint32_t layer = 0; layer < network.layers.size(); ++layer) {
    const BatchSegment* segment = segment_of(segments, layer);
    const std::uint64_t batch = network.layers[layer].batch;
    const std::uint64_t inputs = segment == nullptr ? batch : segment->inputs;
    for (std::size_t role = 0; role < kTensorRoles; ++role) {
      const auto shape = tensor_shape(network, layer, static_cast<TensorRole>(role));
      const bool is_joined = static_cast<TensorRole>(role) == TensorRole::joined;
      if (!shape || (is_joined && joins[layer] != layer)) continue;
      items.push_back({layer, role, inputs * shape->bytes(config), layer, layer, 0});
      if (is_joined) items.back().last = last_of(joins, layer);
      if (static_cast<TensorRole>(role) != TensorRole::output) continue;
      Item& item = items.back();
      item.last = uses[layer];
      // All parts of the segment write it before it is taken.
      if (segment != nullptr && item.last >= segment->end) {
        item.first = segment->first;
        item.bytes = batch * shape->bytes(config);
      }
      // All parts of a later segment take it.
      const BatchSegment* taking = segment_of(segments, item.last);
      if (taking != nullptr && taking != segment) item.last = taking->end - 1;
    }
  }
  return items;
}

/// Places `item` beside those of [begin, end) that live at the same time.
void place(std::vector<Item>::iterator begin, std::vector<Item>::iterator end, Item& item) {
  std::vector<const Item*> others;
  for (auto other = begin; other != end; ++other) {
    if (other->first <= item.last && item.first <= other->last) others.push_back(&*other);
  }
  std::sort(others.begin(), others.end(),
            [](const Item* a, const Item* b) { return a->address < b->address; });
  for (const Item* other : others) {
    if (other->address >= item.address + item.bytes) break;
    item.address = std::max(item.address, other->address + other->bytes);
  }
}

std::optional<BufferPlan> plan(const Config& config, const Network& network,
                               const std::vector<BatchSegment>& segments,
                               const std::vector<std::uint32_t>& joins) {
  std::vector<Item> items = items_of(config, network, segments, joins);
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.bytes > b.bytes; });
  BufferPlan result;
  result.segments = segments;
  result.joins = joins;
  result.addresses.resize(network.layers.size());
  for (auto item = items.begin(); item != items.end(); ++item) {
    place(items.begin(), item, *item);
    if (item->address + item->bytes > config.unified_buffer_bytes) return std::nullopt;
    result.addresses[item->layer][item->role] = item->address;
  }
  return result;
}

/// With shared joined tensors, or else, where these do not fit, with one for each layer.
std::optional<BufferPlan> plan(const Config& config, const Network& network,
                               const std::vector<BatchSegment>& segments) {
  if (auto shared = plan(config, network, segments, shared_joins(network, segments))) return shared;
  std::vector<std::uint32_t> own(network.layers.size());
  std::iota(own.begin(), own.end(), 0U);
  return plan(config, network, segments, own);
}

}  // namespace

std::optional<BufferPlan> plan_buffer(const Config& config, const Network& network) {
  if (auto whole = plan(config, network, {})) return whole;
  for (const double share : kShares) {
    Config part = config;
    part.unified_buffer_bytes =
        static_cast<std::uint64_t>(share * static_cast<double>(config.unified_buffer_bytes));
    const std::vector<BatchSegment> segments = batch_segments(part, network);
    if (segments.empty()) continue;
    if (auto result = plan(config, network, segments)) return result;
  }
  return std::nullopt;
}

}  // namespace nzsim::systolic
