#include "models/systolic/reference/array_path.h"

namespace nzsim::systolic {

std::size_t MatrixParts::sum_row(const Instruction& instruction, std::uint64_t line) const {
  if (config.accumulator_rows > 0) return instruction.accumulator + line;
  const Product& its = product(instruction);
  const std::uint64_t row = instruction.first_row + line;
  if (its.kind != ProductKind::gates_of_hidden) return row;
  // Rows of sums of one product: one per row of it, or, input stationary, per column.
  return row + (config.dataflow == Dataflow::input_stationary ? its.columns : its.rows);
}

}  // namespace nzsim::systolic
