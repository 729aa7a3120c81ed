#include "tests/support/fake_machine.h"

#include <string_view>
#include <utility>

namespace nzsim::test {
namespace {

class FakeProgram : public Program {
 public:
  explicit FakeProgram(std::string image) : image_(std::move(image)) {}
  std::string serialize() const override { return image_; }

 private:
  std::string image_;
};

class FakeReference : public ReferenceMachine {
 public:
  explicit FakeReference(RunResult result) : result_(std::move(result)) {}
  RunResult run() override { return result_; }

 private:
  RunResult result_;
};

class FakeAccelerator : public Accelerator {
 public:
  FakeAccelerator(FakeCalls& calls, FakeBehaviour behaviour)
      : calls_(calls), behaviour_(std::move(behaviour)) {}

  std::unique_ptr<Program> compile(const Workload& /*workload*/) const override {
    ++calls_.compiled;
    return std::make_unique<FakeProgram>(behaviour_.image);
  }
  std::unique_ptr<Program> load(MappedFile file) const override {
    const std::span<const std::byte> bytes = file.bytes();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text != behaviour_.image) return nullptr;
    return std::make_unique<FakeProgram>(behaviour_.image);
  }
  std::string compile_key() const override { return behaviour_.compile_key; }
  RunResult simulate(const Program& /*program*/,
                     const SimulationOptions& /*options*/) const override {
    ++calls_.simulated;
    return result();
  }
  std::unique_ptr<ReferenceMachine> elaborate(const Program& /*program*/,
                                              const SimulationOptions& /*options*/) const override {
    ++calls_.elaborated;
    return std::make_unique<FakeReference>(result());
  }
  std::optional<std::string> needs_reference() const override { return behaviour_.needs_reference; }
  const MemoryConfig* memory() const override {
    return behaviour_.memory ? &*behaviour_.memory : nullptr;
  }
  Ceilings ceilings() const override { return {1e9, 1e9, "memory"}; }
  double clock_hz() const override { return 1e6; }
  const StatisticsRegistry& statistics() const override { return registry_; }
  std::vector<AreaPart> area_parts() const override { return {}; }

 private:
  RunResult result() const {
    behaviour_.on_simulate();
    LayerResult layer;
    layer.name = "layer";
    layer.type = "fully_connected";
    layer.cycles = Cycles{5};
    layer.operations = Operations{behaviour_.operations};
    layer.values.checked = true;
    layer.values.matches = !behaviour_.difference;
    layer.values.difference = behaviour_.difference.value_or("");
    return {{layer}};
  }

  FakeCalls& calls_;
  FakeBehaviour behaviour_;
  StatisticsRegistry registry_;
};

}  // namespace

std::unique_ptr<Accelerator> fake_accelerator(FakeCalls& calls, FakeBehaviour behaviour) {
  return std::make_unique<FakeAccelerator>(calls, std::move(behaviour));
}

Machine fake_machine(FakeCalls& calls, FakeBehaviour behaviour) {
  Machine machine;
  machine.name = "fake";
  machine.model = "fake";
  machine.energy.name = "none";
  machine.resolved = R"({"name": "fake"})";
  machine.accelerator = fake_accelerator(calls, std::move(behaviour));
  return machine;
}

}  // namespace nzsim::test
