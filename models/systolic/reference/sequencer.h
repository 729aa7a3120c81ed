#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/program.h"
#include "models/systolic/reference/progress.h"
#include "sim/kernel/clocked_module.h"

namespace nzsim::systolic {

/// An instruction of the matrix unit.
struct Multiplication {
  Instruction instruction;
  /// The synchronisation before it, counted from 1; 0: none.
  std::size_t synchronization = 0;
};

/// An instruction of the activation unit, and what it waits for.
struct ActivationWork {
  /// Sums that no multiplication gives: the work waits for ever.
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  Instruction instruction;
  /// Activations: so many multiplications must have their sums where they can be read.
  std::uint64_t sums = 0;
  /// Vector works: so many host reads, and transfers, must have ended.
  std::uint64_t host_reads = 0;
  std::uint64_t host_transfers = 0;
};

/// An instruction of the host interface.
struct TransferWork {
  Instruction instruction;
  std::uint32_t section = 0;
  /// So many activations and vector works must have ended.
  std::uint64_t activations = 0;
};

/// One tile that is fetched.
struct TileRead {
  std::uint64_t address = 0;
  std::uint32_t section = 0;
};

/// How many works of each unit stand before the end of a section.
struct SectionEnd {
  std::uint64_t multiplications = 0;
  std::uint64_t activations = 0;
  std::uint64_t host_transfers = 0;
};

/// Holds the program, `tpu.sequencer`: gives each unit its instructions, in order, with the numbers
/// of other units' works that stand before them, and watches over synchronisations.
///
/// Assumption: Jouppi et al. (ISCA 2017, Section 2) overlap the four stages of an instruction's
/// execution; the buffer of instructions is always filled, and they never wait to be dispatched.
/// `set_configuration` takes no time, and `halt` ends the program.
class Sequencer final : public ClockedModule {
 public:
  /// All arguments must outlive the module.
  Sequencer(const sc_core::sc_module_name& name, ClockDomain& domain, const Config& config,
            const SystolicProgram& program, const Progress& progress);

  [[nodiscard]] const std::vector<Multiplication>& multiplications() const {
    return multiplications_;
  }
  [[nodiscard]] const std::vector<ActivationWork>& activations() const { return activations_; }
  [[nodiscard]] const std::vector<TransferWork>& transfers() const { return transfers_; }
  [[nodiscard]] const std::vector<TileRead>& tiles() const { return tiles_; }
  [[nodiscard]] const std::vector<SectionEnd>& section_ends() const { return section_ends_; }

  // During a cycle, of the synchronisation numbered as in `Multiplication`:
  /// All activations before it have ended.
  [[nodiscard]] bool has_results(std::size_t synchronization) const;
  /// All host reads before it have, and the host writes that it waits for.
  [[nodiscard]] bool has_inputs(std::size_t synchronization) const;
  /// So is its wait.
  [[nodiscard]] bool is_over(std::size_t synchronization) const;

  void compute() override;
  void commit() override;
  [[nodiscard]] std::string waits_for() const override;

 private:
  struct Synchronization {
    std::uint64_t activations = 0;
    std::uint64_t host_reads = 0;
    std::uint64_t host_transfers = 0;
    /// First cycle in which all these have ended; set once it is noted.
    std::uint64_t ready_at = 0;
  };

  void dispatch(const Instruction& instruction, std::uint32_t section);
  void dispatch_activation(const Instruction& instruction);
  /// How many multiplications must have been summed for the rows of `activation` to be whole.
  [[nodiscard]] std::uint64_t sums_before(const Instruction& activation) const;
  /// Whether `multiplication` gives sums that `activation` takes.
  [[nodiscard]] bool writes(const Instruction& multiplication, const Instruction& activation) const;

  const Config& config_;
  const Progress& progress_;
  std::vector<Multiplication> multiplications_;
  std::vector<ActivationWork> activations_;
  std::vector<TransferWork> transfers_;
  std::vector<TileRead> tiles_;
  std::vector<SectionEnd> section_ends_;
  std::vector<Synchronization> synchronizations_;
  std::uint64_t host_reads_ = 0;
  std::uint64_t awaited_transfers_ = 0;
  bool is_halted_ = false;

  /// Synchronisations whose `ready_at` is set, and those for which it is being set.
  std::size_t noted_ = 0;
  std::size_t next_noted_ = 0;
};

}  // namespace nzsim::systolic
