#pragma once

#include <systemc>

#include "sim/memory/memory.h"

namespace nzsim {

/// The kernel's current time; its resolution is 1 fs (`use_femtoseconds`).
[[nodiscard]] inline Femtoseconds kernel_now() {
  return static_cast<Femtoseconds>(sc_core::sc_time_stamp().value());
}
/// The point in time that an annotated delay means now.
[[nodiscard]] inline Femtoseconds kernel_time_after(const sc_core::sc_time& delay) {
  return kernel_now() + static_cast<Femtoseconds>(delay.value());
}
/// The delay from now until `time`, which is not in the past.
[[nodiscard]] inline sc_core::sc_time delay_until(Femtoseconds time) {
  return sc_core::sc_time::from_value(
      static_cast<sc_core::sc_time::value_type>(time - kernel_now()));
}

}  // namespace nzsim
