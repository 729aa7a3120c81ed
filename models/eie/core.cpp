#include "models/eie/core.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim::eie {
namespace {

/// A pass takes at least this many cycles: the initial horizon + 1.
constexpr std::uint64_t kShortestPass = 9;
/// Cycles from an entry's slot to the one in which the central control sees its write strobe.
constexpr std::uint64_t kSlotToStrobe = 5;
/// Codes are 16 bits wide in the program; the look-up table covers all of them.
constexpr std::size_t kCodes = std::size_t{1} << 16;

std::vector<PeParts> build_parts(const Config& config, SharedWires& wires) {
  std::vector<PeParts> parts;
  parts.reserve(config.pe_count);
  for (std::uint32_t pe = 0; pe < config.pe_count; ++pe) parts.emplace_back(config, wires);
  return parts;
}

/// Cycles in which a memory surely fills both halves of the SRAMs. Assumption: no memory is slower
/// than its peak rate by more than this factor, its latency aside.
std::uint64_t streaming_limit(const Config& config) {
  if (!config.memory) return 0;
  constexpr double kSlowest = 64.0;
  const double bytes = static_cast<double>(config.pe_count) *
                       static_cast<double>(config.sparse_matrix_bytes + config.pointer_bytes);
  const auto* ideal = std::get_if<IdealMemoryConfig>(&config.memory->memory);
  const double latency =
      ideal == nullptr ? 0.0 : static_cast<double>(ideal->latency_femtoseconds) * 1e-15;
  const double seconds = kSlowest * bytes / config.memory->peak_bytes_per_second() + 2.0 * latency;
  return static_cast<std::uint64_t>(std::min(seconds * config.clock_hz, 1e18));
}

/// The watchdog waits longer than the machine's own longest silence.
std::uint64_t watchdog_limit(const Config& config) {
  return Watchdog::kDefaultLimit + config.lnzd_tree_latency_cycles +
         config.line_change_penalty_cycles + streaming_limit(config);
}

std::uint64_t state_cycles(const PeCounters& counters) {
  return counters.busy_cycles + counters.empty_column_cycles + counters.line_stall_cycles +
         counters.starved_cycles;
}

}  // namespace

Core::Core(const sc_core::sc_module_name& name, const Config& config, Stepping stepping)
    : sc_core::sc_module(name),
      config_(config),
      codebook_(kCodes),
      pes_(build_parts(config, wires_)),
      detector_(config.pe_count),
      clock_("clock", config.clock_hz, stepping, watchdog_limit(config)),
      central_control_("central_control", clock_, config, detector_, wires_, pes_),
      leading_nonzero_detector_("leading_nonzero_detector", detector_) {
  snapshot_.pes.resize(config.pe_count);
  processing_elements_.reserve(config.pe_count);
  for (std::uint32_t pe = 0; pe < config.pe_count; ++pe) {
    processing_elements_.push_back(std::make_unique<ProcessingElement>(
        fmt::format("pe_{}", pe).c_str(), clock_, pes_[pe], wires_));
  }
  if (!config.memory) return;
  SIM_ASSERT(stepping == Stepping::kernel, this->name(), 0,
             "a memory has times of the kernel, which does not step this machine");
  matrix_streamer_ = std::make_unique<MatrixStreamer>("matrix_streamer", clock_);
}

void Core::start_layer(const LayerProgram& layer, bool with_timeline) {
  SIM_ASSERT(layer.codebook.size() <= kCodes, name(), clock_.cycle(), "a codebook of {} entries",
             layer.codebook.size());
  layer_ = &layer;
  std::fill(codebook_.begin(), codebook_.end(), std::int16_t{0});
  std::copy(layer.codebook.begin(), layer.codebook.end(), codebook_.begin());
  wires_.layer = {codebook_.data(), layer.product_shift()};
  detector_.set_relu(layer.spec.relu_on_input);
  for (PeParts& pe : pes_) {
    pe.pointer_read.forget_line();
    pe.activation_registers.set_relu(layer.spec.activation == Activation::relu);
    pe.activation_registers.clear_counters();
    pe.counters = {};
  }
  central_control_.counters() = {};
  layer_cycles_ = 0;
  transfer_cycles_ = 0;
  timeline_.reset();
  if (with_timeline) timeline_.emplace(pes_.size());
  recorded_busy_cycles_.assign(pes_.size(), 0);
  wait_cycles_ = 0;
  segments_ = 0;
  segment_bytes_ = 0;
  segment_lines_ = 0;
  segment_pointers_ = 0;
}

