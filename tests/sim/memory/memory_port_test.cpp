#include "sim/memory/memory_port.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/kernel/clock_domain.h"
#include "sim/kernel/clocked_module.h"
#include "sim/kernel/time_resolution.h"
#include "sim/memory/ideal_memory.h"
#include "sim/memory/kernel_time.h"
#include "sim/memory/memory_target.h"
#include "tests/support/fork.h"
#include "tests/support/random_memory.h"
#include "tests/support/tlm.h"

namespace nzsim {
namespace {

using test::femtoseconds;
using test::RandomMemory;
using test::TransferTimes;

/// 100 fs, then 1 byte per femtosecond; 4096 bytes.
IdealMemory ideal() {
  IdealMemoryConfig config;
  config.latency_femtoseconds = 100;
  config.bytes_per_second = 1e15;
  config.capacity_bytes = 4096;
  return IdealMemory(config);
}

/// Looks at its port every few femtoseconds, in a delta cycle that another seed draws: what it sees
/// and sends must not depend on that.
class Master final : public sc_core::sc_module {
 public:
  Master(const sc_core::sc_module_name& name, MemoryPort& port, std::uint64_t seed,
         std::uint64_t delta_seed, std::uint64_t count)
      : sc_core::sc_module(name), port_(port), random_(seed), deltas_(delta_seed), count_(count) {
    SC_HAS_PROCESS(Master);
    SC_THREAD(run);
  }

  std::map<std::uint64_t, Femtoseconds> completions;
  std::string log;
  std::uint32_t most_outstanding = 0;

 private:
  void run() {
    while (completions.size() < count_) {
      wait(femtoseconds(1 + random_() % 4));
      for (std::uint64_t cycles = deltas_() % 4; cycles > 0; --cycles) wait(sc_core::SC_ZERO_TIME);
      look();
    }
  }

  void look() {
    const bool could_send = port_.can_send();
    log += fmt::format("{}:{}", kernel_now(), could_send ? "+" : "-");
    while (const std::optional<MemoryEvent> completion = port_.take_completion()) {
      EXPECT_TRUE(completions.emplace(completion->id, completion->time).second);
      EXPECT_LT(completion->time, kernel_now());
      log += fmt::format("{}@{},", completion->id, completion->time);
    }
    if (next_ < count_ && random_() % 3 != 0 && port_.can_send()) {
      port_.send({next_, next_ % 3 == 0 ? Access::write : Access::read, next_, 1});
      ++next_;
    }
    most_outstanding = std::max(most_outstanding, port_.outstanding());
  }

  MemoryPort& port_;
  std::mt19937_64 random_;
  std::mt19937_64 deltas_;
  std::uint64_t count_;
  std::uint64_t next_ = 0;
};

/// One machine in a process of its own; returns all that the master saw. Times are checked against
/// the memory called directly.
std::string run_master(std::uint64_t seed, std::uint64_t delta_seed, bool target_first) {
  return test::fork_and_capture([&] {
    use_femtoseconds();
    constexpr std::uint32_t kLimit = 5;
    RandomMemory memory(seed);
    MemoryPort port("port", kLimit);
    std::optional<MemoryTarget> target;
    if (target_first) target.emplace("dram", memory);
    Master master("master", port, seed, delta_seed, 150);
    if (!target_first) target.emplace("dram", memory);
    port.socket.bind(target->socket);
    sc_core::sc_start();

    const std::map<std::uint64_t, TransferTimes> direct =
        test::direct_times(seed, memory.submissions());
    EXPECT_EQ(memory.times(), direct);
    EXPECT_EQ(master.completions.size(), direct.size());
    for (const auto& [id, time] : direct) EXPECT_EQ(master.completions.at(id), time.completed);
    EXPECT_EQ(master.most_outstanding, kLimit);
    EXPECT_EQ(port.outstanding(), 0U);
    return master.log;
  });
}

TEST(MemoryPort, ShowsTheSameInAnyOrderOfProcessesAtTheDirectTimes) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    const std::string log = run_master(seed, 1, true);
    EXPECT_EQ(run_master(seed, 2, true), log);
    EXPECT_EQ(run_master(seed, 1, false), log);
    EXPECT_EQ(run_master(seed, 3, false), log);
  }
}

/// Calls a function at every femtosecond.
class EachFemtosecond final : public sc_core::sc_module {
 public:
  EachFemtosecond(const sc_core::sc_module_name& name, Femtoseconds end,
                  std::function<void(Femtoseconds)> body)
      : sc_core::sc_module(name), end_(end), body_(std::move(body)) {
    SC_HAS_PROCESS(EachFemtosecond);
    SC_THREAD(run);
  }

 private:
  void run() {
    for (Femtoseconds time = 0; time < end_; ++time) {
      body_(time);
      wait(femtoseconds(1));
    }
  }

  Femtoseconds end_;
  std::function<void(Femtoseconds)> body_;
};

