#pragma once

#include <string>

#include <systemc>

namespace nzsim {

class ClockDomain;

/// A block that is stepped by its clock domain at every clock edge.
///
/// Each cycle the domain calls `compute` of all its modules and then `commit` of all. `compute`
/// reads other modules' registered state only and may change no state that another module's
/// `compute` reads; it drives wires, which others may read in `commit`. `commit` is the clock edge:
/// it loads registers, and reads no other module's registers. So the order among modules never
/// matters.
class ClockedModule : public sc_core::sc_module {
 public:
  /// Joins `domain`, which must outlive the module.
  ClockedModule(const sc_core::sc_module_name& name, ClockDomain& domain);

  virtual void compute() = 0;
  virtual void commit() = 0;
  /// What the module waits for, one line; empty where it is idle. For the watchdog's dump.
  [[nodiscard]] virtual std::string waits_for() const = 0;

 protected:
  [[nodiscard]] ClockDomain& domain() const { return domain_; }

 private:
  ClockDomain& domain_;
};

}  // namespace nzsim
