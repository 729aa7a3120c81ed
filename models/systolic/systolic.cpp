#include "models/systolic/systolic.h"

#include <fmt/format.h>

#include "models/systolic/compiler/mapping.h"
#include "models/systolic/energy.h"
#include "models/systolic/fast_engine.h"
#include "models/systolic/program.h"
#include "models/systolic/reference/reference_machine.h"
#include "models/systolic/results.h"
#include "sim/config/node.h"

namespace nzsim::systolic {
namespace {

/// Runs an elaborated machine and reports it.
class Reference : public ReferenceMachine {
 public:
  Reference(const Config& config, const Statistics& statistics, const SystolicProgram& program,
            bool values)
      : config_(config),
        statistics_(statistics),
        program_(program),
        machine_(config, program, options(values)) {}

  RunResult run() override { return to_result(config_, statistics_, program_, machine_.run()); }

 private:
  static ReferenceOptions options(bool values) {
    ReferenceOptions options;
    options.values = values;
    return options;
  }

  const Config& config_;
  const Statistics& statistics_;
  const SystolicProgram& program_;
  ReferenceTpu machine_;
};

std::unique_ptr<Accelerator> create(ConfigNode& node, double clock_hz) {
  return std::make_unique<Systolic>(Config::from(node, clock_hz));
}

}  // namespace

Systolic::Systolic(const Config& config) : config_(config), statistics_(config) {}

std::unique_ptr<Program> Systolic::compile(const Workload& workload) const {
  return systolic::compile(config_, workload);
}

std::unique_ptr<Program> Systolic::load(MappedFile) const { return nullptr; }

std::string Systolic::compile_key() const {
  return fmt::format(
      "systolic {} x {}, dataflow {}, {} accumulator rows, buffer {}, operands {}, windows {}, "
      "host {}, memory {}",
      config_.rows, config_.columns, static_cast<int>(config_.dataflow), config_.accumulator_rows,
      config_.unified_buffer_bytes, static_cast<int>(config_.operand_type),
      static_cast<int>(config_.window_mapping), config_.host_bytes_per_second.has_value(),
      config_.memory ? config_.memory->capacity_bytes() : 0);
}

RunResult Systolic::simulate(const Program& program, const SimulationOptions& options) const {
  const auto& compiled = dynamic_cast<const SystolicProgram&>(program);
  return to_result(config_, statistics_, compiled, run_fast(config_, compiled, options.values));
}

std::unique_ptr<ReferenceMachine> Systolic::elaborate(const Program& program,
                                                      const SimulationOptions& options) const {
  return std::make_unique<Reference>(config_, statistics_,
                                     dynamic_cast<const SystolicProgram&>(program), options.values);
}

Ceilings Systolic::ceilings() const { return ceilings_of(config_); }

std::vector<AreaPart> Systolic::area_parts() const { return systolic::area_parts(config_); }

}  // namespace nzsim::systolic

SIM_REGISTER_ACCELERATOR("systolic", "A systolic array with its buffers, as in the TPU",
                         &nzsim::systolic::create)