/// Sends reads of 10 bytes to an ideal memory as early as the port lets; returns the times of
/// sending, and when completions were taken.
std::string greedy_times(std::uint32_t limit, Femtoseconds end) {
  return test::fork_and_capture([&] {
    use_femtoseconds();
    IdealMemory memory = ideal();
    MemoryTarget target("dram", memory);
    MemoryPort port("port", limit);
    port.socket.bind(target.socket);
    std::string text;
    std::uint64_t next = 0;
    EachFemtosecond master("master", end, [&](Femtoseconds time) {
      while (const std::optional<MemoryEvent> completion = port.take_completion()) {
        text += fmt::format("take {}@{} at {}; ", completion->id, completion->time, time);
      }
      if (!port.can_send()) return;
      port.send({next++, Access::read, 0, 10});
      text += fmt::format("send at {}; ", time);
    });
    sc_core::sc_start();
    return text;
  });
}

TEST(MemoryPort, SendsNoEarlierAndNoLaterThanTheLimitAllows) {
  // Answers at 0 + 100 + 10 and 10 later; seen 1 fs later, when a place is free again.
  EXPECT_EQ(greedy_times(2, 125),
            "send at 0; send at 1; take 0@110 at 111; send at 111; take 1@120 at 121; "
            "send at 121; ");
  EXPECT_EQ(greedy_times(1, 125), "send at 0; take 0@110 at 111; send at 111; ");
  // One more place, one more transfer in flight.
  EXPECT_EQ(greedy_times(3, 115),
            "send at 0; send at 1; send at 2; take 0@110 at 111; "
            "send at 111; ");
}

/// A target that ends requests and begins responses in all the ways that the protocol has, by
/// turns, and keeps every payload that it has seen.
class ForeignTarget final : public sc_core::sc_module, private tlm::tlm_fw_transport_if<> {
 public:
  explicit ForeignTarget(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
    socket.bind(*this);
    SC_HAS_PROCESS(ForeignTarget);
    SC_METHOD(wake);
    sensitive << wake_;
    dont_initialize();
  }

  tlm::tlm_target_socket<> socket{"socket"};
  std::set<tlm::tlm_generic_payload*> payloads;
  std::uint64_t ended = 0;

 private:
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    if (phase == tlm::END_RESP) {
      ++ended;
      return tlm::TLM_COMPLETED;
    }
    payloads.insert(&payload);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    switch (number_++ % 4) {
      case 0:
        delay = femtoseconds(20);
        return tlm::TLM_COMPLETED;
      case 1:
        phase = tlm::BEGIN_RESP;
        delay = femtoseconds(30);
        return tlm::TLM_UPDATED;
      default:
        payload.acquire();
        payload_ = &payload;
        phase_ = number_ % 4 == 0 ? tlm::BEGIN_RESP : tlm::END_REQ;
        wake_.notify(femtoseconds(10));
        return tlm::TLM_ACCEPTED;
    }
  }
  void wake() {
    tlm::tlm_phase phase = phase_;
    sc_core::sc_time delay = femtoseconds(2);
    if (socket->nb_transport_bw(*payload_, phase, delay) == tlm::TLM_COMPLETED) {
      payload_->release();
      return;
    }
    phase_ = tlm::BEGIN_RESP;
    wake_.notify(femtoseconds(2));
  }
  void b_transport(tlm::tlm_generic_payload&, sc_core::sc_time&) override {}
  bool get_direct_mem_ptr(tlm::tlm_generic_payload&, tlm::tlm_dmi&) override { return false; }
  unsigned int transport_dbg(tlm::tlm_generic_payload&) override { return 0; }

  std::uint64_t number_ = 0;
  tlm::tlm_generic_payload* payload_ = nullptr;
  tlm::tlm_phase_enum phase_ = tlm::END_REQ;
  sc_core::sc_event wake_{"awaken"};
};

TEST(MemoryPort, SpeaksToOtherTargetsOfTheBaseProtocol) {
  const std::string text = test::fork_and_capture([&] {
    use_femtoseconds();
    ForeignTarget target("target");
    MemoryPort port("port", 2);
    port.socket.bind(target.socket);
    std::string seen;
    std::uint64_t next = 0;
    EachFemtosecond master("master", 2000, [&](Femtoseconds time) {
      while (const std::optional<MemoryEvent> completion = port.take_completion()) {
        if (next < 8) seen += fmt::format("{}@{} ", completion->id, completion->time);
      }
      if (!port.can_send()) return;
      if (next < 6) seen += fmt::format("send at {}; ", time);
      port.send({next++, Access::read, 0, 10});
    });
    sc_core::sc_start();
    EXPECT_LE(target.payloads.size(), 2U);
    EXPECT_GT(next, 80U);
    // A response on the return path is ended by a call; every fourth is of that kind.
    EXPECT_EQ(target.ended, (next + 2) / 4);
    return seen;
  });
  // 0: completed at once, for 20 fs later. 1: a response 30 fs later. 2: END_REQ at 50 + 10 + 2,
  // visible 1 fs later, and the response 2 fs after it. 3: the response at 63 + 10 + 2 stands for
  // both. Then the same again.
  EXPECT_THAT(text, testing::StartsWith(
                        "send at 0; send at 20; 0@20 send at 50; 1@50 send at 63; 2@64 3@75 "
                        "send at 76; send at 96; 4@96 5@126 "));
}

