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

/// What all channels have counted before a point in time.
struct Sample {
  Femtoseconds time = 0;
  std::vector<ChannelCounters> channels;

  friend bool operator==(const Sample&, const Sample&) = default;
};

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

/// What a memory that is called directly with the same transfers has counted at the times of
/// `samples`; a transfer of the same time comes behind the sample.
std::vector<Sample> samples_of_direct_calls(const DramConfig& config, const std::vector<Sent>& all,
                                            const std::vector<Sample>& samples) {
  DramMemory memory(config);
  std::vector<MemoryEvent> events;
  std::vector<Sample> direct;
  auto sent = all.begin();
  for (const Sample& sample : samples) {
    for (; sent != all.end() && sent->time < sample.time; ++sent) {
      memory.advance(sent->time, events);
      memory.submit(sent->transfer, sent->time);
    }
    memory.advance(sample.time, events);
    direct.push_back({sample.time, {}});
    for (std::uint32_t channel = 0; channel < memory.channels(); ++channel) {
      direct.back().channels.push_back(memory.counters(channel, sample.time));
    }
  }
  return direct;
}

/// Sends transfers as fast as the port takes them, with pauses. Samples the counters of `sampled`
/// every so often, where there is such a target.
class Master final : public sc_core::sc_module {
 public:
  Master(const sc_core::sc_module_name& name, MemoryPort& port, std::uint64_t seed,
         MemoryTarget* sampled = nullptr)
      : sc_core::sc_module(name), port_(port), random_(seed), sampled_(sampled) {
    SC_HAS_PROCESS(Master);
    SC_THREAD(run);
  }

  static constexpr std::uint64_t kTransfers = 300;
  std::vector<Sent> sent;
  std::vector<Sample> samples;
  /// Of the samples, those that were taken while transfers were unanswered.
  std::uint64_t samples_in_flight = 0;
  Answers answers;

 private:
  void run() {
    while (answers.size() < kTransfers) {
      wait(test::femtoseconds(random_() % 50 == 0 ? 40'000'000'000 : 1'428'571));
      while (const auto answer = port_.take_completion()) answers[answer->id] = answer->time;
      if (sampled_ != nullptr && port_.free_at() <= kernel_now() && random_() % 4 == 0) sample();
      if (sent.size() == kTransfers || !port_.can_send()) continue;
      sent.push_back({draw(random_, sent.size()), kernel_now()});
      port_.send(sent.back().transfer);
    }
  }

  void sample() {
    samples.push_back({kernel_now(), {}});
    for (std::uint32_t channel = 0; channel < sampled_->channels(); ++channel) {
      samples.back().channels.push_back(sampled_->counters(channel));
    }
    if (port_.outstanding() > 0) ++samples_in_flight;
  }

  MemoryPort& port_;
  std::mt19937_64 random_;
  MemoryTarget* sampled_;
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

TEST_P(DramOverTlm, CountsInMidFlightWhatDirectCallsCountAndAnswersAtTheSameTimes) {
  const DramConfig config = test::shipped_dram(GetParam(), {{"/channels", "2"}});
  test::in_kernel([&] {
    DramMemory memory(config);
    MemoryTarget target("dram", memory);
    MemoryPort port("port", 40);
    port.socket.bind(target.socket);
    Master master("master", port, 8, &target);
    sc_core::sc_start();
    EXPECT_GT(master.samples_in_flight, 50U);
    EXPECT_EQ(master.samples, samples_of_direct_calls(config, master.sent, master.samples));
    EXPECT_GT(master.samples.back().channels[0].reads, 0U);
    EXPECT_EQ(master.answers, answers_of_direct_calls(config, master.sent));
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