void Core::stream_matrices(SegmentOrder segments) {
  SIM_ASSERT(matrix_streamer_ != nullptr, name(), clock_.cycle(), "a streamed matrix, no memory");
  order_ = segments;
  for (std::uint32_t half = 0; half < MatrixStreamer::kHalves; ++half) request_segment();
}

void Core::write_inputs(std::span<const std::int16_t> inputs) {
  const std::size_t pes = pes_.size();
  input_words_ = static_cast<std::uint32_t>((inputs.size() + pes - 1) / pes);
  for (std::size_t pe = 0; pe < pes; ++pe) {
    std::vector<std::int16_t>& sram = pes_[pe].activation_registers.sram();
    if (sram.size() < input_words_) sram.resize(input_words_);
    for (std::size_t word = 0; word < input_words_; ++word) {
      const std::size_t input = word * pes + pe;
      sram[word] = input < inputs.size() ? inputs[input] : std::int16_t{0};
    }
  }
}

void Core::clear_destinations() {
  for (PeParts& pe : pes_) pe.activation_registers.clear_destination();
}

void Core::swap_activation_registers() {
  for (PeParts& pe : pes_) pe.activation_registers.swap_roles();
}

void Core::run_pass(const MatrixImage& image, const Pass& pass) {
  ScanRange range;
  range.first_column = pass.column_begin;
  range.first_register = (pass.column_begin - pass.batch_begin) / config_.pe_count;
  range.inputs = std::min(pass.column_end, image.inputs) - pass.column_begin;
  range.has_bias = pass.column_end > image.inputs;
  range.one = layer_->one;
  SIM_ASSERT(range.inputs <= config_.batch_activations(), name(), clock_.cycle(),
             "a pass of {} inputs over registers for {}", range.inputs,
             config_.batch_activations());
  connect(image, pass);
  if (pass.source_load_cycles > 0) {
    transfer(ActivationTransfer::Kind::load_source, pass.source_load_cycles,
             pass.source_load_registers, pass.column_begin / config_.pe_count);
  } else if (pass.column_begin == pass.batch_begin) {
    load_sources(image, pass);
  }
  if (pass.is_streamed()) wait_for_segment();
  scan(range, pass.is_streamed());
  if (pass.is_streamed()) release_segment(pass);
  if (pass.write_back_cycles > 0) {
    transfer(ActivationTransfer::Kind::write_back_destination, pass.write_back_cycles,
             pass.write_back_registers, result_begin(pass));
  }
  for (const PeParts& pe : pes_) {
    SIM_ASSERT(state_cycles(pe.counters) == layer_cycles_, name(), clock_.cycle(),
               "{} cycles in states, {} cycles in all", state_cycles(pe.counters), layer_cycles_);
  }
}

void Core::scan(const ScanRange& range, bool is_streamed) {
  activity_ = is_streamed ? Activity::streamed_pass : Activity::pass;
  pass_begin_ = clock_.cycle();
  horizon_ = pass_begin_ + kShortestPass - 1;
  central_control_.start_scan(range);
  clock_.run(*this);
  drop_uncounted_cycles();
  layer_cycles_ += (is_streamed ? clock_.cycle() : horizon_ + 1) - pass_begin_;
}

void Core::request_segment() {
  if (const std::optional<MatrixSegment> segment = order_.next()) {
    matrix_streamer_->request(*segment);
  }
}

