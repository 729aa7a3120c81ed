#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include <systemc>
#include <tlm>

#include "sim/kernel/part.h"
#include "sim/memory/memory.h"
#include "sim/memory/memory_front_end.h"

namespace nzsim {

/// One channel of a memory, as the hierarchy shows it.
struct MemoryChannel {
  static constexpr const char* kKind = "memory_channel";

  /// `Memory::counters` of this channel; `time` is one that the memory has been advanced to. While
  /// transfers are unanswered, `MemoryTarget::counters` sees to that.
  [[nodiscard]] ChannelCounters counters(Femtoseconds time) const {
    return memory.counters(index, time);
  }

  const Memory& memory;
  std::uint32_t index;
};

/// A TLM-2.0 target around a memory, for one initiator: times only, no data are kept or moved.
/// Sub-modules `channel_0`, `channel_1`, ... show the memory's channels.
///
/// **Loosely timed** (`b_transport`): the transfer is submitted at the current time plus the delay,
/// or when the port is free if that is later; the memory runs until it is answered; the delay then
/// is the time from now to the answer. An initiator that begins each transfer at or after the
/// answer of the one before gets the times that the memory has when it is called directly. An
/// initiator uses one of both styles at a time.
///
/// **Approximately timed**, four phases:
///  - BEGIN_REQ, at the current time plus its delay, submits. The call returns with END_REQ and the
///    delay until then: 1 fs after the memory accepts the transfer. The next BEGIN_REQ must not
///    come before; that is the back-pressure.
///  - BEGIN_RESP comes at the time of the answer, without delay. One response is in its phase at a
///    time: it may be ended by TLM_COMPLETED, by TLM_UPDATED with END_RESP, or by END_RESP later.
///    Others wait, in the order of their answers' times, then in that of their requests.
///
/// **Why no result depends on the order of processes.** At kernel time t the process of the target
/// asks the memory only for what it decides before t. All transfers of such times have been
/// submitted, whichever process runs first at t, and none can still arrive, so the memory decides
/// the same. An answer at t has been decided before t, so all answers at t are known when the
/// process wakes at t, and leave in an order of their own. END_REQ is known when BEGIN_REQ is sent:
/// while a request stands at the port no other can arrive, so the memory may run ahead of the
/// kernel until it accepts (see `MemoryFrontEnd`). What is left is when others see a response at t:
/// an initiator must treat it as visible after t (`MemoryPort` does).
///
/// The process wakes when the memory may do something or an answer is due, at absolute times;
/// there is no clock. `counters` may be read at any time, also while transfers are unanswered, but
/// not while a request waits at the port: the memory is then ahead of the kernel's time.
///
/// Payloads: any length; data may be null. A command that is neither read nor write, byte enables,
/// a length of 0 or a streaming width below the length, and an end beyond the capacity are answered
/// at once by TLM_COMMAND_, BYTE_ENABLE_, BURST_ and ADDRESS_ERROR_RESPONSE. `nb_transport_fw`
/// throws `SimulationError` where an initiator breaks the protocol.
class MemoryTarget final : public sc_core::sc_module, private tlm::tlm_fw_transport_if<> {
 public:
  /// `memory` must outlive the module; nobody else submits to it. Its owner may advance it to read
  /// counters while nothing is unanswered, no further than to the time of the next request.
  MemoryTarget(const sc_core::sc_module_name& name, Memory& memory);

  [[nodiscard]] const char* kind() const override { return "memory"; }
  [[nodiscard]] std::uint32_t channels() const {
    return static_cast<std::uint32_t>(channels_.size());
  }
  [[nodiscard]] const MemoryChannel& channel(std::uint32_t index) const { return channels_[index]; }

  /// What channel `channel` has counted before the kernel's current time: advances the memory to
  /// it, which changes no answer's time. No request may wait at the port, so that this is not
  /// before the last END_REQ, or the last answer to a `b_transport`; throws `SimulationError`
  /// otherwise.
  [[nodiscard]] ChannelCounters counters(std::uint32_t channel);

  tlm::tlm_target_socket<> socket{"socket"};

 private:
  using Payload = tlm::tlm_generic_payload;

  void b_transport(Payload& payload, sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  bool get_direct_mem_ptr(Payload& payload, tlm::tlm_dmi& dmi) override;
  unsigned int transport_dbg(Payload& payload) override;

  /// Sends a payload's transfer; false where the payload has an error, which is then its response.
  bool send(Payload& payload, Femtoseconds time);
  tlm::tlm_sync_enum begin_request(Payload& payload, tlm::tlm_phase& phase,
                                   sc_core::sc_time& delay);
  void end_response(Femtoseconds time);
  /// The process: sends the responses that are due and sleeps until the next may be.
  void respond();
  void begin_response(Payload& payload);
  void sleep();
  /// Takes the payload of request `id` out of `requests_`.
  Payload& take_request(std::uint64_t id);

  MemoryFrontEnd front_end_;
  std::vector<MemoryChannel> channels_;
  std::vector<std::unique_ptr<Part<MemoryChannel>>> channel_modules_;
  /// Payloads of the requests from `first_request_` on, by id; null where already answered.
  std::deque<Payload*> requests_;
  std::uint64_t first_request_ = 0;
  /// The payload whose response is in its phase, and when the phase is free for the next.
  Payload* responding_ = nullptr;
  Femtoseconds response_free_at_ = 0;
  sc_core::sc_event wake_{"wake"};
};

}  // namespace nzsim
