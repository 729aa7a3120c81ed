#include "models/eie/reference_machine.h"

#include <utility>

#include "models/eie/core.h"
#include "sim/base/errors.h"
#include "sim/memory/memory_target.h"

namespace nzsim::eie {
namespace {

/// The window of output pixel (`y`, `x`) of group `group` as a vector, zero outside the map.
void gather_window(const LayerSpec& spec, std::span<const std::int16_t> map, std::uint32_t group,
                   std::uint32_t y, std::uint32_t x, std::vector<std::int16_t>& window) {
  const std::uint32_t channels = spec.input.channels / spec.groups;
  window.clear();
  for (std::uint32_t channel = group * channels; channel < (group + 1) * channels; ++channel) {
    for (std::uint32_t ky = 0; ky < spec.kernel.height; ++ky) {
      // Unsigned: a position above or left of the map wraps to one far outside.
      const std::uint32_t row = y * spec.stride.height + ky - spec.padding.height;
      for (std::uint32_t kx = 0; kx < spec.kernel.width; ++kx) {
        const std::uint32_t column = x * spec.stride.width + kx - spec.padding.width;
        const bool is_inside = row < spec.input.height && column < spec.input.width;
        const std::size_t element =
            (std::size_t{channel} * spec.input.height + row) * spec.input.width + column;
        window.push_back(is_inside ? map[element] : std::int16_t{0});
      }
    }
  }
}

}  // namespace

/// The module hierarchy and the host around it.
class ReferenceEie::Machine {
 public:
  Machine(const Config& config, const Statistics& statistics, const EieProgram& program,
          const ReferenceOptions& options)
      : config_(config),
        statistics_(statistics),
        program_(program),
        with_timeline_(options.timeline),
        memory_(config.memory ? make_memory(*config.memory) : nullptr),
        counted_(memory_ ? memory_->channels() : 0),
        dram_(memory_ ? std::make_unique<MemoryTarget>("dram", *memory_) : nullptr),
        core_("eie", config, options.uses_kernel ? Stepping::kernel : Stepping::direct) {
    if (dram_) core_.memory_port()->socket.bind(dram_->socket);
    if (options.shuffle_seed) core_.clock().shuffle(*options.shuffle_seed);
  }

  [[nodiscard]] const EieProgram& program() const { return program_; }

  [[nodiscard]] LayerRun run_layer(std::size_t index, std::span<const std::int16_t> inputs) {
    const LayerProgram& layer = program_.layers.at(index);
    const LayerSpec& spec = layer.spec;
    if (!spec.has_weights()) return {statistics_.registry.zeros(), pool_on_host(layer, inputs), {}};

    const std::size_t input_size = spec.input.elements();
    const std::size_t output_size = spec.output.elements();
    SIM_ASSERT(inputs.size() == spec.batch * input_size, spec.name, 0,
               "{} input values for {} inputs of {}", inputs.size(), spec.batch, input_size);
    std::vector<std::vector<Pass>> passes;
    for (const MatrixImage& image : layer.images) passes.push_back(passes_of(config_, image));
    core_.start_layer(layer, with_timeline_);
    if (layer.is_streamed()) core_.stream_matrices(SegmentOrder(layer, passes));
    LayerRun run;
    run.outputs.resize(spec.batch * output_size);
    for (std::size_t input = 0; input < spec.batch; ++input) {
      const auto source = inputs.subspan(input * input_size, input_size);
      const auto target = std::span(run.outputs).subspan(input * output_size, output_size);
      if (spec.type == LayerType::convolution) {
        run_convolution(layer, passes, source, target);
      } else {
        run_product(layer.images.front(), passes.front(), source, target);
      }
    }
    run.counters = core_.counters(statistics_);
    run.busy = core_.take_timeline();
    if (memory_) count_memory(run.counters);
    return run;
  }

