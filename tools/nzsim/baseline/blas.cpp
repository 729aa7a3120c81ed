#include "tools/nzsim/baseline/blas.h"

#include <array>
#include <utility>

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>
#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim::baseline {
namespace {

namespace dll = boost::dll;
namespace fs = std::filesystem;

/// Fortran passes everything by reference, and the lengths of texts behind all arguments.
using Sgemv = void(const char* transpose, const int* rows, const int* columns, const float* alpha,
                   const float* matrix, const int* stride, const float* vector,
                   const int* vector_step, const float* beta, float* result, const int* result_step,
                   std::size_t transpose_length);
using Sgemm = void(const char* transpose_first, const char* transpose_second, const int* rows,
                   const int* columns, const int* inner, const float* alpha, const float* first,
                   const int* first_stride, const float* second, const int* second_stride,
                   const float* beta, float* result, const int* result_stride,
                   std::size_t first_length, std::size_t second_length);

/// Sonames of Debian's packages, and oneMKL's.
constexpr std::array kSonames{"libopenblas.so.0", "libblis.so.4", "libmkl_rt.so.2", "libblas.so.3"};

/// The function `name`; nullptr where the library has none.
template <class Function>
Function* function_of(const dll::shared_library& library, const char* name) {
  return library.has(name) ? &library.get<Function>(name) : nullptr;
}

std::optional<std::string> text_of(const dll::shared_library& library, const char* name) {
  auto* function = function_of<const char*()>(library, name);
  if (function == nullptr) return {};
  return function();
}

/// Sets the threads, and reads what it came to. `Number` is the library's integer.
template <class Number>
std::optional<std::size_t> threads_of(const dll::shared_library& library, const char* setter,
                                      const char* getter, std::size_t threads) {
  auto* set = function_of<void(Number)>(library, setter);
  if (set != nullptr) set(static_cast<Number>(threads));
  auto* get = function_of<Number()>(library, getter);
  if (get == nullptr) return {};
  return static_cast<std::size_t>(get());
}

BlasDescription describe(const dll::shared_library& library, std::size_t threads) {
  BlasDescription about;
  std::error_code error;
  about.file = library.location(error);
  about.name = about.file.filename().string();
  if (library.has("openblas_get_config")) {
    about.name = "OpenBLAS";
    about.version = text_of(library, "openblas_get_config");
    about.core = text_of(library, "openblas_get_corename");
    about.threads =
        threads_of<int>(library, "openblas_set_num_threads", "openblas_get_num_threads", threads);
  } else if (library.has("bli_info_get_version_str")) {
    about.name = "BLIS";
    about.version = text_of(library, "bli_info_get_version_str");
    about.threads = threads_of<std::int64_t>(library, "bli_thread_set_num_threads",
                                             "bli_thread_get_num_threads", threads);
  } else if (library.has("MKL_Set_Num_Threads")) {
    about.name = "oneMKL";
    about.threads = threads_of<int>(library, "MKL_Set_Num_Threads", "MKL_Get_Max_Threads", threads);
  }
  return about;
}

dll::shared_library load(const fs::path& file, dll::load_mode::type mode, std::error_code& error) {
  dll::shared_library library;
  library.load(file, mode, error);
  return library;
}

bool is_blas(const dll::shared_library& library) {
  return library.is_loaded() && library.has("sgemv_") && library.has("sgemm_");
}

dll::shared_library chosen_library(const fs::path& file) {
  std::error_code error;
  dll::shared_library library = load(file, dll::load_mode::default_mode, error);
  if (!library.is_loaded()) {
    throw InputError("--blas", "",
                     fmt::format("expected a shared library that can be loaded, got {} ({})",
                                 file.string(), error.message()));
  }
  if (!is_blas(library)) {
    throw InputError(
        "--blas", "",
        fmt::format("expected a BLAS, which has sgemv_ and sgemm_, got {}", file.string()));
  }
  return library;
}

std::optional<dll::shared_library> installed_library() {
  for (const char* soname : kSonames) {
    std::error_code error;
    dll::shared_library library = load(soname, dll::load_mode::search_system_folders, error);
    if (is_blas(library)) return library;
  }
  return {};
}

}  // namespace

struct Blas::Library {
  dll::shared_library handle;
  BlasDescription description;
  Sgemv* sgemv = nullptr;
  Sgemm* sgemm = nullptr;
};

Blas::Blas(std::unique_ptr<Library> library) : library_(std::move(library)) {}
Blas::Blas(Blas&&) noexcept = default;
Blas& Blas::operator=(Blas&&) noexcept = default;
Blas::~Blas() = default;

std::optional<Blas> Blas::find(const std::optional<fs::path>& file, std::size_t threads) {
  std::optional<dll::shared_library> handle = file ? chosen_library(*file) : installed_library();
  if (!handle) return {};
  auto library = std::make_unique<Library>();
  library->description = describe(*handle, threads);
  library->sgemv = &handle->get<Sgemv>("sgemv_");
  library->sgemm = &handle->get<Sgemm>("sgemm_");
  library->handle = std::move(*handle);
  return Blas(std::move(library));
}

const BlasDescription& Blas::description() const { return library_->description; }

void Blas::multiply_vector(const float* weights, std::uint32_t outputs, std::uint32_t inputs,
                           const float* vector, float* result) const {
  // Fortran has columns one behind the other: to it the weights are [inputs, outputs].
  const int rows = static_cast<int>(inputs);
  const int columns = static_cast<int>(outputs);
  const int step = 1;
  const float one = 1.0F;
  const float zero = 0.0F;
  library_->sgemv("T", &rows, &columns, &one, weights, &rows, vector, &step, &zero, result, &step,
                  1);
}

void Blas::multiply_matrix(const float* weights, std::uint32_t outputs, std::uint32_t inputs,
                           const float* matrix, std::uint32_t batch, float* result) const {
  // To Fortran the result is [batch, outputs] = [batch, inputs] times [inputs, outputs].
  const int rows = static_cast<int>(batch);
  const int columns = static_cast<int>(outputs);
  const int inner = static_cast<int>(inputs);
  const float one = 1.0F;
  const float zero = 0.0F;
  library_->sgemm("N", "N", &rows, &columns, &inner, &one, matrix, &rows, weights, &inner, &zero,
                  result, &rows, 1, 1);
}

}  // namespace nzsim::baseline
