#include "sim/run/program_cache.h"

#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tests/support/fake_machine.h"
#include "tests/support/temporary_directory.h"

namespace nzsim {
namespace {

Workload workload() {
  LayerSpec spec;
  spec.name = "layer";
  spec.input = {8, 1, 1};
  spec.output = {4, 1, 1};
  spec.weights = SyntheticSource{};
  spec.activations = SyntheticSource{};
  Workload result;
  result.network.name = "network";
  result.network.layers.push_back(spec);
  return result;
}

class ProgramCache : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path file(const Machine& machine) const {
    return directory.path() / (program_key(machine, workload()) + ".program");
  }

  test::TemporaryDirectory directory;
  test::FakeCalls calls;
};

TEST_F(ProgramCache, CompilesOnceForTwoRuns) {
  const Machine machine = test::fake_machine(calls);
  EXPECT_NE(obtain_program(machine, workload(), directory.path()), nullptr);
  EXPECT_NE(obtain_program(machine, workload(), directory.path()), nullptr);
  EXPECT_EQ(calls.compiled, 1);
  EXPECT_EQ(read_file(file(machine)), "fake program");
}

TEST_F(ProgramCache, CompilesEachTimeWithoutADirectory) {
  const Machine machine = test::fake_machine(calls);
  static_cast<void>(obtain_program(machine, workload(), {}));
  static_cast<void>(obtain_program(machine, workload(), {}));
  EXPECT_EQ(calls.compiled, 2);
}

TEST_F(ProgramCache, ReplacesADamagedFile) {
  const Machine machine = test::fake_machine(calls);
  write_file(file(machine), "fake progr");
  static_cast<void>(obtain_program(machine, workload(), directory.path()));
  EXPECT_EQ(calls.compiled, 1);
  EXPECT_EQ(read_file(file(machine)), "fake program");
}

TEST_F(ProgramCache, ReplacesAnEmptyFile) {
  const Machine machine = test::fake_machine(calls);
  write_file(file(machine), "");
  static_cast<void>(obtain_program(machine, workload(), directory.path()));
  EXPECT_EQ(read_file(file(machine)), "fake program");
}

TEST_F(ProgramCache, StoresNothingForAModelWithoutImages) {
  const Machine machine = test::fake_machine(calls, {.image = ""});
  static_cast<void>(obtain_program(machine, workload(), directory.path()));
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST_F(ProgramCache, RefusesADirectoryThatCannotBe) {
  const Machine machine = test::fake_machine(calls);
  const std::filesystem::path blocked = directory.path() / "file";
  write_file(blocked, "x");
  EXPECT_THROW(static_cast<void>(obtain_program(machine, workload(), blocked)), InputError);
  EXPECT_NE(obtain_program(machine, workload(), blocked, CacheErrors::ignored), nullptr);
}

TEST_F(ProgramCache, KeyDependsOnWhatTheCompilerSees) {
  const std::string key = program_key(test::fake_machine(calls), workload());
  EXPECT_NE(program_key(test::fake_machine(calls, {.compile_key = "other"}), workload()), key);

  Machine other_model = test::fake_machine(calls);
  other_model.model = "other";
  EXPECT_NE(program_key(other_model, workload()), key);

  Workload other_seed = workload();
  other_seed.seed = 1;
  EXPECT_NE(program_key(test::fake_machine(calls), other_seed), key);

  Workload other_layer = workload();
  other_layer.network.layers[0].weights = SyntheticSource{.density = 0.5};
  EXPECT_NE(program_key(test::fake_machine(calls), other_layer), key);

  Workload renamed_layer = workload();
  renamed_layer.network.layers[0].name = "other";
  EXPECT_NE(program_key(test::fake_machine(calls), renamed_layer), key);

  Workload two_layers = workload();
  two_layers.network.layers.push_back(two_layers.network.layers[0]);
  EXPECT_NE(program_key(test::fake_machine(calls), two_layers), key);
}

TEST_F(ProgramCache, KeyIgnoresTheNetworksNameAndPath) {
  Workload renamed = workload();
  renamed.network.name = "other";
  renamed.network.path = "/elsewhere/other.json";
  EXPECT_EQ(program_key(test::fake_machine(calls), renamed),
            program_key(test::fake_machine(calls), workload()));
}

}  // namespace
}  // namespace nzsim