void Core::wait_for_segment() {
  if (matrix_streamer_->has_segment()) return;
  activity_ = Activity::wait;
  const std::uint64_t begin = clock_.cycle();
  clock_.run(*this);
  layer_cycles_ += clock_.cycle() - begin;
  wait_cycles_ += clock_.cycle() - begin;
}

void Core::release_segment(const Pass& pass) {
  matrix_streamer_->release();
  request_segment();
  ++segments_;
  segment_bytes_ += pass.segment.bytes;
  segment_lines_ += pass.segment.lines;
  segment_pointers_ += pass.segment.pointers;
}

bool Core::after_cycle(std::uint64_t cycle) {
  if (activity_ == Activity::transfer) {
    clock_.note_progress();
    return cycle < horizon_;
  }
  if (activity_ == Activity::wait) return !matrix_streamer_->has_segment();
  if (wires_.status.last_entry_slot == cycle) {
    clock_.note_progress();
    if (timeline_) record_busy_pes(layer_cycles_ + cycle - pass_begin_);
    horizon_ = std::max(horizon_, cycle + kSlotToStrobe);
    snapshot_.is_valid = false;
    return true;
  }
  if (cycle < horizon_) return true;
  if (central_control_.has_finished() && is_drained()) return false;
  if (cycle == horizon_ && activity_ == Activity::pass) take_snapshot();
  return true;
}

bool Core::is_drained() const {
  return std::all_of(pes_.begin(), pes_.end(), [](const PeParts& pe) { return pe.empty(); });
}

void Core::take_snapshot() {
  snapshot_.is_valid = true;
  snapshot_.broadcast = central_control_.counters();
  std::transform(pes_.begin(), pes_.end(), snapshot_.pes.begin(),
                 [](const PeParts& pe) { return pe.counters; });
}

void Core::drop_uncounted_cycles() {
  if (!snapshot_.is_valid) return;
  snapshot_.is_valid = false;
  central_control_.counters() = snapshot_.broadcast;
  for (std::size_t pe = 0; pe < pes_.size(); ++pe) pes_[pe].counters = snapshot_.pes[pe];
}

/// An entry's slot is never dropped: it moves the horizon. So what is recorded counts.
void Core::record_busy_pes(std::uint64_t layer_cycle) {
  for (std::size_t pe = 0; pe < pes_.size(); ++pe) {
    const std::uint64_t busy_cycles = pes_[pe].counters.busy_cycles;
    if (busy_cycles == recorded_busy_cycles_[pe]) continue;
    recorded_busy_cycles_[pe] = busy_cycles;
    timeline_->add(pe, layer_cycle);
  }
}

std::optional<Timeline> Core::take_timeline() {
  if (timeline_) timeline_->end(layer_cycles_);
  return std::exchange(timeline_, std::nullopt);
}

void Core::connect(const MatrixImage& image, const Pass& pass) {
  const std::uint32_t* segment = image.column_starts(pass.output_batch, pass.column_begin);
  for (std::uint32_t pe = 0; pe < config_.pe_count; ++pe) {
    const std::uint32_t first_address = pass.is_streamed() ? segment[pe] : 0;
    pes_[pe].pointer_read.sram().connect(image, pass.output_batch, pe, first_address);
    pes_[pe].sparse_matrix_sram.connect(image, pe, first_address);
    // A segment is in the SRAMs anew: no line of it has been read.
    if (pass.is_streamed()) pes_[pe].pointer_read.forget_line();
  }
}

void Core::load_sources(const MatrixImage& image, const Pass& pass) {
  const std::uint64_t inputs =
      std::min<std::uint64_t>(image.inputs - pass.batch_begin, config_.batch_activations());
  const std::uint32_t first = pass.batch_begin / config_.pe_count;
  const auto registers =
      static_cast<std::uint32_t>((inputs + config_.pe_count - 1) / config_.pe_count);
  for (PeParts& pe : pes_) {
    ActivationRegisters& activations = pe.activation_registers;
    for (std::uint32_t index = 0; index < registers; ++index) {
      activations.write_source(index, activations.sram()[first + index]);
    }
  }
}

