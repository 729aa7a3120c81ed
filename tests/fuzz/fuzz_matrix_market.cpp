#include "tests/fuzz/fuzz.h"
#include "workloads/compress/weight_sharing.h"
#include "workloads/import/matrix_market.h"

/// What is read can be shared, and the result keeps the promises of its type.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return nzsim::fuzz::run([&] {
    const auto matrix = nzsim::parse_matrix_market(nzsim::fuzz::as_text(data, size), "fuzz");
    const nzsim::SharedWeights shared = nzsim::share_weights(matrix, 4);
    try {
      nzsim::check(shared.matrix, "shared");
    } catch (const nzsim::InputError&) {
      nzsim::fuzz::require(false);
    }
  });
}
