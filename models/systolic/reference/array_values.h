#pragma once

#include <cstdint>

#include "models/systolic/reference/accumulators.h"
#include "models/systolic/reference/array_path.h"
#include "models/systolic/reference/operand_reader.h"
#include "models/systolic/reference/output_stage.h"
#include "models/systolic/reference/weight_fifo.h"

namespace nzsim::systolic {

/// Where an array has its operands from, and where its sums go.
template <class Numbers>
struct ArrayValues {
  const OperandReader<Numbers>& operands;
  const WeightTiles<typename Numbers::Operand>& tiles;
  SumRows<typename Numbers::Sum>& sums;
  OutputStage<Numbers>& output;

  /// Without accumulators: a row of sums, `line` rows behind the multiplication's first, is
  /// complete, and its outputs are finished if all products are in it.
  void finish_row(const MatrixParts& parts, const Instruction& instruction,
                  std::uint64_t line) const;
};

}  // namespace nzsim::systolic
