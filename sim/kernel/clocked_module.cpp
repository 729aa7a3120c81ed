#include "sim/kernel/clocked_module.h"

#include "sim/kernel/clock_domain.h"

namespace nzsim {

ClockedModule::ClockedModule(const sc_core::sc_module_name& name, ClockDomain& domain)
    : sc_core::sc_module(name), domain_(domain) {
  domain.add(*this);
}

}  // namespace nzsim
