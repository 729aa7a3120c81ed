#include "sim/workload/npz.h"
#include "tests/fuzz/fuzz.h"

/// What is read survives being written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return nzsim::fuzz::run([&] {
    const auto arrays = nzsim::parse_npz(nzsim::fuzz::as_text(data, size), "fuzz");
    for (const auto& [name, array] : arrays) {
      const nzsim::NumpyArray again = nzsim::parse_npy(nzsim::format_npy(array), name);
      nzsim::fuzz::require(again.bytes == array.bytes);
    }
  });
}
