#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/systolic/program.h"
#include "models/systolic/reference/numbers.h"

namespace nzsim::systolic {

/// What the host keeps for the machine: the network's own inputs, and outputs of layers that left
/// the unified buffer. All in the buffer's order.
template <class Numbers>
class HostMemory {
 public:
  using Operand = typename Numbers::Operand;

  /// `program` must outlive the object.
  explicit HostMemory(const SystolicProgram& program);

  /// The elements of the transfer's tensor.
  [[nodiscard]] std::vector<Operand> read(const HostTransfer& transfer) const;
  void write(const HostTransfer& transfer, std::span<const Operand> values);

 private:
  const SystolicProgram& program_;
  /// `[batch, height, width, channels]` by layer, empty until something is written.
  std::vector<std::vector<Operand>> outputs_;
};

}  // namespace nzsim::systolic
