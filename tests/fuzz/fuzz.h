#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sim/base/errors.h"

namespace nzsim::fuzz {

/// The input as the readers take it.
inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Runs a reader: refusing the input is fine, anything else but success is a finding.
template <class Reader>
int run(const Reader& reader) {
  try {
    reader();
  } catch (const InputError&) {
  }
  return 0;
}

/// A property of what a reader returned.
inline void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace nzsim::fuzz

/// The entry point that libFuzzer calls with each input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
