#include "tests/support/tlm.h"

#include <string>

#include <gtest/gtest.h>

#include "sim/kernel/time_resolution.h"
#include "tests/support/fork.h"

namespace nzsim::test {

void in_kernel(const std::function<void()>& body) {
  const std::string done = fork_and_capture([&] {
    use_femtoseconds();
    body();
    return std::string("done");
  });
  EXPECT_EQ(done, "done");
}

tlm::tlm_generic_payload& Payloads::make(std::uint64_t address, unsigned int length) {
  auto& payload = *payloads_.emplace_back(std::make_unique<tlm::tlm_generic_payload>(this));
  payload.set_read();
  payload.set_address(address);
  payload.set_data_length(length);
  payload.set_streaming_width(length);
  payload.acquire();
  return payload;
}

}  // namespace nzsim::test
