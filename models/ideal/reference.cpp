#include <algorithm>
#include <utility>

#include <systemc>

#include "models/ideal/ideal.h"
#include "sim/kernel/clock_domain.h"
#include "sim/kernel/clocked_module.h"

namespace nzsim::ideal {
namespace {

/// `ideal.multiply_accumulators`: does up to the peak rate of multiply-accumulates in each cycle.
class MultiplyAccumulators : public ClockedModule {
 public:
  MultiplyAccumulators(const sc_core::sc_module_name& name, ClockDomain& clock,
                       const Config& config)
      : ClockedModule(name, clock), config_(config) {}

  /// Takes a layer with weights; inputs and outputs must live until it is no longer busy.
  void begin(const LayerProgram& layer, std::span<const std::int16_t> inputs,
             std::span<std::int16_t> outputs) {
    layer_ = &layer;
    inputs_ = inputs;
    outputs_ = outputs;
    vector_ = 0;
    busy_cycles_ = 0;
    load_vector();
  }

  [[nodiscard]] bool busy() const { return layer_ != nullptr; }
  [[nodiscard]] std::uint64_t busy_cycles() const { return busy_cycles_; }

  /// Decides whether this cycle multiplies.
  void compute() override { multiplies_ = busy(); }

  /// Fills the cycle's slots; the outputs are this module's own registers.
  void commit() override {
    if (!multiplies_) return;
    for (std::uint32_t slot = 0; slot < config_.multiply_accumulates_per_cycle && busy(); ++slot) {
      multiply_accumulate();
    }
    ++busy_cycles_;
    domain().note_progress();
  }

  /// It never waits.
  [[nodiscard]] std::string waits_for() const override { return {}; }

 private:
  /// Fetches the work of `vector_`; inputs that ask for no work are finished on the way.
  void load_vector() {
    for (;; ++vector_) {
      if (vector_ == layer_->spec.batch) {
        layer_ = nullptr;
        return;
      }
      const std::uint64_t size = layer_->spec.input.elements();
      work_ = work_of(*layer_, inputs_.subspan(vector_ * size, size));
      item_ = 0;
      entry_ = work_.empty() ? 0 : layer_->column_starts[work_.front().column];
      if (!work_.empty()) return;
      finish_outputs(*layer_, vector_outputs());
    }
  }

  [[nodiscard]] std::span<std::int16_t> vector_outputs() const {
    const std::uint64_t size = layer_->spec.output.elements();
    return outputs_.subspan(vector_ * size, size);
  }

  void multiply_accumulate() {
    const WorkItem& item = work_[item_];
    const std::uint64_t row_size =
        std::uint64_t{layer_->spec.output.height} * layer_->spec.output.width;
    std::int16_t& output = vector_outputs()[layer_->column_rows[entry_] * row_size + item.pixel];
    output = add_saturated(output, multiply_fixed(layer_->column_weights[entry_], item.activation,
                                                  layer_->product_shift()));
    if (++entry_ == layer_->column_starts[item.column + 1]) next_item();
  }

  void next_item() {
    if (++item_ < work_.size()) {
      entry_ = layer_->column_starts[work_[item_].column];
      return;
    }
    finish_outputs(*layer_, vector_outputs());
    ++vector_;
    load_vector();
  }

  const Config& config_;
  /// Nothing where idle.
  const LayerProgram* layer_ = nullptr;
  std::span<const std::int16_t> inputs_;
  std::span<std::int16_t> outputs_;
  std::uint32_t vector_ = 0;
  std::vector<WorkItem> work_;
  std::size_t item_ = 0;
  std::uint64_t entry_ = 0;
  bool multiplies_ = false;
  std::uint64_t busy_cycles_ = 0;
};

/// `ideal.weight_memory`: delivers up to the peak bandwidth in each cycle, always ahead of its
/// user.
class WeightMemory : public ClockedModule {
 public:
  WeightMemory(const sc_core::sc_module_name& name, ClockDomain& clock, const Config& config)
      : ClockedModule(name, clock), config_(config) {}

