#include "models/eie/fast_engine.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "models/eie/busy_timeline.h"
#include "models/eie/matrix_stream.h"
#include "models/eie/timing_kernel.h"
#include "models/eie/value_kernel.h"

namespace nzsim::eie {
namespace {

/// The window of output pixel (`y`, `x`) over group `group` of one input: element (channel x kernel
/// height
/// + ky) x kernel width + kx, zeros outside the input.
void im2col(const LayerSpec& spec, std::uint32_t group, std::uint32_t y, std::uint32_t x,
            std::span<const std::int16_t> input, std::vector<std::int16_t>& vector) {
  const std::uint32_t channels = spec.input.channels / spec.groups;
  const std::size_t map = std::size_t{spec.input.height} * spec.input.width;
  const std::int64_t top = std::int64_t{y} * spec.stride.height - spec.padding.height;
  const std::int64_t left = std::int64_t{x} * spec.stride.width - spec.padding.width;
  vector.clear();
  for (std::uint32_t channel = 0; channel < channels; ++channel) {
    const std::int16_t* source = input.data() + (std::size_t{group} * channels + channel) * map;
    for (std::int64_t row = top; row < top + spec.kernel.height; ++row) {
      for (std::int64_t column = left; column < left + spec.kernel.width; ++column) {
        const bool is_inside =
            row >= 0 && row < spec.input.height && column >= 0 && column < spec.input.width;
        vector.push_back(is_inside ? source[row * spec.input.width + column] : std::int16_t{0});
      }
    }
  }
}

/// Runs one layer with weights, matrix-vector product by product.
class LayerEngine {
 public:
  /// `stream` is null where the machine has no memory.
  LayerEngine(const Config& config, const LayerProgram& layer, bool values, bool with_timeline,
              MatrixStream* stream)
      : layer_(layer),
        values_(values),
        timing_(config),
        kernel_(layer),
        totals_(config.pe_count),
        pe_count_(config.pe_count),
        stream_(stream) {
    timing_.start_layer();
    if (with_timeline) timeline_.emplace(config);
    for (const MatrixImage& image : layer.images) passes_.push_back(passes_of(config, image));
    const std::uint64_t rows =
        std::min<std::uint64_t>(layer.images.front().outputs, layer.images.front().rows_per_batch);
    accumulators_.resize((rows + 63) / 64 * 64);
  }

  std::vector<std::int16_t> run(std::span<const std::int16_t> inputs) {
    const LayerSpec& spec = layer_.spec;
    const std::size_t in_length = spec.input.elements();
    const std::size_t out_length = spec.output.elements();
    if (stream_ != nullptr) stream_->start_layer(layer_, passes_);
    std::vector<std::int16_t> outputs(values_ ? spec.batch * out_length : 0);
    for (std::uint32_t n = 0; n < spec.batch; ++n) {
      const std::span<const std::int16_t> input = inputs.subspan(n * in_length, in_length);
      std::int16_t* output = values_ ? outputs.data() + n * out_length : nullptr;
      if (spec.type == LayerType::convolution) {
        convolve(input, output);
      } else {
        multiply(0, input, output, 1);
      }
    }
    return outputs;
  }

  void count(const Statistics& statistics, CounterValues& counters) const {
    const std::uint64_t cycles = broadcast_.broadcasts + broadcast_.blocked + broadcast_.idle +
                                 transfer_cycles_ + wait_cycles_;
    counters[statistics.cycles.value] = cycles;
    counters[statistics.broadcasts.value] = broadcast_.broadcasts;
    counters[statistics.broadcast_blocked_cycles.value] = broadcast_.blocked;
    counters[statistics.scan_idle_cycles.value] = broadcast_.idle + transfer_cycles_ + wait_cycles_;
    counters[statistics.activation_transfer_cycles.value] = transfer_cycles_;
    counters[statistics.activation_sram_reads.value] = load_cycles_ * pe_count_;
    counters[statistics.activation_sram_writes.value] =
        (transfer_cycles_ - load_cycles_) * pe_count_;
    for (std::uint32_t pe = 0; pe < pe_count_; ++pe) {
      statistics.busy_cycles.of(counters)[pe] = totals_.busy[pe];
      statistics.empty_column_cycles.of(counters)[pe] = totals_.empty_columns[pe];
      statistics.line_stall_cycles.of(counters)[pe] = totals_.line_stalls[pe];
      statistics.starved_cycles.of(counters)[pe] =
          cycles - totals_.busy[pe] - totals_.empty_columns[pe] - totals_.line_stalls[pe];
      statistics.pointer_reads.of(counters)[pe] = totals_.pointer_reads[pe];
      statistics.sparse_matrix_line_reads.of(counters)[pe] = totals_.line_reads[pe];
      statistics.multiply_accumulates.of(counters)[pe] = totals_.busy[pe] - totals_.padding[pe];
      statistics.padding_entries.of(counters)[pe] = totals_.padding[pe];
    }
    if (statistics.streaming) count_streaming(*statistics.streaming, counters);
  }

