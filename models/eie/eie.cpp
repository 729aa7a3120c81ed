#include "models/eie/eie.h"

#include <fmt/format.h>

#include "models/eie/energy.h"
#include "models/eie/fast_engine.h"
#include "models/eie/reference_machine.h"
#include "models/eie/results.h"
#include "sim/config/node.h"

namespace nzsim::eie {
namespace {

/// Runs an elaborated machine and reports it.
class Reference : public ReferenceMachine {
 public:
  Reference(const Config& config, const Statistics& statistics, const EieProgram& program,
            const SimulationOptions& options)
      : config_(config),
        statistics_(statistics),
        program_(program),
        values_(options.values),
        machine_(config, statistics, program, {.timeline = options.timeline}) {}

  RunResult run() override {
    return to_result(config_, statistics_, program_, machine_.run(), values_);
  }

 private:
  const Config& config_;
  const Statistics& statistics_;
  const EieProgram& program_;
  bool values_;
  ReferenceEie machine_;
};

std::unique_ptr<Accelerator> create(ConfigNode& node, double clock_hz) {
  return std::make_unique<Eie>(Config::from(node, clock_hz));
}

}  // namespace

Eie::Eie(const Config& config) : config_(config), statistics_(config) {}

std::unique_ptr<Program> Eie::compile(const Workload& workload) const {
  return eie::compile(config_, workload);
}

std::optional<LayerSupport> Eie::layer_support() const { return eie::layer_support(); }

std::unique_ptr<Program> Eie::load(MappedFile file) const { return load_program(std::move(file)); }

std::string Eie::compile_key() const {
  std::string key = fmt::format(
      "eie {} PEs, {} registers, {} entries of {}+{} bits, formats {} {}, SRAMs {} {} {} {} {}",
      config_.pe_count, config_.activation_registers, config_.codebook_entries, config_.code_bits,
      config_.skip_bits, config_.activation_fraction_bits.value_or(INT32_MAX),
      config_.weight_fraction_bits.value_or(INT32_MAX), config_.sparse_matrix_bytes,
      config_.pointer_bytes, config_.pointer_bits, config_.activation_sram_bytes,
      config_.sparse_matrix_width_bits);
  if (config_.memory) {
    key += fmt::format(", {} streamed from {} bytes",
                       config_.matrix_streaming == MatrixStreaming::always ? "all" : "oversized",
                       config_.memory->capacity_bytes());
  }
  return key;
}

RunResult Eie::simulate(const Program& program, const SimulationOptions& options) const {
  const auto& compiled = dynamic_cast<const EieProgram&>(program);
  const std::vector<LayerRun> runs =
      run_fast(config_, statistics_, compiled, options.values, options.timeline);
  return to_result(config_, statistics_, compiled, runs, options.values);
}

std::unique_ptr<ReferenceMachine> Eie::elaborate(const Program& program,
                                                 const SimulationOptions& options) const {
  return std::make_unique<Reference>(config_, statistics_, dynamic_cast<const EieProgram&>(program),
                                     options);
}

Ceilings Eie::ceilings() const {
  return ceilings_of(config_, config_.matrix_streaming == MatrixStreaming::always);
}

std::vector<AreaPart> Eie::area_parts() const { return eie::area_parts(config_); }

}  // namespace nzsim::eie

SIM_REGISTER_ACCELERATOR("eie", "EIE: processing elements over a pruned, weight-shared matrix",
                         &nzsim::eie::create)
