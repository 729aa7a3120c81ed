#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/eie/config.h"
#include "models/eie/statistics.h"
#include "sim/run/accelerator.h"

namespace nzsim::eie {

/// The Efficient Inference Engine: Han et al., ISCA 2016. `docs/eie.md` states its cycle rules.
class Eie : public Accelerator {
 public:
  explicit Eie(const Config& config);

  [[nodiscard]] std::unique_ptr<Program> compile(const Workload& workload) const override;
  [[nodiscard]] std::unique_ptr<Program> load(MappedFile file) const override;
  [[nodiscard]] std::optional<LayerSupport> layer_support() const override;
  [[nodiscard]] std::string compile_key() const override;
  [[nodiscard]] RunResult simulate(const Program& program,
                                   const SimulationOptions& options) const override;
  [[nodiscard]] std::unique_ptr<ReferenceMachine> elaborate(
      const Program& program, const SimulationOptions& options) const override;
  [[nodiscard]] const MemoryConfig* memory() const override {
    return config_.memory ? &*config_.memory : nullptr;
  }
  [[nodiscard]] bool has_timeline() const override { return true; }
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

}  // namespace nzsim::eie
