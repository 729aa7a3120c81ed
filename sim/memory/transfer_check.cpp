#include "sim/memory/transfer_check.h"

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim {

void check_transfer(const Transfer& transfer, std::uint64_t capacity_bytes) {
  if (transfer.bytes == 0) {
    throw WorkloadError(fmt::format("transfer {}", transfer.id), "",
                        "expected at least 1 byte, got 0");
  }
  const bool fits =
      transfer.bytes <= capacity_bytes && transfer.address <= capacity_bytes - transfer.bytes;
  if (fits) return;
  throw WorkloadError(fmt::format("transfer {}", transfer.id), "",
                      fmt::format("expected to end within the memory's {} bytes, got {} bytes from "
                                  "address {:#x} on",
                                  capacity_bytes, transfer.bytes, transfer.address));
}

}  // namespace nzsim
