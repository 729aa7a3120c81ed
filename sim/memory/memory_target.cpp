#include "sim/memory/memory_target.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/kernel/time_resolution.h"
#include "sim/memory/kernel_time.h"

namespace nzsim {
namespace {

/// What is wrong with a payload apart from its address; `TLM_OK_RESPONSE` where nothing is.
tlm::tlm_response_status error_of(const tlm::tlm_generic_payload& payload) {
  if (!payload.is_read() && !payload.is_write()) return tlm::TLM_COMMAND_ERROR_RESPONSE;
  if (payload.get_byte_enable_ptr() != nullptr) return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  if (payload.get_data_length() == 0) return tlm::TLM_BURST_ERROR_RESPONSE;
  if (payload.get_streaming_width() < payload.get_data_length()) {
    return tlm::TLM_BURST_ERROR_RESPONSE;
  }
  return tlm::TLM_OK_RESPONSE;
}

Transfer transfer_of(const tlm::tlm_generic_payload& payload, std::uint64_t id) {
  return {id, payload.is_read() ? Access::read : Access::write, payload.get_address(),
          payload.get_data_length()};
}

[[noreturn]] void fail(const char* name, const char* expected, const tlm::tlm_phase& phase) {
  throw SimulationError(fmt::format("{}: expected {}, got {} at {} fs", name, expected,
                                    phase.get_name(), kernel_now()));
}

}  // namespace

MemoryTarget::MemoryTarget(const sc_core::sc_module_name& name, Memory& memory)
    : sc_core::sc_module(name), front_end_(memory) {
  use_femtoseconds();
  socket.bind(*this);
  // The modules keep references.
  channels_.reserve(memory.channels());
  for (std::uint32_t index = 0; index < memory.channels(); ++index) {
    channels_.push_back({memory, index});
    channel_modules_.push_back(std::make_unique<Part<MemoryChannel>>(
        fmt::format("channel_{}", index).c_str(), channels_.back()));
  }
  SC_HAS_PROCESS(MemoryTarget);
  SC_METHOD(respond);
  sensitive << wake_;
  dont_initialize();
}

ChannelCounters MemoryTarget::counters(std::uint32_t channel) {
  const Femtoseconds time = kernel_now();
  SIM_ASSERT(front_end_.free_at() <= time, name(), 0,
             "counters are read at {} fs while a request waits at the port until {} fs", time,
             front_end_.free_at());
  front_end_.advance_to(time);
  return channels_.at(channel).counters(time);
}

void MemoryTarget::b_transport(Payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t id = first_request_ + requests_.size();
  if (!send(payload, kernel_time_after(delay))) return;
  const Femtoseconds answer = front_end_.run_until_answered(id);
  take_request(id).set_response_status(tlm::TLM_OK_RESPONSE);
  delay = delay_until(answer);
}

tlm::tlm_sync_enum MemoryTarget::nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                                 sc_core::sc_time& delay) {
  if (phase == tlm::BEGIN_REQ) return begin_request(payload, phase, delay);
  if (phase != tlm::END_RESP || &payload != responding_) {
    fail(name(), "BEGIN_REQ, or END_RESP of the payload that is answered", phase);
  }
  end_response(kernel_time_after(delay));
  sleep();
  return tlm::TLM_COMPLETED;
}

tlm::tlm_sync_enum MemoryTarget::begin_request(Payload& payload, tlm::tlm_phase& phase,
                                               sc_core::sc_time& delay) {
  const Femtoseconds time = kernel_time_after(delay);
  if (time < front_end_.free_at()) fail(name(), "no request before the last END_REQ", phase);
  if (!payload.has_mm()) fail(name(), "a payload with a memory manager", phase);
  if (!send(payload, time)) return tlm::TLM_COMPLETED;
  payload.acquire();
  sleep();
  phase = tlm::END_REQ;
  delay = delay_until(front_end_.free_at());
  return tlm::TLM_UPDATED;
}

bool MemoryTarget::send(Payload& payload, Femtoseconds time) {
  const tlm::tlm_response_status error = error_of(payload);
  if (error != tlm::TLM_OK_RESPONSE) {
    payload.set_response_status(error);
    return false;
  }
  try {
    front_end_.send(transfer_of(payload, first_request_ + requests_.size()), time);
  } catch (const WorkloadError&) {
    // The length is not 0, so the end lies beyond the capacity.
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return false;
  }
  requests_.push_back(&payload);
  return true;
}

MemoryTarget::Payload& MemoryTarget::take_request(std::uint64_t id) {
  Payload& payload = *std::exchange(requests_[id - first_request_], nullptr);
  while (!requests_.empty() && requests_.front() == nullptr) {
    requests_.pop_front();
    ++first_request_;
  }
  return payload;
}

void MemoryTarget::respond() {
  const Femtoseconds time = kernel_now();
  while (responding_ == nullptr && response_free_at_ <= time) {
    const std::optional<MemoryEvent> answer = front_end_.take_answer(time);
    if (!answer) break;
    begin_response(take_request(answer->id));
  }
  sleep();
}

void MemoryTarget::begin_response(Payload& payload) {
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  responding_ = &payload;
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  const tlm::tlm_sync_enum state = socket->nb_transport_bw(payload, phase, delay);
  if (state != tlm::TLM_ACCEPTED) end_response(kernel_time_after(delay));
}

void MemoryTarget::end_response(Femtoseconds time) {
  SIM_ASSERT(responding_ != nullptr, name(), 0, "a response is ended twice");
  response_free_at_ = time;
  std::exchange(responding_, nullptr)->release();
}

void MemoryTarget::sleep() {
  if (responding_ != nullptr) return;
  const Femtoseconds next = front_end_.next_time();
  if (next == kNoTime) return;
  wake_.notify(delay_until(std::max({next, response_free_at_, kernel_now()})));
}

bool MemoryTarget::get_direct_mem_ptr(Payload&, tlm::tlm_dmi& dmi) {
  // None at all addresses.
  dmi.init();
  return false;
}

unsigned int MemoryTarget::transport_dbg(Payload&) { return 0; }

}  // namespace nzsim
