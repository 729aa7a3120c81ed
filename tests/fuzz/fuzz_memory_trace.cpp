#include "sim/memory/trace_file.h"
#include "tests/fuzz/fuzz.h"

namespace {

constexpr std::uint64_t kCapacity = std::uint64_t{1} << 30;

/// What is read lies within the memory, and its clocks never decrease.
void read_all(std::string_view bytes, nzsim::TraceFormat format) {
  const nzsim::RequestRules rules{
      .capacity_bytes = kCapacity, .default_bytes = 64, .latest_clock = 1'000'000'000};
  nzsim::TraceFile trace(bytes, "fuzz", rules, format);
  nzsim::Clock last = 0;
  while (const auto request = trace.next()) {
    nzsim::fuzz::require(request->bytes >= 1 && request->bytes <= kCapacity);
    nzsim::fuzz::require(request->address <= kCapacity - request->bytes);
    const nzsim::Clock clock = request->clock.value_or(last);
    nzsim::fuzz::require(clock >= last && clock <= rules.latest_clock);
    last = clock;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = nzsim::fuzz::as_text(data, size);
  nzsim::fuzz::run([&] { read_all(bytes, nzsim::TraceFormat::dramsim3); });
  return nzsim::fuzz::run([&] { read_all(bytes, nzsim::TraceFormat::nzsim); });
}
