#include "sim/memory/transfer_checks.h"

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim {

void check_transfer(const Transfer& transfer, std::uint64_t capacity_bytes) {
  if (transfer.bytes == 0) {
    throw WorkloadError("memory", "", "expected a transfer of at least one byte, got none");
  }
  if (transfer.address < capacity_bytes && transfer.bytes <= capacity_bytes - transfer.address) {
    return;
  }
  throw WorkloadError("memory", "",
                      fmt::format("expected a transfer that ends below the capacity of {:#x} "
                                  "bytes, got {} bytes from {:#x}",
                                  capacity_bytes, transfer.bytes, transfer.address));
}

}  // namespace nzsim
