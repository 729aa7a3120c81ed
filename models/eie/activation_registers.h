#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace nzsim::eie {

/// A move of one batch of activations between a PE's register files and its activation SRAM, the
/// same in all PEs. Each cycle is one SRAM access, of `registers_per_cycle` registers.
struct ActivationTransfer {
  enum class Kind { none, load_source, write_back_destination };
  Kind kind = Kind::none;
  /// Cycle of the first access.
  std::uint64_t first_cycle = 0;
  std::uint32_t registers = 0;
  std::uint32_t registers_per_cycle = 0;
  /// Word of the activation SRAM where register 0 lies.
  std::uint32_t sram_begin = 0;
};

/// A PE's source and destination register file, which swap roles from layer to layer, and the
/// activation SRAM behind them (Han et al., ISCA 2016, Section IV, "Activation Read/Write Unit").
/// Output activations pass through the ReLU when they leave the destination file.
class ActivationRegisters {
 public:
  static constexpr const char* kKind = "activation_registers";

  /// `registers` in each file.
  explicit ActivationRegisters(std::uint32_t registers);
  ActivationRegisters(ActivationRegisters&&) noexcept = default;
  ActivationRegisters& operator=(ActivationRegisters&&) noexcept = default;
  ~ActivationRegisters() = default;

  [[nodiscard]] std::uint32_t size() const { return registers_; }
  [[nodiscard]] std::int16_t source(std::uint32_t index) const { return source_[index]; }
  /// The arithmetic unit's read port. Throws `SimulationError` where the file has no such row.
  [[nodiscard]] std::int16_t destination(std::uint32_t row) const {
    if (row >= registers_) fail_row(row);
    return destination_[row];
  }
  /// The arithmetic unit's write port, used in `commit` for a row that was read before.
  void write_destination(std::uint32_t row, std::int16_t value, bool is_enabled = true) {
    const std::int16_t held = destination_[row];
    destination_[row] = is_enabled ? value : held;
  }

  /// Between passes: host input and output, start of an output batch, end of a layer.
  void write_source(std::uint32_t index, std::int16_t value) { source_[index] = value; }
  void clear_destination();
  void swap_roles();
  void set_relu(bool is_on) { has_relu_ = is_on; }
  /// The value of destination register `row` as it leaves the file.
  [[nodiscard]] std::int16_t result(std::uint32_t row) const {
    const std::int16_t value = destination_[row];
    return has_relu_ && value < 0 ? std::int16_t{0} : value;
  }

  /// One cycle of `transfer`. Registers take their new values at once: nothing else uses the files
  /// while a transfer runs.
  void move(const ActivationTransfer& transfer, std::uint64_t cycle);

  /// The activation SRAM, grown to the layer's need: the compiler checks capacities.
  [[nodiscard]] std::vector<std::int16_t>& sram() { return sram_; }
  [[nodiscard]] std::uint64_t sram_reads() const { return sram_reads_; }
  [[nodiscard]] std::uint64_t sram_writes() const { return sram_writes_; }
  void clear_counters();

 private:
  [[noreturn]] void fail_row(std::uint32_t row) const;

  std::int16_t* source_;
  std::int16_t* destination_;
  std::uint32_t registers_;
  bool has_relu_ = false;
  /// Both files, one behind the other.
  std::vector<std::int16_t> files_;
  std::vector<std::int16_t> sram_;
  std::uint64_t sram_reads_ = 0;
  std::uint64_t sram_writes_ = 0;
};

}  // namespace nzsim::eie
