#include "sim/memory/memory_target.h"

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/memory/ideal_memory.h"
#include "sim/memory/kernel_time.h"
#include "tests/support/random_memory.h"
#include "tests/support/tlm.h"

namespace nzsim {
namespace {

using test::femtoseconds;
using test::in_kernel;
using test::Payloads;
using test::RandomMemory;

/// Calls a function in a thread of the kernel; answers every response at once.
class Caller final : public sc_core::sc_module, private tlm::tlm_bw_transport_if<> {
 public:
  Caller(const sc_core::sc_module_name& name, std::function<void(Caller&)> body)
      : sc_core::sc_module(name), body_(std::move(body)) {
    socket.bind(*this);
    SC_HAS_PROCESS(Caller);
    SC_THREAD(run);
  }

  /// b_transport of one read or write: returns the delay afterwards.
  Femtoseconds block(tlm::tlm_generic_payload& payload, Femtoseconds delay) {
    sc_core::sc_time annotated = femtoseconds(static_cast<std::uint64_t>(delay));
    socket->b_transport(payload, annotated);
    return static_cast<Femtoseconds>(annotated.value());
  }
  tlm::tlm_sync_enum begin(tlm::tlm_generic_payload& payload, tlm::tlm_phase_enum first,
                           Femtoseconds& delay) {
    tlm::tlm_phase phase = first;
    sc_core::sc_time annotated = femtoseconds(static_cast<std::uint64_t>(delay));
    const tlm::tlm_sync_enum state = socket->nb_transport_fw(payload, phase, annotated);
    delay = static_cast<Femtoseconds>(annotated.value());
    return state;
  }

  tlm::tlm_initiator_socket<> socket{"socket"};
  Payloads payloads;
  std::vector<Femtoseconds> responses;

 private:
  void run() { body_(*this); }
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload&, tlm::tlm_phase&,
                                     sc_core::sc_time&) override {
    responses.push_back(kernel_now());
    return tlm::TLM_COMPLETED;
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}

  std::function<void(Caller&)> body_;
};

/// Runs `body` in a thread against a target around `memory`.
void call(Memory& memory, const std::function<void(Caller&)>& body) {
  MemoryTarget target("dram", memory);
  Caller caller("caller", body);
  caller.socket.bind(target.socket);
  sc_core::sc_start();
}

/// 100 fs, then 1 byte per femtosecond; 4096 bytes.
IdealMemory ideal() {
  IdealMemoryConfig config;
  config.latency_femtoseconds = 100;
  config.bytes_per_second = 1e15;
  config.capacity_bytes = 4096;
  return IdealMemory(config);
}

TEST(MemoryTarget, GivesDependentBlockingTransfersTheDirectTimes) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    in_kernel([&] {
      RandomMemory memory(seed);
      std::vector<Femtoseconds> answers;
      call(memory, [&](Caller& caller) {
        std::mt19937_64 random(seed);
        Femtoseconds delay = 0;
        for (std::uint64_t index = 0; index < 100; ++index) {
          delay += static_cast<Femtoseconds>(random() % 7);
          delay = caller.block(caller.payloads.make(index, 1), delay);
          answers.push_back(kernel_now() + delay);
          // Sometimes the initiator synchronizes, and goes on without delay.
          if (random() % 4 == 0) {
            sc_core::wait(femtoseconds(static_cast<std::uint64_t>(delay)));
            delay = 0;
          }
        }
      });
      RandomMemory direct(seed);
      std::vector<Femtoseconds> expected;
      std::vector<MemoryEvent> others;
      for (const test::Submission& submission : memory.submissions()) {
        direct.submit(submission.transfer, submission.time);
        expected.push_back(run_until_complete(direct, submission.transfer.id, others));
      }
      EXPECT_EQ(answers, expected);
    });
  }
}

TEST(MemoryTarget, LetsAnEarlyBlockingTransferWaitForTheMemorysTime) {
  in_kernel([] {
    IdealMemory memory = ideal();
    std::vector<Femtoseconds> delays;
    call(memory, [&](Caller& caller) {
      delays.push_back(caller.block(caller.payloads.make(0, 10), 50));
      // The memory has been advanced to 51 fs: that is when this one is submitted.
      delays.push_back(caller.block(caller.payloads.make(0, 10), 0));
      delays.push_back(caller.block(caller.payloads.make(0, 10), 1000));
    });
    // 50 + 100 + 10; then max(51 + 100, 160) + 10; then 1000 + 100 + 10.
    EXPECT_THAT(delays, testing::ElementsAre(160, 170, 1110));
  });
}

