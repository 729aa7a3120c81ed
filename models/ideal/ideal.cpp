#include "models/ideal/ideal.h"

#include <fmt/format.h>

#include "sim/config/node.h"

namespace nzsim::ideal {
namespace {

class Ideal : public Accelerator {
 public:
  explicit Ideal(const Config& config) : config_(config) {}

  std::unique_ptr<Program> compile(const Workload& workload) const override {
    return ideal::compile(config_, workload);
  }
  std::optional<LayerSupport> layer_support() const override { return ideal::layer_support(); }

  std::unique_ptr<Program> load(MappedFile /*file*/) const override { return nullptr; }

  std::string compile_key() const override {
    return fmt::format("activation_fraction_bits {}", config_.activation_fraction_bits);
  }

  RunResult simulate(const Program& program, const SimulationOptions& options) const override {
    return ideal::simulate(config_, statistics_, dynamic_cast<const IdealProgram&>(program),
                           options);
  }

  std::unique_ptr<ReferenceMachine> elaborate(const Program& program,
                                              const SimulationOptions& options) const override {
    return ideal::elaborate(config_, statistics_, dynamic_cast<const IdealProgram&>(program),
                            options);
  }

  Ceilings ceilings() const override {
    return {
        .operations_per_second = 2.0 * config_.multiply_accumulates_per_cycle * config_.clock_hz,
        .bytes_per_second = config_.bytes_per_cycle * config_.clock_hz,
        .memory = "weight_memory"};
  }

  double clock_hz() const override { return config_.clock_hz; }
  const StatisticsRegistry& statistics() const override { return statistics_.registry; }
  std::vector<AreaPart> area_parts() const override { return {}; }

 private:
  Config config_;
  Statistics statistics_;
};

std::unique_ptr<Accelerator> make(ConfigNode& node, double clock_hz) {
  return std::make_unique<Ideal>(Config::from(node, clock_hz));
}

}  // namespace

Config Config::from(ConfigNode& node, double clock_hz) {
  const auto rate = [&](std::string_view key, std::uint32_t value, std::int64_t maximum,
                        std::string_view description) {
    return static_cast<std::uint32_t>(node.integer(
        key,
        {.minimum = 1, .maximum = maximum, .default_value = value, .description = description}));
  };
  Config config;
  config.clock_hz = clock_hz;
  config.multiply_accumulates_per_cycle =
      rate("multiply_accumulates_per_cycle", config.multiply_accumulates_per_cycle, 1 << 24,
           "Peak multiply-accumulates in one cycle.");
  config.bytes_per_cycle = rate("bytes_per_cycle", config.bytes_per_cycle, 1 << 24,
                                "Peak bytes of weights read in one cycle.");
  config.bits_per_weight = rate("bits_per_weight", config.bits_per_weight, 64,
                                "Bits of one non-zero weight in the weight memory.");
  config.activation_fraction_bits = static_cast<int>(
      node.integer("activation_fraction_bits",
                   {.minimum = 0,
                    .maximum = 14,
                    .default_value = config.activation_fraction_bits,
                    .description = "Bits behind the point of a 16-bit activation."}));
  return config;
}

Statistics::Statistics()
    : cycles(registry.add("ideal.cycles", Unit::cycles, "Cycles until the slower part is done.")),
      multiply_cycles(registry.add("ideal.busy_cycles", Unit::cycles,
                                   "Cycles in which multiply-accumulates are done.")),
      memory_cycles(registry.add("ideal.memory_cycles", Unit::cycles,
                                 "Cycles in which the weight memory is read.")),
      multiply_accumulates(registry.add("ideal.multiply_accumulates", Unit::count,
                                        "Products of a non-zero weight and a non-zero input.")),
      weight_bytes(registry.add("ideal.weight_bytes", Unit::bytes,
                                "Bytes of the weights that meet a non-zero input, each once.")) {}

SIM_REGISTER_ACCELERATOR("ideal", "Lower bound: limited by its two peak rates alone.", make)

}  // namespace nzsim::ideal
