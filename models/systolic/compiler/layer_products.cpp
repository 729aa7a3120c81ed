#include "models/systolic/compiler/layer_products.h"

#include <algorithm>

namespace nzsim::systolic {
namespace {

std::uint64_t divided_up(std::uint64_t value, std::uint64_t by) { return (value + by - 1) / by; }

std::uint32_t narrow(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

/// `length` elements in tiles of the array's rows, at one position of the window.
void cut(const Config& config, std::uint64_t length, std::uint32_t y, std::uint32_t x,
         std::vector<InnerTile>& tiles) {
  for (std::uint64_t first = 0; first < length; first += config.rows) {
    tiles.push_back(
        {y, x, narrow(first), narrow(std::min<std::uint64_t>(config.rows, length - first))});
  }
}

/// Groups of a convolution that stand side by side in a tile, with zeros beside its diagonal of
/// blocks.
std::uint32_t groups_side_by_side(const Config& config, const LayerSpec& spec) {
  if (config.window_mapping == WindowMapping::flattened) return 1;
  const std::uint32_t channels = spec.input.channels / spec.groups;
  const std::uint32_t filters = spec.output.channels / spec.groups;
  return std::clamp(std::min(config.rows / channels, config.columns / filters), 1U, spec.groups);
}

std::vector<Product> convolution(const Config& config, const LayerSpec& spec, Product product) {
  const std::uint32_t channels = spec.input.channels / spec.groups;
  const std::uint32_t filters = spec.output.channels / spec.groups;
  const std::uint32_t side_by_side = groups_side_by_side(config, spec);
  product.kind = ProductKind::windows;
  product.rows *= std::uint64_t{spec.output.height} * spec.output.width;
  std::vector<Product> products;
  for (std::uint32_t group = 0; group < spec.groups; group += side_by_side) {
    product.first_group = group;
    product.groups = std::min(side_by_side, spec.groups - group);
    product.first_output = group * filters;
    product.columns = std::uint64_t{product.groups} * filters;
    product.inner.clear();
    if (config.window_mapping == WindowMapping::flattened) {
      cut(config, spec.matrix_inputs(), 0, 0, product.inner);
    } else {
      for (std::uint32_t y = 0; y < spec.kernel.height; ++y) {
        for (std::uint32_t x = 0; x < spec.kernel.width; ++x) {
          cut(config, std::uint64_t{product.groups} * channels, y, x, product.inner);
        }
      }
    }
    products.push_back(product);
  }
  return products;
}

std::vector<Product> heads(const Config& config, const LayerSpec& spec, Product product) {
  const MatrixProduct matrices = spec.matrix_product();
  product.kind = ProductKind::head;
  product.columns = matrices.columns;
  cut(config, matrices.inner, 0, 0, product.inner);
  std::vector<Product> products;
  // The second operand differs from input to input.
  const auto inputs = narrow(product.rows);
  product.rows = matrices.rows;
  for (std::uint32_t input = 0; input < inputs; ++input) {
    product.input_index = input;
    for (std::uint32_t head = 0; head < matrices.groups; ++head) {
      product.first_group = head;
      product.first_output = head * narrow(matrices.columns);
      products.push_back(product);
    }
  }
  return products;
}

/// The products of x and of what takes the hidden state's place, for `gates` gates from `first` on.
void add_gates(const Config& config, const LayerSpec& spec, const LayerTensors& tensors,
               std::uint32_t first, std::uint32_t gates, std::uint32_t hidden, Product product,
               std::vector<Product>& products) {
  const std::uint32_t units = spec.output.channels;
  product.output = tensors.gates;
  product.first_output = first * units;
  product.columns = std::uint64_t{gates} * units;
  product.kind = ProductKind::gates_of_input;
  product.inner.clear();
  cut(config, spec.input.channels, 0, 0, product.inner);
  products.push_back(product);
  product.kind = ProductKind::gates_of_hidden;
  product.input = hidden;
  product.inner.clear();
  cut(config, units, 0, 0, product.inner);
  products.push_back(product);
}

}  // namespace

std::uint64_t tiles_of(const Config& config, const Product& product) {
  if (product.kind == ProductKind::head) return 0;
  return product.inner.size() * divided_up(product.columns, config.columns);
}

std::vector<Product> products_of(const Config& config, const LayerSpec& spec, std::uint32_t layer,
                                 const LayerTensors& tensors, std::uint32_t inputs,
                                 std::uint32_t step) {
  Product product;
  product.layer = layer;
  product.input = tensors.inputs[0];
  product.output = tensors.output;
  product.step = step;
  product.rows = inputs;
  std::vector<Product> products;
  switch (spec.type) {
    case LayerType::fully_connected:
      product.rows *= spec.output.height;
      product.columns = spec.output.channels;
      cut(config, spec.matrix_inputs(), 0, 0, product.inner);
      products.push_back(product);
      break;
    case LayerType::convolution:
      products = convolution(config, spec, product);
      break;
    case LayerType::matmul:
      product.second = tensors.inputs[1];
      products = heads(config, spec, product);
      break;
    case LayerType::lstm:
      add_gates(config, spec, tensors, 0, 4, tensors.output, product, products);
      break;
    case LayerType::gru:
      add_gates(config, spec, tensors, 0, 2, tensors.output, product, products);
      add_gates(config, spec, tensors, 2, 1, tensors.state, product, products);
      break;
    case LayerType::pooling:
    case LayerType::elementwise:
    case LayerType::activation:
    case LayerType::normalization:
      break;
  }
  std::uint64_t tiles = 0;
  for (Product& part : products) {
    part.address = tiles * config.tile_bytes();
    tiles += tiles_of(config, part);
  }
  return products;
}

}  // namespace nzsim::systolic
