#include "models/systolic/closed_forms.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim::systolic {
namespace {

/// What a dataflow lays on rows and columns, and what it streams.
struct Mapping {
  std::uint64_t rows;
  std::uint64_t columns;
  std::uint64_t streamed;
};

Mapping mapping_of(Dataflow dataflow, const Gemm& gemm) {
  switch (dataflow) {
    case Dataflow::weight_stationary:
      return {gemm.inner, gemm.columns, gemm.rows};
    case Dataflow::output_stationary:
      return {gemm.rows, gemm.columns, gemm.inner};
    case Dataflow::input_stationary:
      return {gemm.inner, gemm.rows, gemm.columns};
  }
  return {gemm.inner, gemm.columns, gemm.rows};
}

/// ceil(a / b) of positive numbers, without overflow.
std::uint64_t ceiling(std::uint64_t a, std::uint64_t b) { return (a - 1) / b + 1; }

void check_sizes(std::uint32_t array_rows, std::uint32_t array_columns, const Gemm& gemm) {
  if (array_rows == 0 || array_columns == 0) {
    throw ConfigError("array", "",
                      fmt::format("expected at least one row and one column, got {} x {}",
                                  array_rows, array_columns));
  }
  if (gemm.rows == 0 || gemm.columns == 0 || gemm.inner == 0) {
    throw WorkloadError("GEMM", "",
                        fmt::format("expected M, N and K of at least 1, got {}, {} and {}",
                                    gemm.rows, gemm.columns, gemm.inner));
  }
}

}  // namespace

LayerGemms gemm_of(const LayerSpec& layer) {
  if (!layer.has_weights()) {
    throw WorkloadError(
        layer.name, "",
        fmt::format("expected a layer with weights, got {}", to_string(layer.type)));
  }
  const std::uint64_t pixels = std::uint64_t{layer.output.height} * layer.output.width;
  const bool is_convolution = layer.type == LayerType::convolution;
  const std::uint64_t groups = is_convolution ? layer.groups : 1;
  return {{layer.batch * pixels, layer.matrix_outputs() / groups, layer.matrix_inputs()}, groups};
}

ScalesimCycles scalesim_cycles(std::uint32_t array_rows, std::uint32_t array_columns,
                               Dataflow dataflow, const Gemm& gemm) {
  check_sizes(array_rows, array_columns, gemm);
  const Mapping mapping = mapping_of(dataflow, gemm);
  const std::uint64_t load = dataflow == Dataflow::output_stationary ? 0 : array_rows;
  // At least 0: rows and columns are at least 1.
  const std::uint64_t skew_and_load = load + array_rows + array_columns - 2;
  std::uint64_t folds = 0;
  std::uint64_t per_fold = 0;
  std::uint64_t total = 0;
  if (__builtin_mul_overflow(ceiling(mapping.rows, array_rows),
                             ceiling(mapping.columns, array_columns), &folds) ||
      __builtin_add_overflow(mapping.streamed, skew_and_load, &per_fold) ||
      __builtin_mul_overflow(folds, per_fold, &total)) {
    throw WorkloadError("GEMM", "",
                        fmt::format("expected cycles that 64 bits hold, got M, N and K of {}, {} "
                                    "and {}",
                                    gemm.rows, gemm.columns, gemm.inner));
  }
  const double products = static_cast<double>(gemm.rows) * static_cast<double>(gemm.columns) *
                          static_cast<double>(gemm.inner);
  const double offered = static_cast<double>(total) * array_rows * array_columns;
  return {folds, Cycles{per_fold}, Cycles{total}, Cycles{total - 1}, products / offered};
}

SavedCycles saved_cycles(std::uint32_t array_rows, std::uint32_t array_columns, Dataflow dataflow,
                         const Gemm& gemm) {
  const ScalesimCycles whole = scalesim_cycles(array_rows, array_columns, dataflow, gemm);
  const std::uint64_t load = dataflow == Dataflow::output_stationary ? 0 : array_rows;
  const std::uint64_t streamed = mapping_of(dataflow, gemm).streamed;
  const std::uint64_t skew = std::uint64_t{array_rows} + array_columns - 2;
  const std::uint64_t fold = std::max<std::uint64_t>(array_rows, streamed);
  // Neither is more than the whole, which 64 bits hold.
  return {Cycles{load + whole.folds * (whole.cycles_per_fold.value() - load)},
          Cycles{load + (whole.folds - 1) * fold + streamed + skew}};
}

}  // namespace nzsim::systolic
