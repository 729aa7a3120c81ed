#include "sim/memory/memory_target.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/kernel/time_resolution.h"
#include "sim/memory/ideal_memory.h"
#include "sim/memory/kernel_time.h"
#include "tests/support/fork.h"
#include "tests/support/random_memory.h"

namespace nzsim {
namespace {

using test::RandomMemory;
using test::TransferTimes;

sc_core::sc_time femtoseconds(std::uint64_t count) { return sc_core::sc_time::from_value(count); }

/// Calls `body` in a process of its own; its checks are this test's.
void in_kernel(const std::function<void()>& body) {
  const std::string done = test::fork_and_capture([&] {
    use_femtoseconds();
    body();
    return std::string("done");
  });
  EXPECT_EQ(done, "done");
}

/// Payloads that are counted, not freed.
class Payloads final : public tlm::tlm_mm_interface {
 public:
  tlm::tlm_generic_payload& make(std::uint64_t address, unsigned int length) {
    auto& payload = *payloads_.emplace_back(std::make_unique<tlm::tlm_generic_payload>(this));
    payload.set_read();
    payload.set_address(address);
    payload.set_data_length(length);
    payload.set_streaming_width(length);
    payload.acquire();
    return payload;
  }
  void free(tlm::tlm_generic_payload*) override { ++freed; }

  std::uint64_t freed = 0;

 private:
  std::vector<std::unique_ptr<tlm::tlm_generic_payload>> payloads_;
};

/// What an initiator sees of one response.
struct Response {
  std::uint64_t id = 0;
  Femtoseconds begin = 0;
  Femtoseconds end = 0;
};

/// Sends requests as early as END_REQ allows or later, and ends responses in one of the three ways
/// of the protocol, all by chance.
class RandomInitiator final : public sc_core::sc_module, private tlm::tlm_bw_transport_if<> {
 public:
  RandomInitiator(const sc_core::sc_module_name& name, std::uint64_t seed, std::uint64_t count)
      : sc_core::sc_module(name), random_(seed), count_(count) {
    socket.bind(*this);
    SC_HAS_PROCESS(RandomInitiator);
    SC_THREAD(send);
    SC_METHOD(end_response);
    sensitive << end_response_;
    dont_initialize();
  }

  tlm::tlm_initiator_socket<> socket{"socket"};
  std::vector<Response> responses;
  std::vector<Femtoseconds> request_ends;
  Payloads payloads;
  bool overlaps = false;

 private:
  std::uint64_t draw(std::uint64_t limit) { return random_() % limit; }

  void send() {
    for (std::uint64_t id = 0; id < count_; ++id) {
      for (std::uint64_t cycles = draw(4); cycles > 0; --cycles) wait(sc_core::SC_ZERO_TIME);
      tlm::tlm_generic_payload& payload = payloads.make(id, 1);
      tlm::tlm_phase phase = tlm::BEGIN_REQ;
      sc_core::sc_time delay = femtoseconds(draw(3));
      EXPECT_EQ(socket->nb_transport_fw(payload, phase, delay), tlm::TLM_UPDATED);
      EXPECT_EQ(phase, tlm::END_REQ);
      request_ends.push_back(kernel_time_after(delay));
      wait(delay);
      wait(femtoseconds(draw(2) * draw(20)));
    }
  }

  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    EXPECT_EQ(phase, tlm::BEGIN_RESP);
    EXPECT_TRUE(payload.is_response_ok());
    const Femtoseconds now = kernel_now();
    overlaps = overlaps || (!responses.empty() && responses.back().end > now);
    responses.push_back({payload.get_address(), now, now});
    payload.release();
    switch (draw(3)) {
      case 0:
        return tlm::TLM_COMPLETED;
      case 1:
        phase = tlm::END_RESP;
        delay = femtoseconds(draw(8));
        responses.back().end = kernel_time_after(delay);
        return tlm::TLM_UPDATED;
      default:
        ending_ = &payload;
        responses.back().end = kNoTime;
        end_response_.notify(femtoseconds(draw(8)));
        return tlm::TLM_ACCEPTED;
    }
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}

  void end_response() {
    tlm::tlm_phase phase = tlm::END_RESP;
    sc_core::sc_time delay = femtoseconds(draw(3));
    responses.back().end = kernel_time_after(delay);
    EXPECT_EQ(socket->nb_transport_fw(*ending_, phase, delay), tlm::TLM_COMPLETED);
  }

  std::mt19937_64 random_;
  std::uint64_t count_;
  tlm::tlm_generic_payload* ending_ = nullptr;
  sc_core::sc_event end_response_{"response_ends"};
};

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

/// When each response has to begin: at its answer, or when the one before it ends.
std::vector<std::pair<std::uint64_t, Femtoseconds>> expected_responses(
    const std::map<std::uint64_t, TransferTimes>& times, const std::vector<Response>& responses) {
  std::vector<std::pair<Femtoseconds, std::uint64_t>> order;
  for (const auto& [id, time] : times) order.emplace_back(time.completed, id);
  std::sort(order.begin(), order.end());
  std::vector<std::pair<std::uint64_t, Femtoseconds>> expected;
  Femtoseconds free_at = 0;
  for (std::size_t index = 0; index < order.size(); ++index) {
    expected.emplace_back(order[index].second, std::max(order[index].first, free_at));
    free_at = responses.at(index).end;
  }
  return expected;
}

class MemoryTargetOrder : public testing::TestWithParam<bool> {};

TEST_P(MemoryTargetOrder, AnswersEveryRequestOnceAtTheDirectTimesUnderRandomBackPressure) {
  const bool target_first = GetParam();
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    in_kernel([&] {
      RandomMemory memory(seed);
      std::optional<MemoryTarget> target;
      if (target_first) target.emplace("dram", memory);
      RandomInitiator initiator("initiator", seed, 200);
      if (!target_first) target.emplace("dram", memory);
      initiator.socket.bind(target->socket);
      sc_core::sc_start();

      const std::map<std::uint64_t, TransferTimes> direct =
          test::direct_times(seed, memory.submissions());
      EXPECT_EQ(memory.times(), direct);
      ASSERT_EQ(initiator.responses.size(), 200U);
      std::vector<std::pair<std::uint64_t, Femtoseconds>> responses;
      for (const Response& response : initiator.responses) {
        responses.emplace_back(response.id, response.begin);
      }
      EXPECT_EQ(responses, expected_responses(direct, initiator.responses));
      for (std::uint64_t id = 0; id < 200; ++id) {
        EXPECT_EQ(initiator.request_ends[id], direct.at(id).accepted + 1);
      }
      EXPECT_FALSE(initiator.overlaps);
      EXPECT_EQ(initiator.payloads.freed, 200U);
    });
  }
}

INSTANTIATE_TEST_SUITE_P(ConstructedFirst, MemoryTargetOrder, testing::Bool(),
                         [](const auto& instance) {
                           return instance.param ? "Target" : "Initiator";
                         });

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
