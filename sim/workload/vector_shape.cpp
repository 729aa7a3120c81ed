#include <fmt/format.h>

#include "sim/workload/shape_reading.h"

namespace nzsim::shape_reading {
namespace {

/// Length of one vector of `count`, as the file says it or earlier layers give it.
std::optional<std::int64_t> vector_length(ConfigNode& node, std::string_view count_key,
                                          std::optional<std::int64_t> inputs,
                                          const std::optional<FeatureShape>& given,
                                          const LayerSpec& layer) {
  if (!given) {
    if (!inputs) require_input(node, layer, "inputs", "an integer for a layer that no other feeds");
    return inputs;
  }
  const std::uint32_t count = layer.output.height;
  const std::uint64_t vectors = std::uint64_t{given->height} * given->width;
  if (count > 1 && vectors != count) {
    node.fail(count_key,
              fmt::format("expected {}, the vectors of the outputs it takes ({}), got {}", vectors,
                          describe(*given), count));
    return std::nullopt;
  }
  const auto length = static_cast<std::int64_t>(count > 1 ? given->channels : given->elements());
  if (inputs.value_or(length) == length) return length;
  node.fail("inputs", fmt::format("expected {}, the outputs it takes ({}), got {}", length,
                                  describe(*given), *inputs));
  return std::nullopt;
}

/// A layer from `inputs` to `outputs`, `count_key` vectors at a time.
bool read_vectors(ConfigNode& node, std::string_view count_key, std::string_view count_description,
                  const std::optional<FeatureShape>& given, LayerSpec& layer) {
  const auto inputs = node.optional_integer(
      "inputs", size_rule("Length of one input; optional where earlier layers give it."));
  const std::int64_t outputs = node.integer("outputs", size_rule("Length of one output."));
  const std::int64_t count = node.integer(count_key, {.minimum = 1,
                                                      .maximum = kLargestLayerElements,
                                                      .default_value = 1,
                                                      .description = count_description});
  layer.output = {narrow(outputs), narrow(count), 1};
  if (node.describing()) return false;
  const auto length = vector_length(node, count_key, inputs, given, layer);
  if (!length) return false;
  layer.input = {narrow(*length), narrow(count), 1};
  return true;
}

/// Whether `gates` matrices one below the other are few enough weights.
bool check_weights(ConfigNode& node, std::uint64_t gates, std::uint64_t columns,
                   const LayerSpec& layer) {
  if (fits({gates, layer.output.channels, columns})) return true;
  node.fail("outputs", fmt::format("expected at most {} weights, got {} x {}",
                                   kLargestLayerElements, gates * layer.output.channels, columns));
  return false;
}

/// The shapes of a matmul's operands from its four sizes; false where they are too large.
bool shape_matmul(ConfigNode& node, std::uint64_t rows, std::uint64_t inner, std::uint64_t columns,
                  LayerSpec& layer) {
  const std::uint64_t heads = layer.groups;
  if (!fits({heads, rows, inner}) || !fits({heads, inner, columns}) ||
      !fits({heads, rows, columns})) {
    node.fail({}, fmt::format("expected at most {} elements per operand and output, got {} heads "
                              "of {} x {} times {} x {}",
                              kLargestLayerElements, heads, rows, inner, inner, columns));
    return false;
  }
  const auto sequence = [&](std::uint64_t length, std::uint64_t count) {
    return FeatureShape{static_cast<std::uint32_t>(heads * length),
                        static_cast<std::uint32_t>(count), 1};
  };
  layer.input = sequence(inner, rows);
  layer.second_input = layer.transpose_second ? sequence(inner, columns) : sequence(columns, inner);
  layer.output = sequence(columns, rows);
  return true;
}

/// Whether the layer takes as many others as it must; `expected` says how many.
bool check_operand_count(ConfigNode& node, const LayerSpec& layer, bool is_right,
                         std::string_view expected) {
  if (is_right || !node.valid("from")) return is_right;
  const std::string got =
      node.has("from") ? fmt::format("{}", std::get<ChainedSource>(layer.activations).layers.size())
                       : "nothing";
  node.fail("from", fmt::format("expected {}, got {}", expected, got));
  return false;
}

bool check_operand(ConfigNode& node, const FeatureShape& expected, std::string_view which,
                   const GivenInputs::Operand& operand) {
  const std::uint64_t vectors = std::uint64_t{operand.shape.height} * operand.shape.width;
  if (operand.shape.channels == expected.channels && vectors == expected.height) return true;
  node.fail("from", fmt::format("expected {} as the {} operand, got {} of \"{}\"",
                                describe(expected), which, describe(operand.shape), operand.name));
  return false;
}

}  // namespace

bool read_fully_connected(ConfigNode& node, const std::optional<FeatureShape>& given,
                          LayerSpec& layer) {
  return read_vectors(node, "rows",
                      "Vectors of one input that share the weights; 1: the input is flattened.",
                      given, layer) &&
         check_weights(node, 1, layer.input.channels, layer);
}

bool read_recurrent(ConfigNode& node, const std::optional<FeatureShape>& given, LayerSpec& layer) {
  if (!node.describing() && layer.activation != Activation::none) {
    node.fail("activation",
              fmt::format("expected \"none\", for the functions of the gates belong to the type, "
                          "got \"{}\"",
                          to_string(layer.activation)));
  }
  return read_vectors(node, "steps", "Time steps of one input; 1: the input is flattened.", given,
                      layer) &&
         check_weights(node, layer.type == LayerType::lstm ? 4 : 3,
                       std::uint64_t{layer.input.channels} + layer.output.channels, layer);
}

bool read_matmul(ConfigNode& node, const std::vector<GivenInputs::Operand>& given,
                 LayerSpec& layer) {
  layer.operands = 2;
  layer.groups = narrow(node.integer("heads", {.minimum = 1,
                                               .maximum = kLargestLayerElements,
                                               .default_value = 1,
                                               .description = "Products that do not mix."}));
  const std::int64_t rows = node.integer("rows", size_rule("Rows of the first operand."));
  const std::int64_t inner =
      node.integer("inner", size_rule("Columns of the first operand, rows of the second."));
  const std::int64_t columns = node.integer("columns", size_rule("Columns of the second operand."));
  layer.transpose_second = node.boolean(
      "transpose_second", false, "The second operand is stored with rows and columns exchanged.");
  if (node.describing() || !node.valid()) return false;
  if (!shape_matmul(node, static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(inner),
                    static_cast<std::uint64_t>(columns), layer)) {
    return false;
  }
  const auto* chain = std::get_if<ChainedSource>(&layer.activations);
  if (chain == nullptr) return true;
  if (!check_operand_count(node, layer, chain->layers.size() == 2, "two layers")) return false;
  return given.size() == 2 && check_operand(node, layer.input, "first", given[0]) &&
         check_operand(node, layer.second_input, "second", given[1]);
}

bool read_elementwise(ConfigNode& node, const std::vector<GivenInputs::Operand>& given,
                      LayerSpec& layer) {
  const std::string operation = node.choice(
      "operation", {.options = {"add", "multiply"}, .description = "What joins the operands."});
  layer.elementwise =
      operation == "add" ? ElementwiseOperation::add : ElementwiseOperation::multiply;
  if (node.describing()) return false;
  const auto* chain = std::get_if<ChainedSource>(&layer.activations);
  if (chain == nullptr) {
    node.fail("activations", "expected \"from\" with at least two layers, got values");
    return false;
  }
  if (!check_operand_count(node, layer, chain->layers.size() >= 2, "at least two layers")) {
    return false;
  }
  layer.operands = static_cast<std::uint32_t>(chain->layers.size());
  if (given.empty()) return false;
  for (const GivenInputs::Operand& operand : given) {
    if (operand.shape == given[0].shape) continue;
    node.fail("from", fmt::format("expected outputs of one shape, got {} of \"{}\" and {} of "
                                  "\"{}\"",
                                  describe(given[0].shape), given[0].name, describe(operand.shape),
                                  operand.name));
    return false;
  }
  layer.input = given[0].shape;
  layer.output = given[0].shape;
  return true;
}

}  // namespace nzsim::shape_reading
