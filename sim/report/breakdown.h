#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sim/report/report_view.h"

namespace nzsim {

/// What the views of a report compute from it: one place for every ratio that a reader sees.

/// `part` of `whole`; 0 where there is no whole.
[[nodiscard]] double share(double part, double whole);

/// Operations per byte at which the roofline's slope reaches the peak; 0 where nothing limits the
/// bytes.
[[nodiscard]] double ridge_point(const ReportRoofline& roofline);

/// Operations per second that the roofline allows at the intensity of `roofline`; the peak where
/// no byte is moved.
[[nodiscard]] double attainable_rate(const ReportRoofline& roofline);

/// Picojoules of one module.
struct ModuleEnergy {
  double dynamic_part = 0.0;
  double static_part = 0.0;

  [[nodiscard]] double sum() const { return dynamic_part + static_part; }
};

/// The modules of a run in order of first appearance, and all of them.
struct ModuleEnergies {
  explicit ModuleEnergies(const std::vector<ReportEnergy>& rows);

  std::vector<std::string> order;
  std::map<std::string, ModuleEnergy, std::less<>> modules;
  ModuleEnergy all;
};

/// An energy constant as its source states it: picojoules of an action, or milliwatts of a static
/// part.
[[nodiscard]] double constant_value(const ReportEnergy& row, double clock_hz);

/// Parts of a layer's time, in seconds: each cycle is in exactly one state.
struct LayerStates {
  std::vector<std::string> names;
  /// [layers][names]; a layer without the states has an empty row.
  std::vector<std::vector<double>> seconds;
  /// Whether the states are means over parallel PEs, each of which is in one of them.
  bool is_mean_of_pes = false;
};

/// The states that the layers of `view` report: the rows of the TPU paper's Table 3 as shares
/// (Jouppi et al., ISCA 2017), or the cycles of each PE by what it does. A layer whose states do
/// not add up to its cycles counts as one without. No names where no layer has states.
[[nodiscard]] LayerStates layer_states(const ReportView& view);

/// Smallest, mean and largest share of a layer's cycles in which a PE processes an entry.
struct PeUse {
  double smallest = 0.0;
  double mean = 0.0;
  double largest = 0.0;
};
[[nodiscard]] PeUse pe_use(const ReportLayer& layer, const std::vector<std::uint64_t>& cycles);

}  // namespace nzsim
