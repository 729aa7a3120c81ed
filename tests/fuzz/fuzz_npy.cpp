#include "sim/workload/npz.h"
#include "tests/fuzz/fuzz.h"

/// What is read has as many bytes as its shape says, and survives being written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return nzsim::fuzz::run([&] {
    const nzsim::NumpyArray array = nzsim::parse_npy(nzsim::fuzz::as_text(data, size), "fuzz");
    const nzsim::NumpyArray again = nzsim::parse_npy(nzsim::format_npy(array), "again");
    nzsim::fuzz::require(again.type == array.type && again.shape == array.shape &&
                         again.bytes == array.bytes);
  });
}
