#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/program.h"

namespace nzsim::systolic {

/// The bytes of the unified buffer, `tpu.unified_buffer`: the elements of the program's tensors at
/// their addresses, one byte each, whatever the operands' width.
///
/// Two-phase: tensors are read during a cycle, and written at the clock edge.
class UnifiedBuffer {
 public:
  static constexpr const char* kKind = "unified_buffer";

  /// `program` must outlive the object. `holds_values` false: there are no bytes, and none is asked
  /// for.
  UnifiedBuffer(const Config& config, const SystolicProgram& program, bool holds_values);

  [[nodiscard]] std::span<const std::int8_t> tensor(std::uint32_t tensor) const;
  /// Writes elements of a tensor from `first` on.
  void write(std::uint32_t tensor, std::uint64_t first, std::span<const std::int8_t> values);

 private:
  const SystolicProgram& program_;
  /// First element of each tensor.
  std::vector<std::uint64_t> begins_;
  std::vector<std::int8_t> elements_;
};

}  // namespace nzsim::systolic