  /// The timeline of the layer, where it was asked for; called once, behind the last pass.
  [[nodiscard]] std::optional<Timeline> take_timeline() {
    if (!timeline_) return {};
    return std::move(*timeline_).finish(layer_cycles_);
  }

 private:
  void count_streaming(const StreamingStatistics& statistics, CounterValues& counters) const {
    counters[statistics.matrix_wait_cycles.value] = wait_cycles_;
    counters[statistics.matrix_segments.value] = segments_;
    counters[statistics.matrix_bytes.value] = segment_sums_.bytes;
    counters[statistics.sparse_matrix_line_writes.value] = segment_sums_.lines;
    counters[statistics.pointer_writes.value] = segment_sums_.pointers;
  }

  void convolve(std::span<const std::int16_t> input, std::int16_t* output) {
    const LayerSpec& spec = layer_.spec;
    const std::size_t map = std::size_t{spec.output.height} * spec.output.width;
    const std::uint32_t rows = spec.output.channels / spec.groups;
    for (std::uint32_t group = 0; group < spec.groups; ++group) {
      std::int16_t* group_output =
          output == nullptr ? nullptr : output + std::size_t{group} * rows * map;
      for (std::uint32_t y = 0; y < spec.output.height; ++y) {
        for (std::uint32_t x = 0; x < spec.output.width; ++x) {
          im2col(spec, group, y, x, input, window_);
          std::int16_t* pixel =
              output == nullptr ? nullptr : group_output + std::size_t{y} * spec.output.width + x;
          multiply(group, window_, pixel, map);
        }
      }
    }
  }

  /// One matrix-vector product; output row i goes to `output[i x stride]`.
  void multiply(std::uint32_t group, std::span<const std::int16_t> vector, std::int16_t* output,
                std::size_t stride) {
    const MatrixImage& image = layer_.images[group];
    for (const Pass& pass : passes_[group]) {
      if (pass.column_begin == 0) std::fill(accumulators_.begin(), accumulators_.end(), 0);
      find_items(image, pass, vector);
      begin_pass(pass);
      const std::uint64_t cycles = timing_.run(image, pass, items_, totals_, broadcast_);
      if (timeline_) timeline_->record(image, pass, items_, timing_.broadcasts(), layer_cycles_);
      layer_cycles_ += cycles + pass.write_back_cycles;
      end_pass(pass);
      if (output == nullptr) continue;
      kernel_.run(image, pass, items_, accumulators_);
      if (pass.column_end == image.columns) write_back(image, pass, output, stride);
    }
  }

  /// Activations are loaded first, then the machine waits for the pass's segment.
  void begin_pass(const Pass& pass) {
    load_cycles_ += pass.source_load_cycles;
    transfer_cycles_ += pass.source_load_cycles + pass.write_back_cycles;
    layer_cycles_ += pass.source_load_cycles;
    if (stream_ == nullptr) return;
    stream_->advance(pass.source_load_cycles);
    if (!pass.is_streamed()) return;
    const std::uint64_t waited = stream_->wait_for_segment();
    wait_cycles_ += waited;
    layer_cycles_ += waited;
    ++segments_;
    segment_sums_.bytes += pass.segment.bytes;
    segment_sums_.lines += pass.segment.lines;
    segment_sums_.pointers += pass.segment.pointers;
  }