void Core::transfer(ActivationTransfer::Kind kind, std::uint32_t cycles, std::uint32_t registers,
                    std::uint32_t sram_begin) {
  for (PeParts& pe : pes_) {
    std::vector<std::int16_t>& sram = pe.activation_registers.sram();
    if (sram.size() < sram_begin + registers) sram.resize(sram_begin + registers);
  }
  wires_.transfer = {kind, clock_.cycle(), registers, (registers + cycles - 1) / cycles,
                     sram_begin};
  activity_ = Activity::transfer;
  horizon_ = clock_.cycle() + cycles - 1;
  clock_.run(*this);
  wires_.transfer.kind = ActivationTransfer::Kind::none;
  layer_cycles_ += cycles;
  transfer_cycles_ += cycles;
}

std::uint32_t Core::result_begin(const Pass& pass) const {
  return input_words_ + pass.output_batch * config_.activation_registers;
}

void Core::read_results(const MatrixImage& image, const Pass& pass,
                        std::span<std::int16_t> outputs) {
  const std::uint64_t top = std::uint64_t{pass.output_batch} * image.rows_per_batch;
  const std::uint64_t end = std::min<std::uint64_t>(top + image.rows_per_batch, image.outputs);
  for (std::uint64_t output = top; output < end; ++output) {
    ActivationRegisters& activations = pes_[output % config_.pe_count].activation_registers;
    const auto row = static_cast<std::uint32_t>((output - top) / config_.pe_count);
    outputs[output] = pass.write_back_cycles > 0 ? activations.sram()[result_begin(pass) + row]
                                                 : activations.result(row);
  }
}

CounterValues Core::counters(const Statistics& statistics) const {
  CounterValues values = statistics.registry.zeros();
  for (std::size_t pe = 0; pe < pes_.size(); ++pe) {
    const PeCounters& counters = pes_[pe].counters;
    statistics.busy_cycles.of(values)[pe] = counters.busy_cycles;
    statistics.empty_column_cycles.of(values)[pe] = counters.empty_column_cycles;
    statistics.line_stall_cycles.of(values)[pe] = counters.line_stall_cycles;
    statistics.starved_cycles.of(values)[pe] = counters.starved_cycles;
    statistics.pointer_reads.of(values)[pe] = counters.pointer_reads;
    statistics.sparse_matrix_line_reads.of(values)[pe] = counters.sparse_matrix_line_reads;
    statistics.multiply_accumulates.of(values)[pe] = counters.multiply_accumulates;
    statistics.padding_entries.of(values)[pe] = counters.padding_entries;
    values[statistics.activation_sram_reads.value] += pes_[pe].activation_registers.sram_reads();
    values[statistics.activation_sram_writes.value] += pes_[pe].activation_registers.sram_writes();
  }
  const BroadcastCounters& broadcast = central_control_.counters();
  values[statistics.broadcasts.value] = broadcast.broadcasts;
  values[statistics.broadcast_blocked_cycles.value] = broadcast.blocked_cycles;
  values[statistics.scan_idle_cycles.value] = broadcast.scan_idle_cycles;
  values[statistics.activation_transfer_cycles.value] = transfer_cycles_;
  values[statistics.cycles.value] = layer_cycles_;
  if (statistics.streaming) count_streaming(*statistics.streaming, values);
  return values;
}

void Core::count_streaming(const StreamingStatistics& statistics, CounterValues& values) const {
  values[statistics.matrix_wait_cycles.value] = wait_cycles_;
  values[statistics.matrix_segments.value] = segments_;
  values[statistics.matrix_bytes.value] = segment_bytes_;
  values[statistics.sparse_matrix_line_writes.value] = segment_lines_;
  values[statistics.pointer_writes.value] = segment_pointers_;
}

}  // namespace nzsim::eie
