#pragma once

#include <string>
#include <vector>

#include "tools/nzsim/reproduce/comparison.h"
#include "tools/nzsim/reproduce/experiments.h"

namespace nzsim::reproduce {

/// Simulates what `published` states and puts both side by side.
using ReproduceFunction = Reproduction (*)(const Published& published, Experiments& experiments);

/// One table or figure that `nzsim reproduce` knows.
struct Figure {
  /// What the user types: `table4`.
  std::string name;
  /// File name under `configs/published`, without `.json`.
  std::string published;
  std::string description;
  ReproduceFunction reproduce = nullptr;
};

/// All of them, in the order in which they are shown. Figures 11 to 13 share their runs.
[[nodiscard]] const std::vector<Figure>& figures();

/// States which energies are calibrated to Table II, where `machine` has such.
void assume_calibration(Reproduction& reproduction, const Machine& machine);

// The EIE paper.

/// Power and area of one PE by module, and of the machine.
[[nodiscard]] Reproduction table2(const Published& published, Experiments& experiments);
/// Theoretical and actual time of the nine layers on 64 PEs.
[[nodiscard]] Reproduction table4(const Published& published, Experiments& experiments);
/// Times of the CPU and the GPUs of Table IV, and EIE's speed-ups and energies over them.
[[nodiscard]] Reproduction eie_platforms(const Published& published, Experiments& experiments);
/// EIE's rows (64 PEs, and the projection to 256 PEs with both clocks), the other platforms by
/// their files, and EIE's gains over DaDianNao.
[[nodiscard]] Reproduction table5(const Published& published, Experiments& experiments);
/// Load balance over the depth of the activation queue.
[[nodiscard]] Reproduction fig8(const Published& published, Experiments& experiments);
/// Line reads and read energy over the width of the sparse-matrix SRAM.
[[nodiscard]] Reproduction fig9(const Published& published, Experiments& experiments);
/// Speed-up over the number of PEs.
[[nodiscard]] Reproduction fig11(const Published& published, Experiments& experiments);
/// Share of entries that are no padding over the number of PEs.
[[nodiscard]] Reproduction fig12(const Published& published, Experiments& experiments);
/// Load balance over the number of PEs.
[[nodiscard]] Reproduction fig13(const Published& published, Experiments& experiments);

// The TPU paper.

/// Peak rates, memory and power of a die, and what the files of the three platforms say.
[[nodiscard]] Reproduction tpu_table2(const Published& published, Experiments& experiments);
/// Where the cycles of the six applications go: by the rules alone, with a synchronisation wait
/// that is fitted to one row, and over what is not published of LSTM1 and CNN1.
[[nodiscard]] Reproduction tpu_table3(const Published& published, Experiments& experiments);
/// Operations per byte, rates and the roof: the TPU simulated, the CPU (Fig. 6) and the GPU (Fig.
/// 7) by their rooflines.
[[nodiscard]] Reproduction tpu_fig5(const Published& published, Experiments& experiments);
[[nodiscard]] Reproduction tpu_fig6(const Published& published, Experiments& experiments);
[[nodiscard]] Reproduction tpu_fig7(const Published& published, Experiments& experiments);
/// Performance of GPU and TPU over the CPU: against rooflines, and against measured rates.
[[nodiscard]] Reproduction tpu_table6(const Published& published, Experiments& experiments);
/// Mean performance over memory bandwidth, clock and array size.
[[nodiscard]] Reproduction tpu_fig11(const Published& published, Experiments& experiments);
/// Time of one matrix on arrays of two sizes.
[[nodiscard]] Reproduction tpu_tiles(const Published& published, Experiments& experiments);
/// Gains of GDDR5 over DDR3.
[[nodiscard]] Reproduction tpu_prime(const Published& published, Experiments& experiments);

}  // namespace nzsim::reproduce
