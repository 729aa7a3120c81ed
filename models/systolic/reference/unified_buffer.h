#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/program.h"

namespace nzsim::systolic {

/// The contents of the unified buffer, `tpu.unified_buffer`: the elements of the program's tensors
/// at their addresses, one number each, whatever the operands' width. For int8 and bfloat16.
///
/// Two-phase: tensors are read during a cycle, and written at the clock edge.
template <class Operand>
class UnifiedBuffer {
 public:
  static constexpr const char* kKind = "unified_buffer";

  /// `program` must outlive the object.
  UnifiedBuffer(const Config& config, const SystolicProgram& program);

  [[nodiscard]] std::span<const Operand> tensor(std::uint32_t tensor) const;
  /// Writes elements of a tensor from `first` on.
  void write(std::uint32_t tensor, std::uint64_t first, std::span<const Operand> values);

 private:
  const SystolicProgram& program_;
  /// First element of each tensor.
  std::vector<std::uint64_t> begins_;
  std::vector<Operand> elements_;
};

}  // namespace nzsim::systolic
