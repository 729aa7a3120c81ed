#include "sim/memory/memory_port.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/kernel/time_resolution.h"
#include "sim/memory/kernel_time.h"

namespace nzsim {
namespace {

/// A payload that knows its transfer.
struct PortPayload final : tlm::tlm_generic_payload {
  std::uint64_t id = 0;
};

void fill(PortPayload& payload, const Transfer& transfer) {
  const auto bytes = static_cast<unsigned int>(transfer.bytes);
  const bool is_read = transfer.access == Access::read;
  payload.id = transfer.id;
  payload.set_command(is_read ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
  payload.set_address(transfer.address);
  payload.set_data_length(bytes);
  payload.set_streaming_width(bytes);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

}  // namespace

/// Gets payloads back when nobody holds them any more.
class MemoryPort::Pool final : public tlm::tlm_mm_interface {
 public:
  explicit Pool(std::uint32_t count) : payloads_(std::make_unique<PortPayload[]>(count)) {
    free_.reserve(count);
    for (std::uint32_t index = 0; index < count; ++index) {
      payloads_[index].set_mm(this);
      free_.push_back(&payloads_[index]);
    }
  }

  [[nodiscard]] bool empty() const { return free_.empty(); }

  PortPayload& take() {
    PortPayload& payload = *free_.back();
    free_.pop_back();
    payload.acquire();
    return payload;
  }

  void free(tlm::tlm_generic_payload* payload) override {
    free_.push_back(static_cast<PortPayload*>(payload));
  }

 private:
  std::unique_ptr<PortPayload[]> payloads_;
  std::vector<PortPayload*> free_;
};

MemoryPort::MemoryPort(const sc_core::sc_module_name& name, std::uint32_t outstanding_limit)
    : sc_core::sc_module(name),
      outstanding_limit_(outstanding_limit),
      pool_(std::make_unique<Pool>(outstanding_limit)) {
  SIM_ASSERT(outstanding_limit > 0, this->name(), 0, "no transfer may be outstanding");
  use_femtoseconds();
  completions_.reserve(outstanding_limit);
  socket.bind(*this);
}

MemoryPort::~MemoryPort() = default;

bool MemoryPort::can_send() const {
  return outstanding_ < outstanding_limit_ && free_at_ <= kernel_now();
}

void MemoryPort::send(const Transfer& transfer) {
  SIM_ASSERT(can_send(), name(), 0, "transfer {} at {} fs, with {} outstanding and the port taken",
             transfer.id, kernel_now(), outstanding_);
  SIM_ASSERT(transfer.bytes <= UINT32_MAX, name(), 0, "transfer {} of {} bytes", transfer.id,
             transfer.bytes);
  SIM_ASSERT(!pool_->empty(), name(), 0, "the target holds a payload that it has answered");
  PortPayload& payload = pool_->take();
  fill(payload, transfer);
  ++outstanding_;
  requesting_ = &payload;
  free_at_ = kNoTime;
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  const tlm::tlm_sync_enum state = socket->nb_transport_fw(payload, phase, delay);
  if (state == tlm::TLM_ACCEPTED) return;
  // The target has named the time: the port is free from then on.
  free_at_ = kernel_time_after(delay);
  requesting_ = nullptr;
  if (state == tlm::TLM_COMPLETED) {
    complete(payload, free_at_);
  } else if (phase == tlm::BEGIN_RESP) {
    phase = tlm::END_RESP;
    socket->nb_transport_fw(payload, phase, delay);
    complete(payload, free_at_);
  }
}

std::optional<MemoryEvent> MemoryPort::take_completion() {
  if (completions_.empty() || completions_.front().time >= kernel_now()) return std::nullopt;
  const MemoryEvent completion = completions_.front();
  completions_.erase(completions_.begin());
  --outstanding_;
  return completion;
}

tlm::tlm_sync_enum MemoryPort::nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                               sc_core::sc_time& delay) {
  const Femtoseconds time = kernel_time_after(delay);
  const bool ends_request = &payload == requesting_;
  if (ends_request) {
    // Visible after `time`: the block that sends may have looked already.
    free_at_ = time + 1;
    requesting_ = nullptr;
  }
  if (phase == tlm::BEGIN_RESP) {
    complete(payload, time);
    return tlm::TLM_COMPLETED;
  }
  SIM_ASSERT(phase == tlm::END_REQ && ends_request, name(), 0, "unexpected {} at {} fs",
             phase.get_name(), time);
  return tlm::TLM_ACCEPTED;
}

void MemoryPort::complete(Payload& payload, Femtoseconds time) {
  const std::uint64_t id = static_cast<const PortPayload&>(payload).id;
  if (payload.is_response_error()) {
    throw SimulationError(
        fmt::format("{}: expected transfer {} of {} bytes at {:#x} to be "
                    "answered, got {}",
                    name(), id, payload.get_data_length(), payload.get_address(),
                    payload.get_response_string()));
  }
  const auto is_later = [](Femtoseconds at, const MemoryEvent& other) { return at < other.time; };
  completions_.insert(std::upper_bound(completions_.begin(), completions_.end(), time, is_later),
                      {MemoryEvent::Kind::completed, id, time});
  payload.release();
}

void MemoryPort::invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) {}

}  // namespace nzsim
