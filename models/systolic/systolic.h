#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/systolic/config.h"
#include "models/systolic/statistics.h"
#include "sim/run/accelerator.h"

namespace nzsim::systolic {

/// A systolic array with the machine around it: TPU v1 by Jouppi et al., ISCA 2017, and by its
/// parameters other arrays. `docs/systolic.md` states its cycle rules.
class Systolic : public Accelerator {
 public:
  explicit Systolic(const Config& config);

  [[nodiscard]] std::unique_ptr<Program> compile(const Workload& workload) const override;
  /// Programs are not cached.
  [[nodiscard]] std::unique_ptr<Program> load(MappedFile file) const override;
  [[nodiscard]] std::string compile_key() const override;
  [[nodiscard]] RunResult simulate(const Program& program,
                                   const SimulationOptions& options) const override;
  [[nodiscard]] std::unique_ptr<ReferenceMachine> elaborate(
      const Program& program, const SimulationOptions& options) const override;
  [[nodiscard]] const MemoryConfig* memory() const override {
    return config_.memory ? &*config_.memory : nullptr;
  }
  [[nodiscard]] Ceilings ceilings() const override;
  [[nodiscard]] double clock_hz() const override { return config_.clock_hz; }
  [[nodiscard]] const StatisticsRegistry& statistics() const override {
    return statistics_.registry;
  }
  [[nodiscard]] std::vector<AreaPart> area_parts() const override;

 private:
  Config config_;
  Statistics statistics_;
};

}  // namespace nzsim::systolic
