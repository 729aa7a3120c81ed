#include "models/systolic/reference/array_path.h"

namespace nzsim::systolic {
namespace {

bool is_hidden(const Product& product) { return product.kind == ProductKind::gates_of_hidden; }

/// Rows of sums of one product: one per row of it, or, input stationary, per column.
std::uint64_t lines_of(const Config& config, const Product& product) {
  return config.dataflow == Dataflow::input_stationary ? product.columns : product.rows;
}

}  // namespace

std::size_t MatrixParts::sum_row(const Instruction& instruction, std::uint64_t line) const {
  if (config.accumulator_rows > 0) return instruction.accumulator + line;
  const Product& its = product(instruction);
  return instruction.first_row + line + (is_hidden(its) ? lines_of(config, its) : 0);
}

void MatrixParts::finish_row(const Instruction& instruction, std::uint64_t line) const {
  const Product& its = product(instruction);
  const bool is_last_tile = instruction.inner_tile + 1 == its.inner.size();
  if (!is_last_tile || its.kind == ProductKind::gates_of_input) return;
  const std::size_t row = sum_row(instruction, line);
  const std::uint64_t place = instruction.first_row + line;
  if (is_hidden(its)) {
    output->finish(instruction.item - 1, instruction.strip, place,
                   accumulators.row(row - lines_of(config, its)), accumulators.row(row));
  } else {
    output->finish(instruction.item, instruction.strip, place, accumulators.row(row), {});
  }
}

}  // namespace nzsim::systolic
