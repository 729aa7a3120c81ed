#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <sys/wait.h>
#include <systemc>
#include <tlm>
#include <unistd.h>

#include "sim/kernel/time_resolution.h"
#include "sim/memory/dram_channel.h"
#include "sim/memory/dram_memory.h"
#include "sim/memory/memory_front_end.h"
#include "sim/memory/memory_port.h"
#include "sim/memory/memory_target.h"

// What it costs to simulate a channel that is never idle: reads of one burst, called directly and
// over TLM-2.0, where up to 64 are outstanding and a clocked master sends at the peak rate of the
// data bus. Times are per transfer.

namespace nzsim {
namespace {

constexpr std::uint64_t kTransfers = 200'000;
constexpr std::uint32_t kOutstanding = 64;
/// A clock cycle of the master: the time of one burst of DDR4-2400.
constexpr Femtoseconds kCycle = 4 * 833'000;

/// Addresses of bursts one behind the other, or anywhere.
struct Stream {
  std::string memory;
  bool is_random = false;

  [[nodiscard]] MemoryConfig config() const {
    return load_memory(std::filesystem::path(NZSIM_SOURCE_DIR) / "configs/memory" /
                       (memory + ".json"));
  }
  [[nodiscard]] std::vector<Transfer> transfers(const DramConfig& dram) const {
    std::mt19937_64 random(1);
    const std::uint64_t burst = dram.organization.burst_bytes();
    const std::uint64_t bursts = dram.capacity_bytes() / burst;
    std::vector<Transfer> all;
    all.reserve(kTransfers);
    for (std::uint64_t id = 0; id < kTransfers; ++id) {
      all.push_back({id, Access::read, (is_random ? random() : id) % bursts * burst, burst});
    }
    return all;
  }
};

double seconds_of(const std::function<void()>& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// `measure` in a process of its own: SystemC elaborates once per process.
double in_child(const std::function<double()>& measure) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    use_femtoseconds();
    const double seconds = measure();
    _exit(write(ends[1], &seconds, sizeof seconds) == sizeof seconds ? 0 : 1);
  }
  close(ends[1]);
  double seconds = 0.0;
  const bool is_read = read(ends[0], &seconds, sizeof seconds) == sizeof seconds;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  if (!is_read) throw std::runtime_error("the child ended without a time");
  return seconds;
}

/// Runs a function in a thread of the kernel.
class Thread final : public sc_core::sc_module {
 public:
  Thread(const sc_core::sc_module_name& name, std::function<void()> body)
      : sc_core::sc_module(name), body_(std::move(body)) {
    SC_HAS_PROCESS(Thread);
    SC_THREAD(run);
  }

 private:
  void run() { body_(); }

  std::function<void()> body_;
};

/// An initiator that only calls.
class Initiator final : public sc_core::sc_module, private tlm::tlm_bw_transport_if<> {
 public:
  explicit Initiator(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
    socket.bind(*this);
  }
  tlm::tlm_initiator_socket<> socket{"socket"};

