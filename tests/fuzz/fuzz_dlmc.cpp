#include "tests/fuzz/fuzz.h"
#include "workloads/import/dlmc.h"

/// What is read can be filled with values, and the result keeps the promises of its type.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return nzsim::fuzz::run([&] {
    const auto pattern = nzsim::parse_dlmc(nzsim::fuzz::as_text(data, size), "fuzz");
    const nzsim::CompressedMatrix matrix = nzsim::draw_values(pattern, 16, 1);
    try {
      nzsim::check(matrix, "drawn");
    } catch (const nzsim::InputError&) {
      nzsim::fuzz::require(false);
    }
  });
}
