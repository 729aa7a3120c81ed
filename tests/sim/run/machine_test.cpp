#include "sim/run/machine.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/memory/machine_memory.h"
#include "tests/support/fake_machine.h"
#include "tests/support/message_of.h"
#include "tests/support/temporary_directory.h"

namespace nzsim {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

constexpr const char* kTable = R"({"name": "table", "node_nm": 45, "source": "a test", "entries": [
  {"component": "multiply_accumulator", "action": "multiply_accumulate", "picojoules": 1,
   "provenance": "assumption", "source": "a test"}], "areas": []})";

/// A temporary `configs` with one energy table and room for machines.
class MachineFile : public testing::Test {
 protected:
  MachineFile() { write_file(directory.path() / "energy" / "table.json", kTable); }

  std::filesystem::path write(const Json& contents) const {
    const std::filesystem::path path = directory.path() / "machines" / "machine.json";
    write_file(path, contents.dump());
    return path;
  }

  test::TemporaryDirectory directory;
  Json machine = {{"name", "mine"},    {"model", "ideal"},  {"clock_mhz", 700},
                  {"energy", "table"}, {"source", "paper"}, {"bytes_per_cycle", 8}};
};

TEST_F(MachineFile, IsReadWithItsModelsKeys) {
  const Machine result = load_machine(write(machine));
  EXPECT_EQ(result.name, "mine");
  EXPECT_EQ(result.model, "ideal");
  EXPECT_EQ(result.source, "paper");
  EXPECT_EQ(result.energy.name, "table");
  EXPECT_DOUBLE_EQ(result.accelerator->clock_hz(), 700e6);
  EXPECT_DOUBLE_EQ(result.accelerator->ceilings().bytes_per_second, 8 * 700e6);
}

TEST_F(MachineFile, IsResolvedWithEveryDefault) {
  const Json resolved = Json::parse(load_machine(write(machine)).resolved);
  EXPECT_EQ(resolved["multiply_accumulates_per_cycle"], 64);
  EXPECT_EQ(resolved["bytes_per_cycle"], 8);
}

TEST_F(MachineFile, IsChangedByOverrides) {
  const Machine result = load_machine(write(machine), {{"/bytes_per_cycle", "16"}});
  EXPECT_DOUBLE_EQ(result.accelerator->ceilings().bytes_per_second, 16 * 700e6);
}

TEST_F(MachineFile, TakesAnInlineEnergyTable) {
  machine["energy"] = Json::parse(kTable);
  machine["energy"]["name"] = "inline";
  EXPECT_EQ(load_machine(write(machine)).energy.name, "inline");
}

TEST_F(MachineFile, FindsAShippedEnergyTable) {
  const test::TemporaryDirectory shipped;
  write_file(shipped.path() / "other.json", kTable);
  machine["energy"] = "other";
  EXPECT_EQ(load_machine(write(machine), {}, {.energy = shipped.path()}).energy.entries.size(), 1U);
}

TEST_F(MachineFile, TakesOverridesBelowTheNameOfItsEnergyTable) {
  const Machine result = load_machine(
      write(machine), {{"/energy/entries/0/picojoules", "3"}, {"/energy/name", "changed"}});
  EXPECT_EQ(result.energy.name, "changed");
  EXPECT_EQ(result.energy.node_nm, 45.0);
  ASSERT_EQ(result.energy.entries.size(), 1U);
  EXPECT_EQ(result.energy.entries[0].picojoules, 3.0);
  EXPECT_EQ(result.energy.entries[0].action, "multiply_accumulate");
  EXPECT_EQ(result.energy.digest, "");
}

TEST_F(MachineFile, TakesAnEnergyTableThatExtendsOne) {
  machine["energy"] = {{"extends", "table"}, {"node_nm", 28}};
  const Machine result = load_machine(write(machine));
  EXPECT_EQ(result.energy.node_nm, 28.0);
  EXPECT_EQ(result.energy.entries.size(), 1U);
}

TEST_F(MachineFile, ErrorsOfOverridesNameTheirPlaceInTheEnergyTable) {
  const auto error = [&](const std::string& pointer, const std::string& value) {
    return test::message_of([&] {
      static_cast<void>(load_machine(write(machine), {{pointer, value}}));
    });
  };
  EXPECT_EQ(error("/energy/node_nm", "0"),
            "--set: /energy/node_nm: expected a number in [0.1, 10000], got 0");
  EXPECT_EQ(error("/energy/entries/0/picojoules", "-1"),
            "--set: /energy/entries/0/picojoules: expected a number in [0, 1e+300], got -1");
  EXPECT_EQ(error("/energy/entries/1/picojoules", "1"),
            "--set: /energy/entries/1: expected an index below 1 in the array /energy/entries, got "
            "\"1\"");
}

