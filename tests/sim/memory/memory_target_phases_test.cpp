#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/memory/kernel_time.h"
#include "sim/memory/memory_target.h"
#include "tests/support/random_memory.h"
#include "tests/support/tlm.h"

namespace nzsim {
namespace {

using test::femtoseconds;
using test::in_kernel;
using test::Payloads;
using test::RandomMemory;
using test::TransferTimes;

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

}  // namespace
}  // namespace nzsim
