#include "models/systolic/fast_engine.h"

#include <memory>

#include "models/systolic/schedule.h"
#include "models/systolic/values/bfloat16_values.h"
#include "models/systolic/values/bfloat16_weights.h"
#include "models/systolic/values/fast_values.h"

namespace nzsim::systolic {

MachineRun run_fast(const Config& config, const SystolicProgram& program, bool values) {
  const std::unique_ptr<Memory> memory = config.memory ? make_memory(*config.memory) : nullptr;
  MachineRun run;
  run.times = Schedule(config, memory.get()).run(program.instructions, program.section_ends());
  if (!values) return run;
  if (config.operand_type == OperandType::bfloat16) {
    run.bfloat16_outputs =
        compute_bfloat16_values(program.bfloat16_values(), summation_order_of(config));
  } else {
    run.outputs = compute_values(program.values());
  }
  return run;
}

}  // namespace nzsim::systolic
