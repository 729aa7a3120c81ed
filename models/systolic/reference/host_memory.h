#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/systolic/program.h"

namespace nzsim::systolic {

/// What the host keeps for the machine: the network's own inputs, and outputs of layers that left
/// the unified buffer. All in the buffer's order.
class HostMemory {
 public:
  /// `program` must outlive the object.
  explicit HostMemory(const SystolicProgram& program);

  /// The elements of the transfer's tensor.
  [[nodiscard]] std::vector<std::int8_t> read(const HostTransfer& transfer) const;
  void write(const HostTransfer& transfer, std::span<const std::int8_t> values);

 private:
  const SystolicProgram& program_;
  /// `[batch, height, width, channels]` by layer, empty until something is written.
  std::vector<std::vector<std::int8_t>> outputs_;
};

}  // namespace nzsim::systolic
