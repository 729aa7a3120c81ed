#pragma once

#include "tools/nzsim/command.h"

/// What the table in `commands.cpp` is made of: one function per subcommand, each in a file of its
/// own.
namespace nzsim::cli {

[[nodiscard]] Command run_command();
[[nodiscard]] Command list_command();
[[nodiscard]] Command validate_command();
[[nodiscard]] Command schema_command();
[[nodiscard]] Command memory_command();
[[nodiscard]] Command report_command();
[[nodiscard]] Command reproduce_command();
[[nodiscard]] Command compare_command();
[[nodiscard]] Command baseline_command();
[[nodiscard]] Command sweep_command();
[[nodiscard]] Command import_command();

}  // namespace nzsim::cli
