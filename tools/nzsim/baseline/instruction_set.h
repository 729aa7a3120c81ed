#pragma once

#include <string_view>
#include <vector>

namespace nzsim::baseline {

/// What a kernel is written with: plain C++ for the instructions that every build has, AVX2 with
/// fused multiply-adds, or AVX-512.
enum class InstructionSet { portable, avx2, avx512 };

[[nodiscard]] std::string_view to_string(InstructionSet set);

/// Those that this computer runs, the narrowest first.
[[nodiscard]] const std::vector<InstructionSet>& instruction_sets();

}  // namespace nzsim::baseline
