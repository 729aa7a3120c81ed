#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <systemc>
#include <tlm>

#include "sim/memory/memory.h"

namespace nzsim {

/// The initiator of a machine's transfers to a TLM-2.0 memory, approximately timed: up to a limit
/// of transfers are outstanding. It has no process; a block of the machine sends and takes.
///
/// **Two-phase.** What happens at t can be seen after t: a completion at t is not given away at t,
/// and a transfer stays outstanding until its completion is taken. So neither `can_send` nor
/// `take_completion` depends on which process runs first at t.
///
/// Between taking a completion and sending what it triggers a machine must let at least one of its
/// cycles pass, as registers would; the port cannot know cycles and does not check it.
///
/// Payloads come from a pool of as many as may be outstanding, made in the constructor; nothing is
/// allocated per transfer. They carry no data.
class MemoryPort final : public sc_core::sc_module, private tlm::tlm_bw_transport_if<> {
 public:
  /// At most `outstanding_limit` transfers are outstanding; throws `SimulationError` where it is 0.
  MemoryPort(const sc_core::sc_module_name& name, std::uint32_t outstanding_limit);
  ~MemoryPort() override;

  [[nodiscard]] const char* kind() const override { return "memory_port"; }

  /// Whether a transfer can be sent at the current time: less than the limit are outstanding, and
  /// the request before has left the port.
  [[nodiscard]] bool can_send() const;
  /// When the request sent last leaves the port; `kNoTime` while that is not known. The limit may
  /// forbid to send then.
  [[nodiscard]] Femtoseconds free_at() const { return free_at_; }

  /// Sends BEGIN_REQ now. Throws `SimulationError` unless `can_send()`, where the transfer is of
  /// 2^32 bytes or more, and where the target answers with an error.
  void send(const Transfer& transfer);

  /// Takes the first completion before the current time, in the order of times; those of one time
  /// come in the order in which the target sends them.
  [[nodiscard]] std::optional<MemoryEvent> take_completion();

  /// Transfers that were sent and whose completions were not taken.
  [[nodiscard]] std::uint32_t outstanding() const { return outstanding_; }
  [[nodiscard]] std::uint32_t outstanding_limit() const { return outstanding_limit_; }

  tlm::tlm_initiator_socket<> socket{"socket"};

 private:
  using Payload = tlm::tlm_generic_payload;
  class Pool;

  tlm::tlm_sync_enum nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) override;

  void complete(Payload& payload, Femtoseconds time);

  std::uint32_t outstanding_limit_;
  std::uint32_t outstanding_ = 0;
  std::unique_ptr<Pool> pool_;
  /// The payload whose request is in its phase.
  Payload* requesting_ = nullptr;
  Femtoseconds free_at_ = 0;
  /// In the order of their times; room for the limit is reserved.
  std::vector<MemoryEvent> completions_;
};

}  // namespace nzsim