 private:
  /// One matrix-vector product: `outputs` `[image.outputs]` of `inputs` `[image.inputs]`.
  void run_product(const MatrixImage& image, const std::vector<Pass>& passes,
                   std::span<const std::int16_t> inputs, std::span<std::int16_t> outputs) {
    core_.write_inputs(inputs);
    for (std::size_t index = 0; index < passes.size(); ++index) {
      const Pass& pass = passes[index];
      const auto is_same_batch = [&](std::size_t other) {
        return passes[other].output_batch == pass.output_batch;
      };
      if (index == 0 || !is_same_batch(index - 1)) core_.clear_destinations();
      core_.run_pass(image, pass);
      if (index + 1 == passes.size() || !is_same_batch(index + 1)) {
        core_.read_results(image, pass, outputs);
      }
    }
    core_.swap_activation_registers();
  }

  void run_convolution(const LayerProgram& layer, const std::vector<std::vector<Pass>>& passes,
                       std::span<const std::int16_t> map, std::span<std::int16_t> outputs) {
    const LayerSpec& spec = layer.spec;
    const std::size_t pixels = std::size_t{spec.output.height} * spec.output.width;
    std::vector<std::int16_t> window;
    std::vector<std::int16_t> values;
    std::size_t first_channel = 0;
    for (std::uint32_t group = 0; group < spec.groups; ++group) {
      const MatrixImage& image = layer.images.at(group);
      values.resize(image.outputs);
      for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
        const auto y = static_cast<std::uint32_t>(pixel / spec.output.width);
        const auto x = static_cast<std::uint32_t>(pixel % spec.output.width);
        gather_window(spec, map, group, y, x, window);
        run_product(image, passes[group], window, values);
        for (std::size_t channel = 0; channel < values.size(); ++channel) {
          outputs[(first_channel + channel) * pixels + pixel] = values[channel];
        }
      }
      first_channel += image.outputs;
    }
  }

  /// What the memory has counted in the layer that has just ended. Nothing is unanswered: the
  /// memory goes on to the begin of the next cycle, which the kernel has not reached.
  void count_memory(CounterValues& counters) {
    const ClockDomain& clock = core_.clock();
    const auto end = static_cast<Femtoseconds>(clock.femtoseconds(clock.cycle()));
    SIM_ASSERT(memory_->unanswered() == 0, "eie", clock.cycle(), "a layer ends with {} transfers",
               memory_->unanswered());
    std::vector<MemoryEvent> events;
    memory_->advance(end, events);
    for (std::uint32_t channel = 0; channel < counted_.size(); ++channel) {
      const ChannelCounters now = memory_->counters(channel, end);
      statistics_.streaming->dram.fill(counters, channel, counted_[channel], now);
      counted_[channel] = now;
    }
  }

  const Config& config_;
  const Statistics& statistics_;
  const EieProgram& program_;
  bool with_timeline_;
  /// Null where the machine has no memory.
  std::unique_ptr<Memory> memory_;
  /// What each channel had counted at the end of the layer before.
  std::vector<ChannelCounters> counted_;
  std::unique_ptr<MemoryTarget> dram_;
  Core core_;
};

ReferenceEie::ReferenceEie(const Config& config, const Statistics& statistics,
                           const EieProgram& program, const ReferenceOptions& options)
    : machine_(std::make_unique<Machine>(config, statistics, program, options)) {}

ReferenceEie::ReferenceEie(ReferenceEie&&) noexcept = default;
ReferenceEie& ReferenceEie::operator=(ReferenceEie&&) noexcept = default;
ReferenceEie::~ReferenceEie() = default;

LayerRun ReferenceEie::run_layer(std::size_t index, std::span<const std::int16_t> inputs) {
  return machine_->run_layer(index, inputs);
}

std::vector<LayerRun> ReferenceEie::run() {
  const EieProgram& program = machine_->program();
  std::vector<LayerRun> runs;
  runs.reserve(program.layers.size());
  for (std::size_t index = 0; index < program.layers.size(); ++index) {
    runs.push_back(run_layer(index, gather_inputs(program, index, runs)));
  }
  return runs;
}

}  // namespace nzsim::eie
