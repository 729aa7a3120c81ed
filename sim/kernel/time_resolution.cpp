#include "sim/kernel/time_resolution.h"

#include <systemc>

namespace nzsim {

void use_femtoseconds() {
  // The kernel accepts a resolution once per process, before any time exists; else it reports an
  // error.
  [[maybe_unused]] static const bool kIsSet = [] {
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    return true;
  }();
}

}  // namespace nzsim
