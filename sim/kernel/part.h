#pragma once

#include <systemc>

namespace nzsim {

/// The place in the SystemC hierarchy of a hardware part that has no process of its own.
///
/// The part itself, `Hardware`, is a plain class: registers and logic that the block around it
/// calls in its compute and commit phases. Keeping its registers out of the module object (some
/// hundred bytes of kernel data) lets the registers of all parts of a block lie side by side in
/// memory.
template <class Hardware>
class Part final : public sc_core::sc_module {
 public:
  /// `hardware` must outlive the module.
  Part(const sc_core::sc_module_name& name, Hardware& hardware)
      : sc_core::sc_module(name), hardware_(hardware) {}

  [[nodiscard]] const char* kind() const override { return Hardware::kKind; }
  [[nodiscard]] Hardware& hardware() { return hardware_; }
  [[nodiscard]] const Hardware& hardware() const { return hardware_; }

 private:
  Hardware& hardware_;
};

}  // namespace nzsim