TEST_F(MachineFile, IsReadOnceWhereFilesAreKept) {
  MachineFiles files;
  const std::filesystem::path path = write(machine);
  static_cast<void>(load_machine(path, {}, {}, &files));
  machine["bytes_per_cycle"] = 1;
  write(machine);
  write_file(directory.path() / "energy" / "table.json", "no longer a table");
  const Machine result = load_machine(path, {{"/clock_mhz", "1"}}, {}, &files);
  EXPECT_DOUBLE_EQ(result.accelerator->ceilings().bytes_per_second, 8 * 1e6);
  EXPECT_EQ(result.energy.name, "table");
  EXPECT_THAT(result.energy.digest, testing::SizeIs(64));
}

TEST_F(MachineFile, SuggestsTheNearestEnergyTable) {
  machine["energy"] = "tabel";
  EXPECT_THAT(test::message_of([&] { static_cast<void>(load_machine(write(machine))); }),
              HasSubstr("machine.json: /energy: expected the name of an energy table or the "
                        "path of its file, got \"tabel\"; did you mean \"table\"?"));
}

TEST_F(MachineFile, SuggestsTheNearestModel) {
  machine["model"] = "idael";
  const std::string message =
      test::message_of([&] { static_cast<void>(load_machine(write(machine))); });
  EXPECT_THAT(message, HasSubstr("machine.json: /model: expected"));
  EXPECT_THAT(message, HasSubstr("did you mean \"ideal\"?"));
}

TEST_F(MachineFile, ReportsAllErrorsTogether) {
  machine["clock_mhz"] = -1;
  machine["bytes_per_cycle"] = 0;
  machine["pe_count"] = 64;
  const std::string message =
      test::message_of([&] { static_cast<void>(load_machine(write(machine))); });
  EXPECT_THAT(message, HasSubstr("/clock_mhz"));
  EXPECT_THAT(message, HasSubstr("/bytes_per_cycle"));
  EXPECT_THAT(message, HasSubstr("/pe_count"));
}

/// A model that has a memory and does nothing.
constexpr const char* kModelWithMemory = "test_model_with_memory";

std::unique_ptr<Accelerator> make_with_memory(ConfigNode& node, double /*clock_hz*/) {
  static test::FakeCalls calls;
  return test::fake_accelerator(calls, {.memory = memory_of_machine(node)});
}
[[maybe_unused]] const bool kRegistered =
    AcceleratorRegistry::add(kModelWithMemory, "has a memory", make_with_memory);

constexpr const char* kMemory = R"({"name": "mem", "source": "a test", "kind": "ideal",
  "latency_ns": 10, "bytes_per_second": 1e9, "capacity_bytes": 1024,
  "energy": {"picojoules_per_bit": 20, "source": "a test"}})";

/// A temporary `configs` with one memory, beside a machine that may have it.
class MachineWithMemory : public MachineFile {
 protected:
  MachineWithMemory() {
    write_file(directory.path() / "memory" / "mem.json", kMemory);
    machine["model"] = kModelWithMemory;
    machine.erase("bytes_per_cycle");
  }

  /// The bandwidth of the memory that the machine gets.
  double bandwidth(const std::vector<Override>& overrides = {}) {
    const Machine result = load_machine(write(machine), overrides);
    return result.accelerator->memory()->peak_bytes_per_second();
  }
};

TEST_F(MachineWithMemory, NeedsNone) {
  const Machine result = load_machine(write(machine));
  EXPECT_EQ(result.accelerator->memory(), nullptr);
  EXPECT_EQ(result.energy.entries.size(), 1U);
}

TEST_F(MachineWithMemory, TakesANameOrAnObject) {
  machine["memory"] = "mem";
  EXPECT_EQ(bandwidth(), 1e9);
  machine["memory"] = {{"extends", "mem"}, {"bytes_per_second", 2e9}};
  EXPECT_EQ(bandwidth(), 2e9);
  machine["memory"] = Json::parse(kMemory);
  EXPECT_EQ(bandwidth(), 1e9);
}

TEST_F(MachineWithMemory, IsChangedByOverrides) {
  EXPECT_EQ(bandwidth({{"/memory/extends", "mem"}, {"/memory/bytes_per_second", "3e9"}}), 3e9);
  machine["memory"] = "mem";
  EXPECT_EQ(bandwidth({{"/memory/bytes_per_second", "3e9"}}), 3e9);
  EXPECT_EQ(bandwidth({{"/memory", "mem"}}), 1e9);
}