  void begin(std::uint64_t bytes) {
    asked_ = bytes;
    delivered_ = 0;
    busy_cycles_ = 0;
  }

  [[nodiscard]] bool busy() const { return delivered_ < asked_; }
  [[nodiscard]] std::uint64_t busy_cycles() const { return busy_cycles_; }

  void compute() override {
    next_delivered_ = std::min(delivered_ + config_.bytes_per_cycle, asked_);
  }

  void commit() override {
    if (!busy()) return;
    delivered_ = next_delivered_;
    ++busy_cycles_;
    domain().note_progress();
  }

  /// It never waits.
  [[nodiscard]] std::string waits_for() const override { return {}; }

 private:
  const Config& config_;
  std::uint64_t asked_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t next_delivered_ = 0;
  std::uint64_t busy_cycles_ = 0;
};

/// `ideal`: the clock and both parts.
class Machine : public sc_core::sc_module, public CycleObserver {
 public:
  Machine(const sc_core::sc_module_name& name, const Config& config)
      : sc_module(name),
        clock_("clock", config.clock_hz),
        multiply_accumulators_("multiply_accumulators", clock_, config),
        weight_memory_("weight_memory", clock_, config) {}

  /// Runs one layer to its end.
  Activity run(const LayerProgram& layer, std::uint64_t weight_bytes,
               std::span<const std::int16_t> inputs, std::span<std::int16_t> outputs) {
    const std::uint64_t start = clock_.cycle();
    weight_memory_.begin(weight_bytes);
    multiply_accumulators_.begin(layer, inputs, outputs);
    if (busy()) clock_.run(*this);
    return {clock_.cycle() - start, multiply_accumulators_.busy_cycles(),
            weight_memory_.busy_cycles()};
  }

  [[nodiscard]] bool after_cycle(std::uint64_t /*cycle*/) override { return busy(); }

 private:
  [[nodiscard]] bool busy() const { return multiply_accumulators_.busy() || weight_memory_.busy(); }

  ClockDomain clock_;
  MultiplyAccumulators multiply_accumulators_;
  WeightMemory weight_memory_;
};

class IdealReference : public ReferenceMachine {
 public:
  IdealReference(const Config& config, const Statistics& statistics, const IdealProgram& program,
                 const SimulationOptions& options)
      : config_(config),
        statistics_(statistics),
        program_(program),
        options_(options),
        machine_("ideal", config) {}

  RunResult run() override {
    RunResult result;
    std::vector<std::vector<std::int16_t>> outputs(program_.layers.size());
    for (std::size_t index = 0; index < program_.layers.size(); ++index) {
      result.layers.push_back(run_layer(index, outputs));
    }
    return result;
  }

 private:
  LayerResult run_layer(std::size_t index, std::vector<std::vector<std::int16_t>>& outputs) {
    const LayerProgram& layer = program_.layers[index];
    const std::vector<std::int16_t> inputs = inputs_of(program_, index, outputs);
    const Demand demand = demand_of(config_, layer, inputs);
    Activity activity;
    if (layer.spec.has_weights()) {
      outputs[index].assign(layer.spec.batch * layer.spec.output.elements(), 0);
      activity = machine_.run(layer, demand.weight_bytes, inputs, outputs[index]);
    } else {
      outputs[index] = pool(layer, inputs);
    }
    const std::span<const std::int16_t> checked =
        options_.values ? std::span<const std::int16_t>(outputs[index])
                        : std::span<const std::int16_t>{};
    return layer_result(config_, statistics_, layer, demand, activity, inputs, checked);
  }

  Config config_;
  const Statistics& statistics_;
  const IdealProgram& program_;
  SimulationOptions options_;
  Machine machine_;
};

}  // namespace

std::unique_ptr<ReferenceMachine> elaborate(const Config& config, const Statistics& statistics,
                                            const IdealProgram& program,
                                            const SimulationOptions& options) {
  return std::make_unique<IdealReference>(config, statistics, program, options);
}

}  // namespace nzsim::ideal
