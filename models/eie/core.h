#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "models/eie/central_control.h"
#include "models/eie/config.h"
#include "models/eie/leading_nonzero_detector.h"
#include "models/eie/matrix_streamer.h"
#include "models/eie/processing_element.h"
#include "models/eie/program.h"
#include "models/eie/segment_order.h"
#include "models/eie/statistics.h"
#include "sim/kernel/clock_domain.h"
#include "sim/kernel/part.h"
#include "sim/stats/timeline.h"

namespace nzsim::eie {

/// The machine, `eie`: its clock, central control, detector and PEs, and the run of one pass.
///
/// A pass counts the cycles [0, T), T = max(9, last entry slot + 6): five cycles after its slot an
/// entry's registered write strobe is visible to the central control. Nothing but bubbles,
/// starvation and idle scanning can follow, but it does follow in the hardware: the machine is
/// stepped until everything is broadcast and all queues and pipelines are empty. Cycles beyond the
/// horizon, five cycles behind the last entry slot so far and initially cycle 8, are therefore
/// counted tentatively: they are taken in when a later entry slot moves the horizon, and dropped at
/// the end of the pass. While a matrix is streamed they count: the memory works on in them.
class Core final : public sc_core::sc_module, private CycleObserver {
 public:
  /// Builds the hierarchy. `config` must outlive the module.
  Core(const sc_core::sc_module_name& name, const Config& config,
       Stepping stepping = Stepping::kernel);

  /// Loads what holds for a whole layer and sets all counters to zero. `layer` must outlive the
  /// layer's passes. `with_timeline`: notes in which cycles of the layer each PE is busy.
  void start_layer(const LayerProgram& layer, bool with_timeline = false);
  /// Requests the first two of the layer's segments in the next cycle, and the others as the passes
  /// leave room for them.
  void stream_matrices(SegmentOrder segments);
  /// Host input of one matrix-vector product: element i into the activation SRAM of PE i mod P.
  void write_inputs(std::span<const std::int16_t> inputs);
  /// Before the first pass of an output batch.
  void clear_destinations();
  /// Runs one pass of the layer and counts its cycles, transfers and waits included. Throws
  /// `SimulationError`.
  void run_pass(const MatrixImage& image, const Pass& pass);
  /// After the last pass of an output batch: its rows of `outputs` `[image.outputs]`, through the
  /// ReLU.
  void read_results(const MatrixImage& image, const Pass& pass, std::span<std::int16_t> outputs);
  /// After the last pass of a product: source and destination registers swap roles.
  void swap_activation_registers();

  /// What the layer has counted so far.
  [[nodiscard]] CounterValues counters(const Statistics& statistics) const;
  [[nodiscard]] std::uint64_t layer_cycles() const { return layer_cycles_; }
  /// `busy_cycles` of each PE over the layer's cycles, where `start_layer` asked for it; called
  /// once, behind the layer's last pass.
  [[nodiscard]] std::optional<Timeline> take_timeline();

  [[nodiscard]] ClockDomain& clock() { return clock_; }
  /// To be bound to a memory; null where the machine has none.
  [[nodiscard]] MemoryPort* memory_port() {
    return matrix_streamer_ ? &matrix_streamer_->port() : nullptr;
  }
  [[nodiscard]] std::vector<PeParts>& pes() { return pes_; }

 private:
  /// What is counted per cycle, kept when the horizon is reached.
  struct Snapshot {
    bool is_valid = false;
    BroadcastCounters broadcast;
    std::vector<PeCounters> pes;
  };
  /// What the clock domain is stepped for.
  enum class Activity { pass, streamed_pass, transfer, wait };

  bool after_cycle(std::uint64_t cycle) override;
  [[nodiscard]] bool is_drained() const;
  void take_snapshot();
  void drop_uncounted_cycles();
  void record_busy_pes(std::uint64_t layer_cycle);
  void connect(const MatrixImage& image, const Pass& pass);
  void load_sources(const MatrixImage& image, const Pass& pass);
  void scan(const ScanRange& range, bool is_streamed);
  void request_segment();
  void wait_for_segment();
  void release_segment(const Pass& pass);
  void transfer(ActivationTransfer::Kind kind, std::uint32_t cycles, std::uint32_t registers,
                std::uint32_t sram_begin);
  void count_streaming(const StreamingStatistics& statistics, CounterValues& values) const;
  [[nodiscard]] std::uint32_t result_begin(const Pass& pass) const;

  const Config& config_;
  const LayerProgram* layer_ = nullptr;
  std::vector<std::int16_t> codebook_;
  SharedWires wires_;
  std::vector<PeParts> pes_;
  LeadingNonzeroDetector detector_;

  ClockDomain clock_;
  CentralControl central_control_;
  Part<LeadingNonzeroDetector> leading_nonzero_detector_;
  std::vector<std::unique_ptr<ProcessingElement>> processing_elements_;
  /// Null where the machine has no memory.
  std::unique_ptr<MatrixStreamer> matrix_streamer_;

  Activity activity_ = Activity::pass;
  /// Last cycle of the pass, or of the transfer, as far as is known.
  std::uint64_t horizon_ = 0;
  /// Cycle 0 of the pass.
  std::uint64_t pass_begin_ = 0;
  Snapshot snapshot_;
  /// Words of each PE's activation SRAM that hold the inputs of the product; results lie behind
  /// them.
  std::uint32_t input_words_ = 0;
  std::uint64_t layer_cycles_ = 0;
  std::uint64_t transfer_cycles_ = 0;
  /// Nothing where none was asked for; `[pe_count]` busy cycles that are in it.
  std::optional<Timeline> timeline_;
  std::vector<std::uint64_t> recorded_busy_cycles_;
  /// Segments that are still to be requested, and what the layer has used of them.
  SegmentOrder order_;
  std::uint64_t wait_cycles_ = 0;
  std::uint64_t segments_ = 0;
  std::uint64_t segment_bytes_ = 0;
  std::uint64_t segment_lines_ = 0;
  std::uint64_t segment_pointers_ = 0;
};

}  // namespace nzsim::eie