TEST_F(MachineWithMemory, IsResolvedWithTheWholeMemory) {
  machine["memory"] = "mem";
  const Json resolved = Json::parse(load_machine(write(machine)).resolved);
  EXPECT_EQ(resolved["memory"]["latency_ns"], 10);
  EXPECT_EQ(resolved["memory"]["description"], "");
}

TEST_F(MachineWithMemory, FindsAShippedMemory) {
  const test::TemporaryDirectory shipped;
  write_file(shipped.path() / "other.json", kMemory);
  machine["memory"] = "other";
  const Machine result = load_machine(write(machine), {}, {.memory = shipped.path()});
  EXPECT_EQ(result.accelerator->memory()->name, "mem");
}

TEST_F(MachineWithMemory, GetsTheEnergiesOfItsMemory) {
  machine["memory"] = "mem";
  const Machine result = load_machine(write(machine));
  ASSERT_EQ(result.energy.entries.size(), 2U);
  EXPECT_EQ(result.energy.entries[1].component, "dram");
  EXPECT_EQ(result.energy.entries[1].picojoules, 20.0);
}

TEST_F(MachineWithMemory, IsRefusedWhereTheMemorysEnergyIsNotKnown) {
  machine["memory"] = {{"extends", "mem"}, {"energy", nullptr}};
  EXPECT_THAT(test::message_of([&] { static_cast<void>(load_machine(write(machine))); }),
              HasSubstr("machine.json: /memory: expected a memory with an energy section, got "
                        "\"mem\" without"));
}

TEST_F(MachineWithMemory, IsRefusedWhereItsTableHasEnergiesOfAMemoryToo) {
  machine["energy"] = Json::parse(kTable);
  machine["energy"]["entries"][0]["component"] = "dram";
  EXPECT_EQ(load_machine(write(machine)).energy.entries.size(), 1U);
  machine["memory"] = "mem";
  EXPECT_THAT(test::message_of([&] { static_cast<void>(load_machine(write(machine))); }),
              HasSubstr("machine.json: /energy: expected no entry of component 'dram', whose "
                        "energies the memory gives, got action 'multiply_accumulate'"));
}

TEST_F(MachineWithMemory, NamesTheFileOfAWrongValue) {
  machine["memory"] = {{"extends", "mem"}, {"capacity_bytes", 0}};
  write_file(directory.path() / "memory" / "mem.json",
             R"({"name": "mem", "source": "a test", "kind": "ideal", "latency_ns": -1,
                 "bytes_per_second": 1, "speed": 1})");
  const std::string message =
      test::message_of([&] { static_cast<void>(load_machine(write(machine))); });
  EXPECT_THAT(message, HasSubstr("memory/mem.json: /latency_ns: expected a number in"));
  EXPECT_THAT(message, HasSubstr("memory/mem.json: /speed: unknown key"));
  EXPECT_THAT(message, HasSubstr("machine.json: /memory/capacity_bytes: expected an integer"));
}

TEST_F(MachineWithMemory, OfAModelWithoutMemoryIsAnUnknownKey) {
  machine["model"] = "ideal";
  machine["memory"] = "mem";
  EXPECT_THAT(test::message_of([&] { static_cast<void>(load_machine(write(machine))); }),
              HasSubstr("machine.json: /memory: unknown key"));
}

TEST(MachineSchema, TakesTheMemoryAsNameObjectOrExtension) {
  const Json schema = Json::parse(machine_schema());
  const Json memory = schema["else"]["allOf"];
  EXPECT_THAT(memory.dump(), HasSubstr(kModelWithMemory));
  EXPECT_THAT(memory.dump(), HasSubstr("Name or path of a file that this object changes."));
}

TEST(MachineSchema, HasABranchForEachModel) {
  const std::string schema = machine_schema();
  EXPECT_TRUE(Json::accept(schema));
  EXPECT_THAT(schema, HasSubstr("\"clock_mhz\""));
  EXPECT_THAT(schema, HasSubstr("\"multiply_accumulates_per_cycle\""));
}

TEST(AcceleratorRegistry, ListsModelsByName) {
  const std::vector<AcceleratorRegistry::Entry> all = AcceleratorRegistry::all();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                             [](const auto& a, const auto& b) { return a.model < b.model; }));
  EXPECT_TRUE(std::any_of(all.begin(), all.end(),
                          [](const auto& entry) { return entry.model == "ideal"; }));
}

TEST(AcceleratorRegistry, RefusesTwoModelsOfOneName) {
  EXPECT_THROW(AcceleratorRegistry::add("ideal", "another", nullptr), SimulationError);
}

}  // namespace
}  // namespace nzsim
