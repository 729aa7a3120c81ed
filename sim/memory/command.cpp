#include "sim/memory/command.h"

namespace nzsim {

std::string_view to_string(Command command) {
  static constexpr std::array<std::string_view, kCommands> kNames{"ACT",  "RD",  "WR",   "PRE",
                                                                  "PREA", "REF", "REFPB"};
  return kNames[static_cast<std::size_t>(command)];
}

}  // namespace nzsim