TEST(MemoryTarget, TakesThePayloadOfAnyLengthAsOneTransfer) {
  in_kernel([] {
    IdealMemory memory = ideal();
    call(memory, [&](Caller& caller) {
      EXPECT_EQ(caller.block(caller.payloads.make(0, 4096), 0), 100 + 4096);
    });
    EXPECT_EQ(memory.counters(0, 4196).reads, 1U);
    EXPECT_EQ(memory.counters(0, 4196).bytes, 4096U);
  });
}

TEST(MemoryTarget, PassesOnWhetherAPayloadReadsOrWrites) {
  in_kernel([] {
    IdealMemory memory = ideal();
    call(memory, [&](Caller& caller) {
      tlm::tlm_generic_payload& payload = caller.payloads.make(0, 3);
      payload.set_write();
      caller.block(payload, 0);
      EXPECT_TRUE(payload.is_response_ok());
      caller.block(caller.payloads.make(0, 4), 0);
    });
    EXPECT_EQ(memory.counters(0, 1000).writes, 1U);
    EXPECT_EQ(memory.counters(0, 1000).reads, 1U);
  });
}

struct BadPayload {
  std::string name;
  std::function<void(tlm::tlm_generic_payload&)> spoil;
  tlm::tlm_response_status response;
};

std::vector<BadPayload> bad_payloads() {
  static unsigned char enable = TLM_BYTE_ENABLED;
  using Payload = tlm::tlm_generic_payload;
  return {
      {"Ignore", [](Payload& payload) { payload.set_command(tlm::TLM_IGNORE_COMMAND); },
       tlm::TLM_COMMAND_ERROR_RESPONSE},
      {"ByteEnables", [](Payload& payload) { payload.set_byte_enable_ptr(&enable); },
       tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE},
      {"Empty", [](Payload& payload) { payload.set_data_length(0); },
       tlm::TLM_BURST_ERROR_RESPONSE},
      {"Streaming", [](Payload& payload) { payload.set_streaming_width(7); },
       tlm::TLM_BURST_ERROR_RESPONSE},
      {"BehindTheEnd", [](Payload& payload) { payload.set_address(4096 - 7); },
       tlm::TLM_ADDRESS_ERROR_RESPONSE},
      {"FarBehindTheEnd", [](Payload& payload) { payload.set_address(UINT64_MAX - 3); },
       tlm::TLM_ADDRESS_ERROR_RESPONSE},
  };
}

class MemoryTargetError : public testing::TestWithParam<BadPayload> {};

TEST_P(MemoryTargetError, IsAnsweredAtOnceInBothStylesAndLeavesNothingBehind) {
  in_kernel([] {
    IdealMemory memory = ideal();
    call(memory, [&](Caller& caller) {
      tlm::tlm_generic_payload& payload = caller.payloads.make(4096 - 8, 8);
      GetParam().spoil(payload);
      EXPECT_EQ(caller.block(payload, 3), 3);
      EXPECT_EQ(payload.get_response_status(), GetParam().response);
      payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
      Femtoseconds delay = 5;
      EXPECT_EQ(caller.begin(payload, tlm::BEGIN_REQ, delay), tlm::TLM_COMPLETED);
      EXPECT_EQ(payload.get_response_status(), GetParam().response);
      EXPECT_EQ(delay, 5);
      EXPECT_EQ(payload.get_ref_count(), 1);
      EXPECT_EQ(memory.unanswered(), 0U);
      // The next is served as if nothing had been.
      EXPECT_EQ(caller.block(caller.payloads.make(4096 - 8, 8), 0), 108);
    });
  });
}

INSTANTIATE_TEST_SUITE_P(Payload, MemoryTargetError, testing::ValuesIn(bad_payloads()),
                         [](const auto& instance) { return instance.param.name; });

