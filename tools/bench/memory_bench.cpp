#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

#include <benchmark/benchmark.h>
#include <sys/wait.h>
#include <systemc>
#include <tlm>
#include <unistd.h>

#include "sim/kernel/time_resolution.h"
#include "sim/memory/ideal_memory.h"
#include "sim/memory/memory_front_end.h"
#include "sim/memory/memory_port.h"
#include "sim/memory/memory_target.h"

// What it costs to reach a memory: reads of 64 bytes from an ideal memory, up to 16 at a time where
// the style allows, called directly and over TLM-2.0. Times are per transfer.

namespace nzsim {
namespace {

constexpr std::uint64_t kTransfers = 200'000;
constexpr std::uint32_t kOutstanding = 16;
/// A clock cycle of the master, 1 ns.
constexpr Femtoseconds kCycle = 1'000'000;

/// 50 ns, 64 GB/s.
IdealMemory memory() {
  IdealMemoryConfig config;
  config.latency_femtoseconds = 50'000'000;
  config.bytes_per_second = 64e9;
  config.capacity_bytes = 1 << 20;
  return IdealMemory(config);
}

Transfer transfer(std::uint64_t id) { return {id, Access::read, id * 64 % (1 << 20), 64}; }

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

/// One transfer per cycle where the port is free and less than the limit are outstanding.
void read_directly() {
  IdealMemory ideal = memory();
  MemoryFrontEnd front_end(ideal);
  std::uint64_t sent = 0;
  std::uint64_t taken = 0;
  for (Femtoseconds time = 0; taken < kTransfers; time += kCycle) {
    while (front_end.take_answer(time - 1)) ++taken;
    if (sent < kTransfers && sent - taken < kOutstanding && front_end.free_at() <= time) {
      front_end.send(transfer(sent++), time);
    }
  }
}

/// The same over TLM, in the kernel.
double read_over_tlm() {
  IdealMemory ideal = memory();
  MemoryTarget target("dram", ideal);
  MemoryPort port("port", kOutstanding);
  port.socket.bind(target.socket);
  Thread master("master", [&port] {
    std::uint64_t sent = 0;
    std::uint64_t taken = 0;
    while (taken < kTransfers) {
      while (port.take_completion()) ++taken;
      if (sent < kTransfers && port.can_send()) port.send(transfer(sent++));
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

double read_blocking() {
  IdealMemory ideal = memory();
  MemoryTarget target("dram", ideal);
  Initiator initiator("initiator");
  initiator.socket.bind(target.socket);
  Thread master("master", [&initiator] {
    tlm::tlm_generic_payload payload;
    payload.set_read();
    payload.set_data_length(64);
    payload.set_streaming_width(64);
    sc_core::sc_time delay;
    for (std::uint64_t id = 0; id < kTransfers; ++id) {
      payload.set_address(transfer(id).address);
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

void BM_MemoryDirect(benchmark::State& state) {
  measure(state, [] { return seconds_of(read_directly); });
}
BENCHMARK(BM_MemoryDirect)->Unit(benchmark::kMillisecond)->UseManualTime();

void BM_MemoryOverTlmNonBlocking(benchmark::State& state) {
  measure(state, [] { return in_child(read_over_tlm); });
}
BENCHMARK(BM_MemoryOverTlmNonBlocking)->Unit(benchmark::kMillisecond)->UseManualTime();

void BM_MemoryOverTlmBlocking(benchmark::State& state) {
  measure(state, [] { return in_child(read_blocking); });
}
BENCHMARK(BM_MemoryOverTlmBlocking)->Unit(benchmark::kMillisecond)->UseManualTime();

void BM_KernelCyclesAlone(benchmark::State& state) {
  measure(state, [] { return in_child(wait_only); });
}
BENCHMARK(BM_KernelCyclesAlone)->Unit(benchmark::kMillisecond)->UseManualTime();

}  // namespace
}  // namespace nzsim
