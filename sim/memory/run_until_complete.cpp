#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/memory/memory.h"

namespace nzsim {

Femtoseconds run_until_complete(Memory& memory, std::uint64_t id,
                                std::vector<MemoryEvent>& others) {
  const std::ptrdiff_t before = std::ssize(others);
  for (;;) {
    const Femtoseconds next = memory.next_time();
    if (next == kNoTime) {
      throw SimulationError(fmt::format("expected transfer {} in the memory, got none", id));
    }
    memory.advance(next + 1, others);
    const auto is_answer = [id](const MemoryEvent& event) {
      return event.id == id && event.kind == MemoryEvent::Kind::completed;
    };
    const auto answer = std::find_if(others.begin() + before, others.end(), is_answer);
    if (answer == others.end()) continue;
    const Femtoseconds time = answer->time;
    const auto is_own = [id](const MemoryEvent& event) { return event.id == id; };
    others.erase(std::remove_if(others.begin() + before, others.end(), is_own), others.end());
    return time;
  }
}

}  // namespace nzsim
