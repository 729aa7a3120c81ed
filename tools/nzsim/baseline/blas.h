#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace nzsim::baseline {

/// What a BLAS says of itself; what it does not say is absent.
struct BlasDescription {
  /// `OpenBLAS`, `BLIS`, `oneMKL`, otherwise the name of its file.
  std::string name;
  std::filesystem::path file;
  std::optional<std::string> version;
  /// The processor whose kernels it took.
  std::optional<std::string> core;
  std::optional<std::size_t> threads;
};

/// A library of the Basic Linear Algebra Subprograms, loaded while the program runs: nzsim builds
/// and runs without one. Its Fortran symbols `sgemv_` and `sgemm_` are called, with integers of
/// four bytes, as every such library has them.
class Blas {
 public:
  /// The library `file`, or the first that the system finds of OpenBLAS, BLIS, oneMKL and the
  /// alternative that the distribution chose; nothing where there is none. It is told to use
  /// `threads` threads if it can be told. Throws `InputError` naming `--blas` where `file` is
  /// no such library.
  static std::optional<Blas> find(const std::optional<std::filesystem::path>& file,
                                  std::size_t threads);
  Blas(Blas&&) noexcept;
  Blas& operator=(Blas&&) noexcept;
  ~Blas();

  [[nodiscard]] const BlasDescription& description() const;

  /// `result[outputs]` = `weights[outputs, inputs]` times `vector[inputs]`, rows one behind the
  /// other.
  void multiply_vector(const float* weights, std::uint32_t outputs, std::uint32_t inputs,
                       const float* vector, float* result) const;
  /// `result[outputs, batch]` = `weights[outputs, inputs]` times `matrix[inputs, batch]`.
  void multiply_matrix(const float* weights, std::uint32_t outputs, std::uint32_t inputs,
                       const float* matrix, std::uint32_t batch, float* result) const;

 private:
  struct Library;
  explicit Blas(std::unique_ptr<Library> library);

  std::unique_ptr<Library> library_;
};

}  // namespace nzsim::baseline
