#include "sim/kernel/clock_domain.h"

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/kernel/clocked_module.h"
#include "sim/kernel/fifo.h"
#include "sim/kernel/part.h"
#include "tests/support/fork.h"

namespace nzsim {
namespace {

/// Runs for a fixed number of cycles and keeps the kernel's time of each.
class FixedRun final : public CycleObserver {
 public:
  explicit FixedRun(std::uint64_t count) : left_(count) {}
  bool after_cycle(std::uint64_t cycle) override {
    cycles.push_back(cycle);
    femtoseconds.push_back(sc_core::sc_time_stamp().value());
    return --left_ > 0;
  }
  std::vector<std::uint64_t> cycles;
  std::vector<std::uint64_t> femtoseconds;

 private:
  std::uint64_t left_;
};

/// Sends 0, 1, 2, ... with random pauses.
class Sender final : public ClockedModule {
 public:
  Sender(const sc_core::sc_module_name& name, ClockDomain& domain, Fifo<int>& fifo,
         std::uint64_t seed)
      : ClockedModule(name, domain), fifo_(fifo), random_(seed) {}
  void compute() override {
    if (!fifo_.full() && random_() % 2 == 0) fifo_.push(next_++);
  }
  void commit() override {}
  std::string waits_for() const override { return fifo_.full() ? "room in the FIFO" : ""; }

 private:
  Fifo<int>& fifo_;
  std::mt19937_64 random_;
  int next_ = 0;
};

/// Takes items with random pauses, and owns the FIFO's clock edge.
class Receiver final : public ClockedModule {
 public:
  Receiver(const sc_core::sc_module_name& name, ClockDomain& domain, Fifo<int>& fifo,
           std::uint64_t seed)
      : ClockedModule(name, domain), fifo_(fifo), random_(seed) {}
  void compute() override {
    if (fifo_.empty() || random_() % 3 == 0) return;
    received.emplace_back(domain().cycle(), fifo_.front());
    fifo_.pop();
  }
  void commit() override { fifo_.commit(); }
  std::string waits_for() const override { return {}; }

  std::vector<std::pair<std::uint64_t, int>> received;

