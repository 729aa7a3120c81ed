#include "models/systolic/reference/array_values.h"

namespace nzsim::systolic {

template <class Numbers>
void ArrayValues<Numbers>::finish_row(const MatrixParts& parts, const Instruction& instruction,
                                      std::uint64_t line) const {
  const Product& product = parts.product(instruction);
  const bool is_last_tile = instruction.inner_tile + 1 == product.inner.size();
  if (!is_last_tile || product.kind == ProductKind::gates_of_input) return;
  const std::uint64_t place = instruction.first_row + line;
  if (product.kind == ProductKind::gates_of_hidden) {
    output.finish(instruction.item - 1, instruction.strip, place, sums.row(place),
                  sums.row(parts.sum_row(instruction, line)));
  } else {
    output.finish(instruction.item, instruction.strip, place, sums.row(place), {});
  }
}

template struct ArrayValues<Int8Numbers>;
template struct ArrayValues<Bfloat16Numbers>;

}  // namespace nzsim::systolic
