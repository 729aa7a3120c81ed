#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/base/fixed_point.h"
#include "sim/run/accelerator.h"
#include "sim/workload/plain.h"

/// The ideal accelerator: never waits, never pads, loses nothing to imbalance. A layer takes the
/// larger of two times: its effective multiply-accumulates at the peak rate, and its weights at the
/// peak bandwidth. No machine with the same peaks is faster, so it is a lower bound for the other
/// models.
///
/// It is also the template for a new model:
/// * `ideal.h`       configuration, compiled program, what both modes share;
/// * `ideal.cpp`     the configuration's keys, the `Accelerator`, its registration;
/// * `program.cpp`   the compiler;
/// * `layer.cpp`     inputs, work list, values check and report row of a layer;
/// * `fast.cpp`      the fast engine;
/// * `reference.cpp` the SystemC modules.
namespace nzsim::ideal {

struct Config {
  double clock_hz = 1e9;
  std::uint32_t multiply_accumulates_per_cycle = 64;
  /// Bandwidth of the weight memory.
  std::uint32_t bytes_per_cycle = 64;
  /// Size of one non-zero weight in the weight memory.
  std::uint32_t bits_per_weight = 4;
  /// Activations are 16-bit fixed point with this many bits behind the point, in all layers.
  int activation_fraction_bits = 8;

  static Config from(ConfigNode& node, double clock_hz);
};

/// One layer as the machine runs it. A pooling layer has no weights.
struct LayerProgram {
  LayerSpec spec;

  /// The weights by output (CSR), as the workload has them: for the independent check.
  std::vector<std::uint64_t> row_starts;
  std::vector<std::uint32_t> row_columns;
  std::vector<std::uint16_t> row_codes;
  std::vector<std::uint16_t> bias_codes;
  std::vector<float> bias;
  std::vector<float> real_codebook;

  /// The weights by input (CSC), as the machine streams them. Column g x `matrix_inputs` + i is
  /// input i of group g; rows are output channels.
  std::vector<std::uint64_t> column_starts;
  std::vector<std::uint32_t> column_rows;
  std::vector<std::int16_t> column_weights;

  std::vector<std::int16_t> codebook;
  FixedPointFormat weight_format;
  FixedPointFormat activation_format;
  /// `[batch, input elements]` raw; empty for a chained layer.
  std::vector<std::int16_t> activations;
  /// Whether a later layer takes this one's outputs.
  bool feeds_later_layer = false;

  /// Products lose the weight's fraction bits.
  [[nodiscard]] int product_shift() const { return weight_format.fraction_bits; }
  [[nodiscard]] std::int16_t one() const { return quantize(1.0, activation_format); }
  [[nodiscard]] PlainLayer plain() const;
};

/// A network compiled for the ideal machine. Compiling is a matter of milliseconds: it is not
/// cached.
class IdealProgram : public Program {
 public:
  std::vector<LayerProgram> layers;
  [[nodiscard]] std::string serialize() const override { return {}; }
};

/// The layers that `compile` takes.
[[nodiscard]] LayerSupport layer_support();

/// Throws `WorkloadError` where a layer has more than 65,536 different weights and biases.
[[nodiscard]] std::unique_ptr<IdealProgram> compile(const Config& config, const Workload& workload);

/// What the machine counts.
struct Statistics {
  Statistics();
  StatisticsRegistry registry;
  CounterIndex cycles;
  CounterIndex multiply_cycles;
  CounterIndex memory_cycles;
  CounterIndex multiply_accumulates;
  CounterIndex weight_bytes;
};

/// One non-zero input that meets at least one weight: `column` is multiplied by `activation` and
/// added to outputs row x (output height x width) + `pixel`.
struct WorkItem {
  std::uint32_t column = 0;
  std::uint32_t pixel = 0;
  std::int16_t activation = 0;
};

/// The work of one input `[input elements]`, in the order in which the machine does it: pixel by
/// pixel, inputs ascending.
[[nodiscard]] std::vector<WorkItem> work_of(const LayerProgram& layer,
                                            std::span<const std::int16_t> input);

/// What a layer asks of the machine, over its whole batch.
struct Demand {
  std::uint64_t multiply_accumulates = 0;
  /// Each weight that meets a non-zero input at least once, read once.
  std::uint64_t weight_bytes = 0;
};
[[nodiscard]] Demand demand_of(const Config& config, const LayerProgram& layer,
                               std::span<const std::int16_t> inputs);

/// Adds the bias and applies the activation function, in place, to the outputs of one input.
void finish_outputs(const LayerProgram& layer, std::span<std::int16_t> outputs);

/// The inputs `[batch, input elements]` of layer `index`: its own, or earlier outputs.
[[nodiscard]] std::vector<std::int16_t> inputs_of(
    const IdealProgram& program, std::size_t index,
    const std::vector<std::vector<std::int16_t>>& outputs);

/// The outputs `[batch, output elements]` of a pooling layer, which takes no cycles.
[[nodiscard]] std::vector<std::int16_t> pool(const LayerProgram& layer,
                                             std::span<const std::int16_t> inputs);

/// Cycles in which each part of the machine was busy, as counted by one of the two modes.
struct Activity {
  std::uint64_t cycles = 0;
  std::uint64_t multiply_cycles = 0;
  std::uint64_t memory_cycles = 0;
};

/// The report row of a layer. `outputs` is empty where no values were computed.
[[nodiscard]] LayerResult layer_result(const Config& config, const Statistics& statistics,
                                       const LayerProgram& layer, const Demand& demand,
                                       const Activity& activity,
                                       std::span<const std::int16_t> inputs,
                                       std::span<const std::int16_t> outputs);

/// The fast engine.
[[nodiscard]] RunResult simulate(const Config& config, const Statistics& statistics,
                                 const IdealProgram& program, const SimulationOptions& options);

/// Reference mode: `ideal.multiply_accumulators` and `ideal.weight_memory`, stepped cycle by cycle.
[[nodiscard]] std::unique_ptr<ReferenceMachine> elaborate(const Config& config,
                                                          const Statistics& statistics,
                                                          const IdealProgram& program,
                                                          const SimulationOptions& options);

}  // namespace nzsim::ideal