TEST(MemoryPort, UsesAFixedPoolOfPayloads) {
  const std::string text = test::fork_and_capture([&] {
    use_femtoseconds();
    ForeignTarget target("target");
    MemoryPort port("port", 7);
    port.socket.bind(target.socket);
    std::uint64_t sent = 0;
    EachFemtosecond master("master", 20'000, [&](Femtoseconds) {
      while (port.take_completion()) {
      }
      if (port.can_send()) port.send({sent++, Access::write, 0, 10});
    });
    sc_core::sc_start();
    EXPECT_GT(sent, 500U);
    return std::to_string(target.payloads.size());
  });
  EXPECT_LE(std::stoi(text), 7);
}

std::string failure_of(const std::function<void(MemoryPort&)>& body) {
  return test::fork_and_capture([&]() -> std::string {
    use_femtoseconds();
    IdealMemory memory = ideal();
    MemoryTarget target("dram", memory);
    MemoryPort port("port", 1);
    port.socket.bind(target.socket);
    std::string message = "nothing was thrown";
    EachFemtosecond master("master", 1, [&](Femtoseconds) {
      try {
        body(port);
      } catch (const SimulationError& error) {
        message = error.what();
      }
    });
    sc_core::sc_start();
    return message;
  });
}

TEST(MemoryPort, FailsWhereTheTargetAnswersWithAnError) {
  EXPECT_EQ(failure_of([](MemoryPort& port) {
              port.send({3, Access::read, 4095, 2});
            }),
            "port: expected transfer 3 of 2 bytes at 0xfff to be answered, got "
            "TLM_ADDRESS_ERROR_RESPONSE");
  EXPECT_THAT(failure_of([](MemoryPort& port) {
                port.send({3, Access::read, 0, 0});
              }),
              testing::HasSubstr("TLM_BURST_ERROR_RESPONSE"));
}

TEST(MemoryPort, RefusesWhatItCannotSend) {
  EXPECT_THAT(failure_of([](MemoryPort& port) {
                port.send({0, Access::read, 0, 1});
                port.send({1, Access::read, 0, 1});
              }),
              testing::HasSubstr("transfer 1 at 0 fs, with 1 outstanding"));
  EXPECT_THAT(failure_of([](MemoryPort& port) {
                port.send({0, Access::read, 0, std::uint64_t{1} << 32U});
              }),
              testing::HasSubstr("transfer 0 of 4294967296 bytes"));
}

TEST(MemoryPort, RefusesALimitOfZero) {
  test::in_kernel([] { EXPECT_THROW(MemoryPort("port", 0), SimulationError); });
}

/// A block that keeps its port full, one transfer per cycle.
class Reader final : public ClockedModule {
 public:
  Reader(const sc_core::sc_module_name& name, ClockDomain& domain, MemoryPort& port)
      : ClockedModule(name, domain), port_(port) {}
  void compute() override {
    while (const std::optional<MemoryEvent> completion = port_.take_completion()) {
      seen.emplace_back(domain().cycle(), completion->time);
    }
    if (port_.can_send()) port_.send({next_++, Access::read, 0, 64});
  }
  void commit() override {}
  std::string waits_for() const override { return "memory"; }

  std::vector<std::pair<std::uint64_t, Femtoseconds>> seen;

 private:
  MemoryPort& port_;
  std::uint64_t next_ = 0;
};

class CountedRun final : public CycleObserver {
 public:
  explicit CountedRun(std::uint64_t count) : left_(count) {}
  bool after_cycle(std::uint64_t) override { return --left_ > 0; }

 private:
  std::uint64_t left_;
};

TEST(MemoryPort, WorksBetweenAClockDomainAndAMemoryOverSeveralRuns) {
  const std::string text = test::fork_and_capture([] {
    ClockDomain domain("clock", 1e9);
    IdealMemoryConfig config;
    // 2 ns and 64 bytes per ns: an answer 3 ns after each cycle, at the very start of another.
    config.latency_femtoseconds = 2'000'000;
    config.bytes_per_second = 64e9;
    config.capacity_bytes = 4096;
    IdealMemory memory(config);
    MemoryTarget target("dram", memory);
    MemoryPort port("port", 2);
    port.socket.bind(target.socket);
    Reader reader("reader", domain, port);
    CountedRun first(6);
    domain.run(first);
    CountedRun second(6);
    domain.run(second);
    std::string seen;
    for (const auto& [cycle, time] : reader.seen) seen += fmt::format("{}@{} ", cycle, time);
    return seen;
  });
  // Sent in cycles 0 and 1, answered at the start of cycles 3 and 4, seen a cycle later and
  // followed by the next two; the second run goes on in cycle 6 with both in flight.
  EXPECT_EQ(text, "4@3000000 5@4000000 8@7000000 9@8000000 ");
}

}  // namespace
}  // namespace nzsim