 private:
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload&, tlm::tlm_phase&,
                                     sc_core::sc_time&) override {
    return tlm::TLM_COMPLETED;
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
};

/// The channel's queues are kept full; no kernel, no other layer.
double read_channel(const Stream& stream) {
  const auto dram = std::get<DramConfig>(stream.config().memory);
  const std::vector<Transfer> transfers = stream.transfers(dram);
  const AddressMapping mapping(dram);
  DramChannel channel(dram, mapping, 0);
  std::vector<ChannelEvent> events;
  return seconds_of([&] {
    for (const Transfer& transfer : transfers) {
      while (channel.waiting() > 1) {
        channel.advance(channel.next_clock() + 1, events);
        events.clear();
      }
      channel.submit(transfer.id, transfer.access, transfer.address, transfer.bytes, channel.now(),
                     events);
    }
    while (channel.unanswered() > 0) channel.advance(channel.next_clock() + 1, events);
  });
}

/// The whole memory over TLM, in the kernel.
double read_over_tlm(const Stream& stream) {
  const auto dram = std::get<DramConfig>(stream.config().memory);
  const std::vector<Transfer> transfers = stream.transfers(dram);
  DramMemory memory(dram);
  MemoryTarget target("dram", memory);
  MemoryPort port("port", kOutstanding);
  port.socket.bind(target.socket);
  Thread master("master", [&] {
    std::uint64_t sent = 0;
    std::uint64_t taken = 0;
    while (taken < kTransfers) {
      while (port.take_completion()) ++taken;
      if (sent < kTransfers && port.can_send()) port.send(transfers[sent++]);
      sc_core::wait(sc_core::sc_time::from_value(kCycle));
    }
  });
  return seconds_of([] { sc_core::sc_start(); });
}

/// Cycles of the kernel without any memory: what of the time above is not TLM's.
double wait_only() {
  Thread master("master", [] {
    for (std::uint64_t cycle = 0; cycle < kTransfers; ++cycle) {
      sc_core::wait(sc_core::sc_time::from_value(kCycle));
    }
  });
  return seconds_of([] { sc_core::sc_start(); });
}

/// One transfer after the other, loosely timed.
double read_blocking(const Stream& stream) {
  const auto dram = std::get<DramConfig>(stream.config().memory);
  const std::vector<Transfer> transfers = stream.transfers(dram);
  DramMemory memory(dram);
  MemoryTarget target("dram", memory);
  Initiator initiator("initiator");
  initiator.socket.bind(target.socket);
  Thread master("master", [&] {
    tlm::tlm_generic_payload payload;
    payload.set_read();
    sc_core::sc_time delay;
    for (const Transfer& transfer : transfers) {
      payload.set_address(transfer.address);
      payload.set_data_length(static_cast<unsigned>(transfer.bytes));
      payload.set_streaming_width(static_cast<unsigned>(transfer.bytes));
      initiator.socket->b_transport(payload, delay);
    }
  });
  return seconds_of([] { sc_core::sc_start(); });
}

void measure(benchmark::State& state, const std::function<double()>& seconds) {
  for (auto _ : state) state.SetIterationTime(seconds());
  state.counters["s/transfer"] = benchmark::Counter(
      static_cast<double>(kTransfers),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void BM_Channel(benchmark::State& state, const Stream& stream) {
  measure(state, [&] { return read_channel(stream); });
}
void BM_OverTlmNonBlocking(benchmark::State& state, const Stream& stream) {
  measure(state, [&] { return in_child([&] { return read_over_tlm(stream); }); });
}
void BM_OverTlmBlocking(benchmark::State& state, const Stream& stream) {
  measure(state, [&] { return in_child([&] { return read_blocking(stream); }); });
}
void BM_KernelCyclesAlone(benchmark::State& state) {
  measure(state, [] { return in_child(wait_only); });
}
BENCHMARK(BM_KernelCyclesAlone)->Unit(benchmark::kMillisecond)->UseManualTime();

/// One benchmark per standard and stream; over TLM for one standard.
[[maybe_unused]] const bool kRegistered = [] {
  const auto add = [](const char* name, const Stream& stream, auto* function) {
    const std::string full =
        std::string(name) + "/" + stream.memory + (stream.is_random ? "/random" : "/sequential");
    benchmark::RegisterBenchmark(full.c_str(), function, stream)
        ->Unit(benchmark::kMillisecond)
        ->UseManualTime();
  };
  for (const char* memory : {"ddr3-1600", "ddr3-2133", "ddr4-2400", "ddr4-3200", "lpddr4-3200",
                             "gddr5-6000", "gddr5-7000", "hbm-1000", "hbm2-2000", "hbm3-6400"}) {
    for (const bool is_random : {false, true}) add("BM_Channel", {memory, is_random}, BM_Channel);
  }
  for (const bool is_random : {false, true}) {
    add("BM_OverTlmNonBlocking", {"ddr4-2400", is_random}, BM_OverTlmNonBlocking);
    add("BM_OverTlmBlocking", {"ddr4-2400", is_random}, BM_OverTlmBlocking);
  }
  return true;
}();

}  // namespace
}  // namespace nzsim
