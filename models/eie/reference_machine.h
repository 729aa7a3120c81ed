#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "models/eie/config.h"
#include "models/eie/layer_run.h"
#include "models/eie/program.h"
#include "models/eie/statistics.h"

namespace nzsim::eie {

/// How a reference machine is driven, and what is noted of it. None of it may change a result.
struct ReferenceOptions {
  /// By the SystemC kernel, once per process; or by a plain loop over the same modules, so that one
  /// process can build any number of machines.
  bool uses_kernel = true;
  /// Calls the modules in an order drawn from this seed.
  std::optional<std::uint64_t> shuffle_seed = {};
  /// Notes the busy cycles of each PE over time.
  bool timeline = false;
};

/// EIE's reference mode: the definition of the machine, SystemC modules that step every register at
/// every clock edge (`Core`), and the sequence of passes that makes a layer.
///
/// A fully connected layer is one matrix-vector product per input of the batch. A convolution is,
/// per input and group, one product per output pixel (row-major) with the pixel's im2col vector,
/// element (channel x kernel height + ky) x kernel width + kx, zero outside the feature map.
/// Pooling is done by the host and takes no cycles. Registers hold raw 16-bit values in the layer's
/// formats.
class ReferenceEie {
 public:
  /// Elaborates the module hierarchy under the name `eie`. All arguments must outlive the machine.
  ReferenceEie(const Config& config, const Statistics& statistics, const EieProgram& program,
               const ReferenceOptions& options = {});
  ReferenceEie(ReferenceEie&&) noexcept;
  ReferenceEie& operator=(ReferenceEie&&) noexcept;
  ~ReferenceEie();

  /// Runs all layers in order. Throws `SimulationError` where the watchdog ends the simulation.
  [[nodiscard]] std::vector<LayerRun> run();

  /// Runs layer `index` on `inputs` `[batch, input elements]` in its source format.
  [[nodiscard]] LayerRun run_layer(std::size_t index, std::span<const std::int16_t> inputs);

 private:
  class Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace nzsim::eie