TEST(MemoryTarget, EndsARequestOneFemtosecondAfterItIsAccepted) {
  in_kernel([] {
    IdealMemory memory = ideal();
    call(memory, [&](Caller& caller) {
      // Accepted at 7 fs, answered at 7 + 100 + 10 and max(8 + 100, 117) + 10.
      Femtoseconds delay = 7;
      EXPECT_EQ(caller.begin(caller.payloads.make(0, 10), tlm::BEGIN_REQ, delay), tlm::TLM_UPDATED);
      EXPECT_EQ(delay, 8);
      EXPECT_EQ(caller.begin(caller.payloads.make(0, 10), tlm::BEGIN_REQ, delay), tlm::TLM_UPDATED);
      EXPECT_EQ(delay, 9);
      sc_core::wait(femtoseconds(1000));
      EXPECT_THAT(caller.responses, testing::ElementsAre(117, 127));
    });
  });
}

TEST(MemoryTarget, FailsWhereAnInitiatorBreaksTheProtocol) {
  in_kernel([] {
    IdealMemory memory = ideal();
    call(memory, [&](Caller& caller) {
      Femtoseconds delay = 7;
      EXPECT_EQ(caller.begin(caller.payloads.make(0, 10), tlm::BEGIN_REQ, delay), tlm::TLM_UPDATED);
      // 1 fs before END_REQ.
      delay = 7;
      EXPECT_THROW(caller.begin(caller.payloads.make(0, 10), tlm::BEGIN_REQ, delay),
                   SimulationError);
      EXPECT_THROW(caller.begin(caller.payloads.make(0, 10), tlm::END_RESP, delay),
                   SimulationError);
      EXPECT_THROW(caller.begin(caller.payloads.make(0, 10), tlm::END_REQ, delay), SimulationError);
      delay = 8;
      tlm::tlm_generic_payload unmanaged;
      EXPECT_THROW(caller.begin(unmanaged, tlm::BEGIN_REQ, delay), SimulationError);
    });
  });
}

TEST(MemoryTarget, ShowsItsChannelsInTheHierarchy) {
  in_kernel([] {
    RandomMemory memory(1);
    MemoryTarget target("dram", memory);
    std::vector<std::string> names;
    for (const sc_core::sc_object* child : target.get_child_objects()) {
      names.push_back(fmt::format("{} {}", child->name(), child->kind()));
    }
    EXPECT_THAT(names, testing::IsSupersetOf(
                           {"dram.channel_0 memory_channel", "dram.channel_1 memory_channel"}));
    EXPECT_EQ(target.channels(), 2U);
    EXPECT_EQ(target.channel(1).counters(0).reads, 1U);
  });
}

TEST(MemoryTarget, ReadsCountersOnlyWhereNoRequestWaitsAtThePort) {
  in_kernel([] {
    IdealMemory memory = ideal();
    MemoryTarget target("dram", memory);
    Caller caller("caller", [&](Caller& self) {
      EXPECT_EQ(target.counters(0).reads, 0U);
      // Accepted at 7 fs, ends at 8 fs and is answered at 7 + 100 + 10.
      Femtoseconds delay = 7;
      self.begin(self.payloads.make(0, 10), tlm::BEGIN_REQ, delay);
      EXPECT_EQ(delay, 8);
      sc_core::wait(femtoseconds(7));
      EXPECT_THROW(static_cast<void>(target.counters(0)), SimulationError);
      sc_core::wait(femtoseconds(1));
      EXPECT_EQ(target.counters(0).reads, 1U);
      EXPECT_THAT(self.responses, testing::IsEmpty());
      sc_core::wait(femtoseconds(1000));
      EXPECT_THAT(self.responses, testing::ElementsAre(117));
    });
    caller.socket.bind(target.socket);
    sc_core::sc_start();
  });
}

TEST(MemoryTarget, OffersNeitherDirectNorDebugAccess) {
  in_kernel([] {
    IdealMemory memory = ideal();
    call(memory, [](Caller& caller) {
      tlm::tlm_dmi dmi;
      EXPECT_FALSE(caller.socket->get_direct_mem_ptr(caller.payloads.make(0, 1), dmi));
      EXPECT_EQ(caller.socket->transport_dbg(caller.payloads.make(0, 1)), 0U);
    });
  });
}

}  // namespace
}  // namespace nzsim
