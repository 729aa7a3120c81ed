#pragma once

#include <cstdint>

#include "sim/base/units.h"
#include "sim/workload/network.h"

namespace nzsim::systolic {

// SCALE-Sim's compute cycles as closed forms. An array of R x C processing elements computes a GEMM
// `[M, K] x [K, N]` (M rows of activations, N output columns, K the inner length) with ideal
// memory, without double buffering of stationary operands, without overlap of folds and without
// accumulators. What each dataflow lays on the array's rows (Sr) and columns (Sc) and what it
// streams (T):
//
// | dataflow          | Sr | Sc | T | stays in the array |
// |-------------------|----|----|---|--------------------|
// | weight stationary | K  | N  | M | weights            |
// | output stationary | M  | N  | K | partial sums       |
// | input stationary  | K  | M  | N | activations        |
//
// The layer is cut into ceil(Sr / R) x ceil(Sc / C) folds. A fold takes
//
// * weight and input stationary: R cycles to load the stationary operand, row by row from the top;
//   then item t enters row r in cycle t + r, and its product with column c is added in cycle t + r
//   + c, both counted from 0 behind the load. The last, T - 1 + R - 1 + C - 1, ends the fold: R +
//   (T + R + C - 2) = 2R + C + T - 2;
// * output stationary: element k of both operands meets in PE (r, c) in cycle k + r + c, and the
//   last in T - 1 + R - 1 + C - 1: R + C + T - 2. Reading the sums out is not charged.
//
// R and C count in full where a fold fills the array in part. Sources: Samajdar et al., "A
// systematic methodology for characterizing scalability of DNN accelerators using SCALE-Sim",
// ISPASS 2020, for the mappings; `scalesim/compute/systolic_compute_{ws,os,is}.py` of
// scalesim-project/SCALE-Sim (v2, v3) for the cycles. See docs/systolic.md.

/// What stays in the array.
enum class Dataflow { weight_stationary, output_stationary, input_stationary };

/// `[rows, inner]` activations times `[inner, columns]` weights.
struct Gemm {
  /// M: output pixels of all inputs of the batch, or input vectors.
  std::uint64_t rows = 1;
  /// N: output channels of a group, or outputs.
  std::uint64_t columns = 1;
  /// K: kernel height x width x input channels of a group, or inputs.
  std::uint64_t inner = 1;

  friend bool operator==(const Gemm&, const Gemm&) = default;
};

/// Equal GEMMs that are computed one after the other.
struct LayerGemms {
  Gemm gemm;
  /// Groups of a convolution (its channels where it is depthwise); 1 of a fully connected layer.
  std::uint64_t count = 1;
};

/// The GEMMs of `layer`. SCALE-Sim has batch 1 and no groups; a batch multiplies the rows, a group
/// is a GEMM of its own, as SCALE-Sim lists depthwise channels as layers of their own. Throws
/// `WorkloadError` for a layer without weights.
[[nodiscard]] LayerGemms gemm_of(const LayerSpec& layer);

/// What SCALE-Sim computes of one GEMM.
struct ScalesimCycles {
  std::uint64_t folds = 0;
  Cycles cycles_per_fold;
  /// folds x cycles per fold.
  Cycles total;
  /// What SCALE-Sim prints as the total without stalls: the index of the last cycle, total - 1.
  Cycles printed_total;
  /// Share of the array's multiply-accumulates that are the GEMM's, M N K / (total R C), in (0, 1].
  /// (SCALE-Sim's "Overall Util" divides by the printed total instead.)
  double utilization = 0.0;
};

/// What the same folds take where less is waited for (docs/systolic.md, "What a machine saves").
struct SavedCycles {
  /// The next stationary operand is loaded behind the active one: loads are paid once. (Output
  /// stationary: nothing is loaded.)
  Cycles double_buffered;
  /// And the next fold's first item follows the last one of this fold: a fold costs what it
  /// streams, or the load (output stationary: the drain), R cycles, where that takes longer.
  Cycles overlapped;
};

/// For the array and the GEMM of `scalesim_cycles`, whose errors it throws.
[[nodiscard]] SavedCycles saved_cycles(std::uint32_t array_rows, std::uint32_t array_columns,
                                       Dataflow dataflow, const Gemm& gemm);

/// The closed form of an array of `array_rows` x `array_columns`. All sizes are at least 1.
/// Throws `ConfigError` or `WorkloadError` where one is 0, `WorkloadError` where 64 bits do not
/// hold the cycles.
[[nodiscard]] ScalesimCycles scalesim_cycles(std::uint32_t array_rows, std::uint32_t array_columns,
                                             Dataflow dataflow, const Gemm& gemm);

}  // namespace nzsim::systolic
