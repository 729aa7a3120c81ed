#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nzsim {

/// Element types that the readers accept.
enum class ArrayType { uint8, uint16, uint32, int8, int16, int32, int64, float32, float64 };
/// NumPy's name of the type, for messages.
[[nodiscard]] std::string_view to_string(ArrayType type);

/// One NumPy array, elements in C order (a Fortran-ordered file is transposed on reading).
struct NumpyArray {
  ArrayType type = ArrayType::float32;
  std::vector<std::uint64_t> shape;
  /// Little-endian elements.
  std::string bytes;

  [[nodiscard]] std::uint64_t elements() const;
};

/// Parses a `.npy` image. `name` is the file in messages. Throws `WorkloadError` on truncated or
/// corrupt headers, object or big-endian arrays, sizes that overflow or differ from the bytes that
/// are there.
[[nodiscard]] NumpyArray parse_npy(std::string_view bytes, const std::string& name);

/// All arrays of a `.npz` (zip of `.npy`, stored or deflated) image or file. Throws
/// `WorkloadError`, also where the unpacked sizes are out of proportion (more than 4 GiB in all).
[[nodiscard]] std::map<std::string, NumpyArray> parse_npz(std::string_view bytes,
                                                          const std::string& name);
[[nodiscard]] std::map<std::string, NumpyArray> load_npz(const std::filesystem::path& path);

[[nodiscard]] std::string format_npy(const NumpyArray& array);
/// A deterministic `.npz` image: entries in the map's order, deflated, no time stamps.
[[nodiscard]] std::string format_npz(const std::map<std::string, NumpyArray>& arrays);

}  // namespace nzsim
