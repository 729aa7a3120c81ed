#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

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

  /// The matrix unit's array, which is fed zeros where there are no values. `parts` and the data
  /// path must outlive it.
  [[nodiscard]] virtual std::unique_ptr<ArrayPath> make_array(const MatrixParts& parts) = 0;

  // For the activation unit. During a cycle:
  /// Reads a row of sums, which makes outputs of line `line` of an activation's product; `hidden`:
  /// that of the second product where two make gates.
  virtual void take_sums(const Instruction& activation, std::uint64_t line, std::size_t row,
                         std::optional<std::size_t> hidden) = 0;
  /// Computes a vector work.
  virtual void take_vector_work(const VectorWork& work) = 0;
  /// At the clock edge: what was taken in the cycle goes into the unified buffer.
  virtual void write_results() = 0;

  // For the host interface. During a cycle:
  /// Reads what a transfer moves.
  virtual void take_transfer(const HostTransfer& transfer, bool is_read) = 0;
  /// At the clock edge: it is where it goes.
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
