#include "models/systolic/energy.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "sim/energy/dram_energy.h"

namespace nzsim::systolic {
namespace {

constexpr std::uint32_t kByteBits = 8;
/// Partial sums: int32 or binary32. Source: Jouppi et al., ISCA 2017, Section 2.
constexpr std::uint32_t kSumBits = 32;
constexpr std::uint64_t kSumBytes = kSumBits / kByteBits;

/// Width of a DDR3 channel: what one port of the floor plan serves.
constexpr std::uint64_t kPortBits = 64;
/// One of the 16 lanes of PCIe Gen3 that carry 12.5 GB/s together. Assumption: see
/// `configs/machines/tpu-v1.json`.
constexpr double kLaneBytesPerSecond = 12.5e9 / 16;

constexpr const char* kStatic = "leakage_and_clock";

/// Where an event takes place, and the geometry that its energy scales with.
struct Part {
  const char* module;
  const char* component;
  std::uint32_t width_bits = 0;
  std::uint64_t capacity_bytes = 0;

  [[nodiscard]] EnergyEvent event(const char* action, std::uint64_t count) const {
    return {module, component, action, count, width_bits, capacity_bytes};
  }
};

/// One kind of value in the array: how often a register takes it, and how often it goes from one
/// element to the next.
struct Traffic {
  std::uint32_t bits = 0;
  std::uint64_t writes = 0;
  std::uint64_t moves = 0;
};

struct ArrayTraffic {
  Traffic activations;
  Traffic weights;
  Traffic sums;
};

std::uint64_t divide_up(std::uint64_t amount, std::uint64_t part) {
  return (amount + part - 1) / part;
}

bool is_floating(const Config& config) { return config.operand_type == OperandType::bfloat16; }

/// Bits of an operand that passes through the array: of one pass.
std::uint32_t streamed_bits(const Config& config) {
  return is_floating(config) ? 2 * kByteBits : kByteBits;
}

std::uint64_t accumulator_bytes(const Config& config) {
  return std::uint64_t{config.accumulator_rows} * config.columns * kSumBytes;
}

/// Memory ports as wide as a DDR3 channel; a memory of latency and bandwidth alone has none.
std::uint64_t ports_of(const MemoryConfig& memory) {
  const auto* dram = std::get_if<DramConfig>(&memory.memory);
  if (dram == nullptr) return 0;
  const std::uint64_t bits = std::uint64_t{dram->channels} * dram->organization.pseudo_channels *
                             dram->organization.data_bus_bits;
  return divide_up(bits, kPortBits);
}

/// The rules of `energy_events` for the array. `slots` are multiply-accumulates of active cycles.
ArrayTraffic traffic_of(const Config& config, std::uint64_t slots, std::uint64_t loads) {
  const std::uint64_t rows = config.rows;
  const std::uint64_t load_moves = loads * config.columns * (rows * (rows + 1) / 2);
  const std::uint64_t taken = config.weight_double_buffering ? loads * config.elements() : 0;
  const Traffic streamed{streamed_bits(config), slots, slots};
  const Traffic sums{kSumBits, slots, slots};
  const auto stationary = [&](std::uint32_t bytes) {
    return Traffic{bytes * kByteBits, load_moves + taken, load_moves};
  };
  switch (config.dataflow) {
    case Dataflow::weight_stationary:
      return {streamed, stationary(config.weight_bytes()), sums};
    case Dataflow::input_stationary:
      return {stationary(config.activation_bytes()), streamed, sums};
    case Dataflow::output_stationary:
      return {streamed, streamed, {kSumBits, slots + load_moves + taken, load_moves}};
  }
  return {};
}

/// Adds events; each function is one block of the machine.
class Events {
 public:
  Events(const Config& config, const Statistics& statistics, const CounterValues& counters)
      : config_(config), statistics_(statistics), counters_(counters) {}

  [[nodiscard]] std::vector<EnergyEvent> all() {
    add_matrix_unit();
    add_unified_buffer();
    add_accumulators();
    add_weight_fifo();
    add_activation_unit();
    add_host_interface();
    add_memory();
    add_static();
    return std::move(events_);
  }

 private:
  [[nodiscard]] std::uint64_t value(CounterIndex index) const { return counters_[index.value]; }

  void add(const Part& part, const char* action, std::uint64_t count) {
    events_.push_back(part.event(action, count));
  }

