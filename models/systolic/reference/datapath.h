#pragma once

#include <cstdint>
#include <memory>

#include "models/systolic/config.h"
#include "models/systolic/program.h"
#include "models/systolic/reference/array_path.h"
#include "models/systolic/results.h"

namespace nzsim::systolic {

/// What holds, moves and computes the machine's numbers. The units say what happens when, and know
/// no numbers; where time alone is asked for there are none either.
class Datapath {
 public:
  virtual ~Datapath() = default;

  /// The matrix unit's array, which is fed zeros where there are no values. The data path, and what
  /// `parts` refers to, must outlive it.
  [[nodiscard]] virtual std::unique_ptr<ArrayPath> make_array(const MatrixParts& parts) = 0;

  /// For the activation unit, during a cycle: reads what row number `row` of an activation or a
  /// vector work needs. Sums of two products that make gates wait for the second's; a vector work
  /// is computed with its last row.
  virtual void take_row(const Instruction& work, std::uint64_t row) = 0;
  /// At the clock edge: what was taken in the cycle goes into the unified buffer.
  virtual void write_results() = 0;

  /// For the host interface, during a cycle: reads what a transfer moves.
  virtual void take_transfer(const Instruction& transfer) = 0;
  /// At the clock edge: what was taken last is where it goes.
  virtual void end_transfer() = 0;

  /// For the weight fetcher, at the clock edge: tile `number` has come from `address`.
  virtual void write_tile(std::uint64_t number, std::uint64_t address) = 0;

  /// Between cycles: the outputs of a section that has just ended.
  virtual void keep_outputs(const Section& section, MachineRun& run) const = 0;
};

/// That of the machine's operands, or, without `values`, one that has none. Its parts become
/// modules of the one that is being built. All arguments must outlive it. Asks for the program's
/// values.
[[nodiscard]] std::unique_ptr<Datapath> make_datapath(const Config& config,
                                                      const SystolicProgram& program, bool values);

}  // namespace nzsim::systolic
