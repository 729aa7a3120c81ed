#pragma once

namespace nzsim {

/// Lets the SystemC kernel count femtoseconds: one unit of `sc_time::value()` is 1 fs. Every module
/// that asks for a point in time calls this in its constructor; the first call of a process counts.
void use_femtoseconds();

}  // namespace nzsim
