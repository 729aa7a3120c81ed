#include "workloads/import/layer_file.h"

#include <cstring>
#include <string_view>

namespace nzsim {
namespace {

constexpr std::size_t kByteCodes = 256;

NumpyArray float_array(std::vector<std::uint64_t> shape, const std::vector<float>& values) {
  const auto* const bytes = reinterpret_cast<const char*>(values.data());
  return {ArrayType::float32, std::move(shape), std::string(bytes, values.size() * sizeof(float))};
}

NumpyArray code_array(const CompressedMatrix& matrix) {
  const std::size_t width = matrix.codebook.size() <= kByteCodes ? 1 : 2;
  NumpyArray array{width == 1 ? ArrayType::uint8 : ArrayType::uint16,
                   {matrix.outputs, matrix.inputs},
                   std::string(width * matrix.outputs * matrix.inputs, '\0')};
  for (std::size_t row = 0; row < matrix.outputs; ++row) {
    for (std::uint64_t i = matrix.row_starts[row]; i < matrix.row_starts[row + 1]; ++i) {
      // Little-endian: the low byte of a code comes first.
      std::memcpy(array.bytes.data() + width * (row * matrix.inputs + matrix.columns[i]),
                  &matrix.codes[i], width);
    }
  }
  return array;
}

}  // namespace

std::map<std::string, NumpyArray> layer_arrays(const LayerFile& layer) {
  std::map<std::string, NumpyArray> arrays;
  arrays["codes"] = code_array(layer.matrix);
  arrays["codebook"] = float_array({layer.matrix.codebook.size()}, layer.matrix.codebook);
  if (!layer.bias.empty()) arrays["bias"] = float_array({layer.bias.size()}, layer.bias);
  if (layer.activations) {
    arrays["activations"] = float_array({layer.activations->vectors, layer.activations->length},
                                        layer.activations->values);
  }
  return arrays;
}

}  // namespace nzsim