 private:
  Fifo<int>& fifo_;
  std::mt19937_64 random_;
};

/// Never gets on.
class Stuck final : public ClockedModule {
 public:
  using ClockedModule::ClockedModule;
  void compute() override {}
  void commit() override {}
  std::string waits_for() const override { return "Godot"; }
};

class Thrower final : public ClockedModule {
 public:
  using ClockedModule::ClockedModule;
  void compute() override { throw WorkloadError("file", "/pointer", "message"); }
  void commit() override {}
  std::string waits_for() const override { return {}; }
};

std::vector<std::pair<std::uint64_t, int>> run_pair(std::uint64_t seed, bool shuffles) {
  ClockDomain domain("clock", 1e9, Stepping::direct);
  Fifo<int> fifo(3);
  Sender sender("sender", domain, fifo, seed);
  Receiver receiver("receiver", domain, fifo, seed + 1);
  if (shuffles) domain.shuffle(seed);
  FixedRun run(300);
  domain.run(run);
  return receiver.received;
}

TEST(ClockDomain, ComputesTheStartOfACycleWithoutRoundingUp) {
  ClockDomain domain("clock", 700e6, Stepping::direct);
  // 1e15 / 7e8 = 1428571.43 fs.
  EXPECT_EQ(domain.femtoseconds(0), 0U);
  EXPECT_EQ(domain.femtoseconds(1), 1'428'571U);
  EXPECT_EQ(domain.femtoseconds(2), 2'857'142U);
  EXPECT_EQ(domain.femtoseconds(7), 10'000'000U);
  // An hour: no error adds up.
  EXPECT_EQ(domain.femtoseconds(700'000'000ULL * 3600), 3'600'000'000'000'000'000ULL);
}

TEST(ClockDomain, StepsCyclesAtTheirAbsoluteTimesInTheKernel) {
  const std::string times = test::fork_and_capture([] {
    ClockDomain domain("clock", 700e6);
    FixedRun first(3);
    domain.run(first);
    FixedRun second(2);
    domain.run(second);
    std::string text;
    for (const FixedRun* run : {&first, &second}) {
      for (std::size_t index = 0; index < run->cycles.size(); ++index) {
        text += std::to_string(run->cycles[index]) + ':' +
                std::to_string(run->femtoseconds[index]) + ' ';
      }
    }
    return text;
  });
  // The second run goes on where the first ended.
  EXPECT_EQ(times, "0:0 1:1428571 2:2857142 3:4285714 4:5714285 ");
}

/// Something else in the kernel that is busy for longer than a run.
struct Other final : sc_core::sc_module {
  explicit Other(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
    SC_HAS_PROCESS(Other);
    SC_METHOD(note);
    sensitive << event;
    dont_initialize();
  }
  void note() { femtoseconds.push_back(sc_core::sc_time_stamp().value()); }
  sc_core::sc_event event{"event"};
  std::vector<std::uint64_t> femtoseconds;
};

TEST(ClockDomain, EndsARunInItsLastCycleWhateverElseTheKernelHasToDo) {
  const std::string times = test::fork_and_capture([] {
    ClockDomain domain("clock", 1e9);
    Other other("other");
    FixedRun first(2);
    other.event.notify(sc_core::sc_time::from_value(2'500'000));
    domain.run(first);
    const std::size_t at_first = other.femtoseconds.size();
    FixedRun second(2);
    domain.run(second);
    EXPECT_EQ(at_first, 0U);
    EXPECT_THAT(other.femtoseconds, testing::ElementsAre(2'500'000U));
    EXPECT_THAT(second.femtoseconds, testing::ElementsAre(2'000'000U, 3'000'000U));
    return std::string("done");
  });
  EXPECT_EQ(times, "done");
}

TEST(ClockDomain, GivesTheSameDataInAnyOrderOfModules) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto in_order = run_pair(seed, false);
    EXPECT_EQ(run_pair(seed, true), in_order);
    ASSERT_GT(in_order.size(), 50U);
    for (std::size_t index = 0; index < in_order.size(); ++index) {
      ASSERT_EQ(in_order[index].second, static_cast<int>(index));
    }
  }
}

TEST(ClockDomain, FailsWithADumpOfWhoWaitsWhenThereIsNoProgress) {
  ClockDomain domain("clock", 1e9, Stepping::direct, 100);
  Stuck stuck("estragon", domain);
  FixedRun run(1000);
  try {
    domain.run(run);
    FAIL() << "the watchdog did not end the run";
  } catch (const SimulationError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("no progress since cycle 0, now cycle 101"));
    EXPECT_THAT(error.what(), testing::HasSubstr("estragon: Godot"));
  }
}

TEST(ClockDomain, EndsARunOfExactlyTheWatchdogsLimit) {
  ClockDomain domain("clock", 1e9, Stepping::direct, 100);
  Stuck stuck("estragon", domain);
  // Cycles 0 to 100: the last one is 100 cycles after the start.
  FixedRun run(101);
  EXPECT_NO_THROW(domain.run(run));
}

TEST(ClockDomain, PassesAnExceptionThroughTheKernelUnchanged) {
  const std::string message = test::fork_and_capture([] {
    ClockDomain domain("clock", 1e9);
    Thrower thrower("thrower", domain);
    FixedRun run(10);
    try {
      domain.run(run);
    } catch (const WorkloadError& error) {
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  });
  EXPECT_EQ(message, "file: /pointer: message");
}

TEST(ClockDomain, RefusesAClockWithoutFrequency) {
  EXPECT_THROW(ClockDomain("clock", 0.0, Stepping::direct), SimulationError);
}

struct Register {
  static constexpr const char* kKind = "register";
  int value = 0;
};

TEST(Part, GivesAPlainPartItsPlaceInTheHierarchy) {
  Register hardware{3};
  Part<Register> part("accumulator", hardware);
  EXPECT_STREQ(part.name(), "accumulator");
  EXPECT_STREQ(part.kind(), "register");
  hardware.value = 4;
  EXPECT_EQ(part.hardware().value, 4);
}

}  // namespace
}  // namespace nzsim
