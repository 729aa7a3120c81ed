#include "models/platform/platform.h"

#include <algorithm>
#include <stdexcept>

namespace nzsim::platform {

const Rate* Platform::fastest(NumberType type, bool with_matrix_unit) const {
  const Rate* best = nullptr;
  for (const Rate& rate : rates) {
    if (rate.type != type || (rate.is_matrix_unit && !with_matrix_unit)) continue;
    if (best == nullptr || rate.operations_per_second > best->operations_per_second) best = &rate;
  }
  return best;
}

const Attainable* Platform::attainable(Kernel kernel) const {
  if (!calibration) return nullptr;
  const auto& all = calibration->kernels;
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Attainable& entry) { return entry.kernel == kernel; });
  return found == all.end() ? nullptr : &*found;
}

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::cpu:
      return "cpu";
    case Kind::gpu:
      return "gpu";
    case Kind::mobile_gpu:
      return "mobile_gpu";
    case Kind::tpu:
      return "tpu";
    case Kind::asic:
      return "asic";
    case Kind::fpga:
      return "fpga";
  }
  throw std::logic_error("unknown kind of platform");
}

std::string_view to_string(NumberType type) {
  switch (type) {
    case NumberType::float64:
      return "float64";
    case NumberType::float32:
      return "float32";
    case NumberType::tensor_float32:
      return "tensor_float32";
    case NumberType::float16:
      return "float16";
    case NumberType::bfloat16:
      return "bfloat16";
    case NumberType::float8:
      return "float8";
    case NumberType::int16:
      return "int16";
    case NumberType::int8:
      return "int8";
  }
  throw std::logic_error("unknown type of numbers");
}

std::string_view to_string(Kernel kernel) {
  switch (kernel) {
    case Kernel::dense_vector:
      return "dense_vector";
    case Kernel::dense_matrix:
      return "dense_matrix";
    case Kernel::sparse_vector:
      return "sparse_vector";
    case Kernel::sparse_matrix:
      return "sparse_matrix";
  }
  throw std::logic_error("unknown kernel");
}

std::uint32_t bytes_of(NumberType type) {
  switch (type) {
    case NumberType::float64:
      return 8;
    case NumberType::float32:
    case NumberType::tensor_float32:
      return 4;
    case NumberType::float16:
    case NumberType::bfloat16:
    case NumberType::int16:
      return 2;
    case NumberType::float8:
    case NumberType::int8:
      return 1;
  }
  throw std::logic_error("unknown type of numbers");
}

}  // namespace nzsim::platform
