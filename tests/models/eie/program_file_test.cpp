#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "models/eie/eie.h"
#include "models/eie/fast_engine.h"
#include "models/eie/program.h"
#include "sim/base/files.h"
#include "tests/support/eie_random.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::eie {
namespace {

/// Counters and outputs of all layers.
std::vector<std::pair<CounterValues, std::vector<std::int16_t>>> results(
    const Config& config, const EieProgram& program) {
  std::vector<std::pair<CounterValues, std::vector<std::int16_t>>> all;
  for (LayerRun& run : run_fast(config, Statistics(config), program, true)) {
    all.emplace_back(std::move(run.counters), std::move(run.outputs));
  }
  return all;
}

/// A random program and its file.
struct Stored {
  explicit Stored(std::uint64_t seed)
      : random(test::random_case(seed, directory.path())),
        program(compile(random.config, random.workload)),
        image(program->serialize()) {}

  /// The program in a file with `contents`; null where it is not accepted.
  [[nodiscard]] std::unique_ptr<EieProgram> load(const std::string& contents) const {
    const std::filesystem::path path = directory.path() / "program";
    write_file(path, contents);
    return load_program(MappedFile(path));
  }

  nzsim::test::TemporaryDirectory directory;
  test::RandomCase random;
  std::unique_ptr<EieProgram> program;
  std::string image;
};

TEST(ProgramFile, RunsAsTheProgramThatWasWritten) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Stored stored(seed);
    const std::unique_ptr<EieProgram> loaded = stored.load(stored.image);
    ASSERT_NE(loaded, nullptr) << stored.random.description;
    EXPECT_EQ(results(stored.random.config, *loaded),
              results(stored.random.config, *stored.program))
        << stored.random.description;
    EXPECT_EQ(loaded->serialize(), stored.image);
  }
}

TEST(ProgramFile, IsRefusedWhereItIsCutOrChangedAnywhere) {
  const Stored stored(3);
  for (std::size_t size = 1; size < stored.image.size(); size += 97) {
    EXPECT_EQ(stored.load(stored.image.substr(0, size)), nullptr) << size;
  }
  for (std::size_t byte = 0; byte < stored.image.size(); byte += 61) {
    std::string damaged = stored.image;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 0x10);
    EXPECT_EQ(stored.load(damaged), nullptr) << byte;
  }
}

TEST(FastEngine, GivesTheSameResultsInSeveralThreads) {
  const Stored stored(3);
  const Statistics statistics(stored.random.config);
  std::vector<std::vector<LayerRun>> runs(4);
  std::vector<std::thread> threads;
  for (std::vector<LayerRun>& run : runs) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        run = run_fast(stored.random.config, statistics, *stored.program, true);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<LayerRun>& run : runs) {
    ASSERT_EQ(run.size(), runs.front().size());
    for (std::size_t layer = 0; layer < run.size(); ++layer) {
      EXPECT_EQ(run[layer].counters, runs.front()[layer].counters);
      EXPECT_EQ(run[layer].outputs, runs.front()[layer].outputs);
    }
  }
}

}  // namespace
}  // namespace nzsim::eie
