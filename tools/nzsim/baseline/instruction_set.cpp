#include "tools/nzsim/baseline/instruction_set.h"

#include <stdexcept>

namespace nzsim::baseline {

std::string_view to_string(InstructionSet set) {
  switch (set) {
    case InstructionSet::portable:
      return "portable";
    case InstructionSet::avx2:
      return "avx2";
    case InstructionSet::avx512:
      return "avx512";
  }
  throw std::logic_error("unknown instruction set");
}

const std::vector<InstructionSet>& instruction_sets() {
  static const std::vector<InstructionSet> sets = [] {
    std::vector<InstructionSet> found{InstructionSet::portable};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) {
      found.push_back(InstructionSet::avx2);
      if (__builtin_cpu_supports("avx512f") != 0) found.push_back(InstructionSet::avx512);
    }
#endif
    return found;
  }();
  return sets;
}

}  // namespace nzsim::baseline