  void add_matrix_unit() {
    const std::uint64_t slots = value(statistics_.array_active_cycles) * config_.elements();
    const Part multiplier{"MatrixUnit.multiply", "multiply_accumulator"};
    add(multiplier, is_floating(config_) ? "multiply_bfloat16" : "multiply_int8", slots);
    add(multiplier, is_floating(config_) ? "add_float32" : "add_int32", slots);
    const ArrayTraffic traffic = traffic_of(config_, slots, value(statistics_.stationary_loads));
    add_traffic(traffic.activations, "activation");
    add_traffic(traffic.weights, "weight");
    add_traffic(traffic.sums, "partial_sum");
  }

  void add_traffic(const Traffic& traffic, const char* what) {
    add({"MatrixUnit.registers", "array_register", traffic.bits}, what, traffic.writes);
    add({"MatrixUnit.wires", "array_wire", traffic.bits}, what, traffic.moves);
  }

  void add_unified_buffer() {
    const std::uint64_t bank = config_.unified_buffer_bytes / config_.rows;
    const Part buffer{"UnifiedBuffer", "unified_buffer", kByteBits,
                      std::max(bank, std::uint64_t{1})};
    add(buffer, "read", value(statistics_.unified_buffer_bytes_read));
    add(buffer, "write", value(statistics_.unified_buffer_bytes_written));
  }

  void add_accumulators() {
    if (config_.accumulator_rows == 0) return;
    const Part accumulators{"Accumulators", "accumulators", config_.columns * kSumBits,
                            config_.accumulator_rows * kSumBytes};
    add(accumulators, "read", value(statistics_.accumulator_row_reads));
    add(accumulators, "write", value(statistics_.accumulator_row_writes));
  }

  void add_weight_fifo() {
    if (!config_.memory) return;
    const std::uint32_t weight_bytes = config_.weight_bytes();
    const std::uint64_t tile_rows = value(statistics_.weight_tiles) * config_.rows;
    const Part fifo{"WeightFifo", "weight_fifo", config_.columns * weight_bytes * kByteBits,
                    std::uint64_t{config_.weight_fifo_tiles} * config_.rows * weight_bytes};
    add(fifo, "write", tile_rows);
    add(fifo, "read", tile_rows);
  }

  void add_activation_unit() {
    const Part unit{"ActivationUnit", "activation_unit"};
    const bool floats = is_floating(config_);
    add(unit, floats ? "finish_float32" : "finish_int32",
        value(statistics_.activation_rows) * config_.columns);
    add(unit, floats ? "vector_float32" : "vector_int32",
        value(statistics_.vector_rows) * config_.columns);
  }

  void add_host_interface() {
    if (!config_.host_bytes_per_second) return;
    const Part host{"HostInterface", "host_link", kByteBits};
    add(host, "read", value(statistics_.host_bytes_read));
    add(host, "write", value(statistics_.host_bytes_written));
  }

  void add_memory() {
    if (!statistics_.dram) return;
    const std::vector<EnergyEvent> dram =
        dram_energy_events(*config_.memory, statistics_.dram->sum(counters_));
    events_.insert(events_.end(), dram.begin(), dram.end());
  }

  void add_static() {
    const std::uint64_t cycles = value(statistics_.cycles);
    for (const AreaPart& part : area_parts(config_)) {
      events_.push_back(
          {"Static", part.component, kStatic, cycles * part.instances, 0, part.capacity_bytes});
    }
  }

  const Config& config_;
  const Statistics& statistics_;
  const CounterValues& counters_;
  std::vector<EnergyEvent> events_;
};

}  // namespace

std::vector<EnergyEvent> energy_events(const Config& config, const Statistics& statistics,
                                       const CounterValues& counters) {
  return Events(config, statistics, counters).all();
}

std::vector<AreaPart> area_parts(const Config& config) {
  std::vector<AreaPart> parts{{"matrix_unit_element", config.elements(), 0},
                              {"unified_buffer", 1, config.unified_buffer_bytes},
                              {"activation_unit_lane", config.columns, 0}};
  if (config.accumulator_rows != 0) {
    parts.push_back({"accumulators", 1, accumulator_bytes(config)});
  }
  if (config.memory) parts.push_back({"memory_port", ports_of(*config.memory), 0});
  if (config.host_bytes_per_second) {
    const double lanes = std::ceil(*config.host_bytes_per_second / kLaneBytesPerSecond);
    parts.push_back({"host_lane", static_cast<std::uint64_t>(lanes), 0});
  }
  return parts;
}

}  // namespace nzsim::systolic
