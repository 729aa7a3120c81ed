#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "models/systolic/values/transpose.h"
#include "sim/workload/network.h"

namespace nzsim::systolic {

/// Feature maps that someone else holds, `[batch, height, width, channels]`: the unified buffer's
/// layout, one input of the batch behind the other.
template <class Value>
struct FeatureMaps {
  FeatureShape shape;
  std::span<const Value> values;
};

/// Transposes the matrix `[rows, columns]` of each input.
template <class Value>
[[nodiscard]] std::vector<Value> transpose_each(std::size_t rows, std::size_t columns,
                                                std::span<const Value> values) {
  std::vector<Value> transposed(values.size());
  for (std::size_t first = 0; first < values.size(); first += rows * columns) {
    transpose(MatrixView<const Value>{values.data() + first, rows, columns, columns},
              MatrixView<Value>{transposed.data() + first, columns, rows, rows});
  }
  return transposed;
}

/// `[batch, channels, height, width]` to `[batch, height, width, channels]`, and back.
template <class Value>
[[nodiscard]] std::vector<Value> to_buffer_layout(
    const FeatureShape& shape, std::span<const std::type_identity_t<Value>> values) {
  return transpose_each<Value>(shape.channels, std::size_t{shape.height} * shape.width, values);
}
template <class Value>
[[nodiscard]] std::vector<Value> to_network_layout(
    const FeatureShape& shape, std::span<const std::type_identity_t<Value>> values) {
  return transpose_each<Value>(std::size_t{shape.height} * shape.width, shape.channels, values);
}

/// The operands of a layer: views of what others hold, and of copies that are kept here.
template <class Value>
class Operands {
 public:
  [[nodiscard]] std::span<const std::span<const Value>> all() const { return views_; }
  [[nodiscard]] std::span<std::span<const Value>> all() { return views_; }

  void add(std::span<const Value> values) { views_.push_back(values); }
  /// Points `view` to `values`, which are kept.
  void replace(std::span<const Value>& view, std::vector<Value> values) {
    kept_.push_back(std::move(values));
    view = kept_.back();
  }
  void replace_last(std::vector<Value> values) { replace(views_.back(), std::move(values)); }
  /// The last operand, of shape `from`, as maps of shape `to`, which has as many elements: a layer
  /// takes what it flattens in the network's order.
  void reshape_last(const FeatureShape& from, const FeatureShape& to) {
    if (from.channels == to.channels) return;
    replace_last(to_network_layout<Value>(from, views_.back()));
    replace_last(to_buffer_layout<Value>(to, views_.back()));
  }

 private:
  std::vector<std::span<const Value>> views_;
  std::vector<std::vector<Value>> kept_;
};

}  // namespace nzsim::systolic
