#include "models/systolic/instruction.h"

namespace nzsim::systolic {

std::string_view to_string(Opcode opcode) {
  switch (opcode) {
    case Opcode::read_weights:
      return "read_weights";
    case Opcode::matrix_multiply:
      return "matrix_multiply";
    case Opcode::convolve:
      return "convolve";
    case Opcode::activate:
      return "activate";
    case Opcode::vector:
      return "vector";
    case Opcode::read_host_memory:
      return "read_host_memory";
    case Opcode::write_host_memory:
      return "write_host_memory";
    case Opcode::synchronize:
      return "synchronize";
    case Opcode::set_configuration:
      return "set_configuration";
    case Opcode::halt:
      break;
  }
  return "halt";
}

}  // namespace nzsim::systolic