  void end_pass(const Pass& pass) {
    if (stream_ == nullptr) return;
    stream_->advance(timing_.drained_cycles());
    if (pass.is_streamed()) stream_->release_segment();
    stream_->advance(pass.write_back_cycles);
  }

  /// The non-zero activations of the pass, and the bias column behind them.
  void find_items(const MatrixImage& image, const Pass& pass,
                  std::span<const std::int16_t> vector) {
    items_.clear();
    const std::uint32_t end = std::min(pass.column_end, image.inputs);
    const int smallest = layer_.spec.relu_on_input ? 1 : INT16_MIN;
    for (std::uint32_t column = pass.column_begin; column < end; ++column) {
      const std::int16_t value = vector[column];
      if (value != 0 && value >= smallest) items_.push_back({column - pass.column_begin, value});
    }
    if (pass.column_end > image.inputs && layer_.one != 0) {
      items_.push_back({image.inputs - pass.column_begin, layer_.one});
    }
  }

  void write_back(const MatrixImage& image, const Pass& pass, std::int16_t* output,
                  std::size_t stride) const {
    const std::size_t top = std::size_t{pass.output_batch} * image.rows_per_batch;
    const std::size_t rows = std::min<std::size_t>(image.rows_per_batch, image.outputs - top);
    const bool is_rectified = layer_.spec.activation == Activation::relu;
    for (std::size_t row = 0; row < rows; ++row) {
      const std::int16_t value = accumulators_[row];
      output[(top + row) * stride] = is_rectified ? std::max<std::int16_t>(value, 0) : value;
    }
  }

  const LayerProgram& layer_;
  bool values_;
  TimingKernel timing_;
  ValueKernel kernel_;
  PeTotals totals_;
  BroadcastCycles broadcast_;
  /// What the layer has counted so far, and where its entries lie in that time.
  std::uint64_t layer_cycles_ = 0;
  std::optional<BusyTimeline> timeline_;
  std::uint64_t load_cycles_ = 0;
  std::uint64_t transfer_cycles_ = 0;
  std::uint32_t pe_count_;
  MatrixStream* stream_;
  std::uint64_t wait_cycles_ = 0;
  std::uint64_t segments_ = 0;
  /// Of all segments that were used; they have no one address.
  MatrixSegment segment_sums_;
  std::vector<std::vector<Pass>> passes_;
  std::vector<Item> items_;
  std::vector<std::int16_t> window_;
  std::vector<std::int16_t> accumulators_;
};

/// Whether a later layer takes its inputs from this one.
std::vector<bool> layers_that_feed_others(const EieProgram& program) {
  std::vector<bool> feeds(program.layers.size(), false);
  for (const LayerProgram& layer : program.layers) {
    if (const auto* chained = std::get_if<ChainedSource>(&layer.spec.activations)) {
      for (const std::size_t source : chained->layers) feeds[source] = true;
    }
  }
  return feeds;
}

}  // namespace

std::vector<LayerRun> run_fast(const Config& config, const Statistics& statistics,
                               const EieProgram& program, bool values, bool with_timeline) {
  const std::vector<bool> feeds = layers_that_feed_others(program);
  std::unique_ptr<MatrixStream> stream;
  if (config.memory) stream = std::make_unique<MatrixStream>(config, statistics);
  std::vector<LayerRun> runs;
  for (std::size_t index = 0; index < program.layers.size(); ++index) {
    const LayerProgram& layer = program.layers[index];
    const std::vector<std::int16_t> inputs = gather_inputs(program, index, runs);
    LayerRun run{statistics.registry.zeros(), {}, {}};
    if (!layer.spec.has_weights()) {
      run.outputs = pool_on_host(layer, inputs);
    } else {
      LayerEngine engine(config, layer, values || feeds[index], with_timeline, stream.get());
      run.outputs = engine.run(inputs);
      engine.count(statistics, run.counters);
      run.busy = engine.take_timeline();
      if (stream) stream->end_layer(run.counters);
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace nzsim::eie
