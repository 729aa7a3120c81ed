#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <systemc>
#include <tlm>

#include "sim/memory/dram_memory.h"
#include "sim/memory/kernel_time.h"
#include "sim/memory/memory_port.h"
#include "sim/memory/memory_target.h"
#include "tests/support/shipped_memory.h"
#include "tests/support/tlm.h"

namespace nzsim {
namespace {

/// A transfer and the time at which it was sent.
struct Sent {
  Transfer transfer;
  Femtoseconds time = 0;
};

using Answers = std::map<std::uint64_t, Femtoseconds>;

/// Random transfers of up to 1 KiB within 1 MiB: rows are hit, and missed.
Transfer draw(std::mt19937_64& random, std::uint64_t id) {
  const Access access = random() % 3 == 0 ? Access::write : Access::read;
  return {id, access, random() % (1 << 20), 1 + random() % 1024};
}

/// Calls a memory directly with the same transfers at the same times.
Answers answers_of_direct_calls(const DramConfig& config, const std::vector<Sent>& all) {
  DramMemory memory(config);
  std::vector<MemoryEvent> events;
  for (const Sent& sent : all) {
    memory.advance(sent.time, events);
    memory.submit(sent.transfer, sent.time);
  }
  while (memory.unanswered() > 0) memory.advance(memory.next_time() + 1, events);
  Answers answers;
  for (const MemoryEvent& event : events) {
    if (event.kind == MemoryEvent::Kind::completed) answers[event.id] = event.time;
  }
  return answers;
}

/// Sends transfers as fast as the port takes them, with pauses.
class Master final : public sc_core::sc_module {
 public:
  Master(const sc_core::sc_module_name& name, MemoryPort& port, std::uint64_t seed)
      : sc_core::sc_module(name), port_(port), random_(seed) {
    SC_HAS_PROCESS(Master);
    SC_THREAD(run);
  }

  static constexpr std::uint64_t kTransfers = 300;
  std::vector<Sent> sent;
  Answers answers;

 private:
  void run() {
    while (answers.size() < kTransfers) {
      wait(test::femtoseconds(random_() % 50 == 0 ? 40'000'000'000 : 1'428'571));
      while (const auto answer = port_.take_completion()) answers[answer->id] = answer->time;
      if (sent.size() == kTransfers || !port_.can_send()) continue;
      sent.push_back({draw(random_, sent.size()), kernel_now()});
      port_.send(sent.back().transfer);
    }
  }

  MemoryPort& port_;
  std::mt19937_64 random_;
};

class DramOverTlm : public ::testing::TestWithParam<std::string> {};

TEST_P(DramOverTlm, AnswersAtTheTimesOfDirectCallsAndEachOnce) {
  const DramConfig config = test::shipped_dram(GetParam(), {{"/channels", "2"}});
  test::in_kernel([&] {
    DramMemory memory(config);
    MemoryTarget target("dram", memory);
    MemoryPort port("port", 40);
    port.socket.bind(target.socket);
    Master master("master", port, 7);
    sc_core::sc_start();
    EXPECT_EQ(master.answers.size(), Master::kTransfers);
    EXPECT_EQ(master.answers, answers_of_direct_calls(config, master.sent));
    EXPECT_EQ(memory.unanswered(), 0U);
  });
}

/// Reads one place after the other, each when the one before is answered.
class Chaser final : public sc_core::sc_module {
 public:
  Chaser(const sc_core::sc_module_name& name, MemoryTarget& target) : sc_core::sc_module(name) {
    socket.bind(initiator_);
    socket.bind(target.socket);
    SC_HAS_PROCESS(Chaser);
    SC_THREAD(run);
  }

  tlm::tlm_initiator_socket<> socket{"socket"};
  std::vector<Sent> sent;
  Answers answers;

 private:
  struct Initiator : tlm::tlm_bw_transport_if<> {
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload&, tlm::tlm_phase&,
                                       sc_core::sc_time&) override {
      return tlm::TLM_COMPLETED;
    }
    void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
  };

  void run() {
    std::mt19937_64 random(3);
    sc_core::sc_time delay;
    for (std::uint64_t id = 0; id < 100; ++id) {
      sent.push_back({draw(random, id), kernel_time_after(delay)});
      tlm::tlm_generic_payload payload;
      payload.set_command(sent.back().transfer.access == Access::read ? tlm::TLM_READ_COMMAND
                                                                      : tlm::TLM_WRITE_COMMAND);
      payload.set_address(sent.back().transfer.address);
      payload.set_data_length(static_cast<unsigned>(sent.back().transfer.bytes));
      payload.set_streaming_width(payload.get_data_length());
      socket->b_transport(payload, delay);
      answers[id] = kernel_time_after(delay);
    }
  }

  Initiator initiator_;
};

TEST_P(DramOverTlm, LooselyTimedTransfersHaveTheTimesOfDirectCalls) {
  const DramConfig config = test::shipped_dram(GetParam(), {{"/channels", "2"}});
  test::in_kernel([&] {
    DramMemory memory(config);
    MemoryTarget target("dram", memory);
    Chaser chaser("chaser", target);
    sc_core::sc_start();
    EXPECT_EQ(chaser.answers.size(), 100U);
    EXPECT_EQ(chaser.answers, answers_of_direct_calls(config, chaser.sent));
  });
}

INSTANTIATE_TEST_SUITE_P(Shipped, DramOverTlm, ::testing::Values("ddr3-2133", "hbm2-2000"));

}  // namespace
}  // namespace nzsim
