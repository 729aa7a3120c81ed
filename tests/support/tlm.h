#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <systemc>
#include <tlm>

namespace nzsim::test {

[[nodiscard]] inline sc_core::sc_time femtoseconds(std::uint64_t count) {
  return sc_core::sc_time::from_value(count);
}

/// Calls `body` in a process of its own, where it may elaborate and simulate with a resolution of
/// 1 fs. A check that fails there fails the test.
void in_kernel(const std::function<void()>& body);

/// Payloads of reads, each held once by the caller: they are counted when nobody holds them any
/// more, and freed at the end.
class Payloads final : public tlm::tlm_mm_interface {
 public:
  [[nodiscard]] tlm::tlm_generic_payload& make(std::uint64_t address, unsigned int length);
  void free(tlm::tlm_generic_payload*) override { ++freed; }

  std::uint64_t freed = 0;

 private:
  std::vector<std::unique_ptr<tlm::tlm_generic_payload>> payloads_;
};

}  // namespace nzsim::test
