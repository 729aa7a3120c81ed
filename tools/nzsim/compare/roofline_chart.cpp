#include "tools/nzsim/compare/roofline_chart.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "sim/report/breakdown.h"
#include "sim/report/page/report_charts.h"
#include "tools/nzsim/compare/comparison_charts.h"

namespace nzsim::compare {
namespace {

LineDash dash_of(std::string_view memory) {
  const std::string_view residency = residency_of(memory);
  if (residency == "DRAM") return LineDash::solid;
  return residency == "SRAM" ? LineDash::dashed : LineDash::dotted;
}

std::string residency_sentence(std::string_view memory) {
  const std::string_view residency = residency_of(memory);
  return residency == "not stated" ? "where weights lie is not stated"
                                   : fmt::format("weights in {}", residency);
}

/// The entry, and the machine where the label does not say it.
std::string machine_name(const EntryView& entry, const Cell& cell) {
  if (entry.is_platform || cell.machine == entry.label) return entry.label;
  return fmt::format("{} ({})", entry.label, cell.machine);
}

RooflineCeiling ceiling_of(const EntryView& entry, std::size_t index, const Cell& cell) {
  RooflineCeiling ceiling;
  ceiling.name = machine_name(entry, cell);
  ceiling.memory = cell.memory;
  ceiling.operations_per_second = cell.peak_operations_per_second;
  ceiling.bytes_per_second = cell.peak_bytes_per_second;
  const double ridge = share(cell.peak_operations_per_second, cell.peak_bytes_per_second);
  ceiling.ridge = std::isfinite(ridge) ? ridge : 0.0;
  ceiling.color = cycled_series(index, "").color;
  ceiling.dash = dash_of(cell.memory);
  ceiling.series = index;
  ceiling.facts = {fmt::format("ridge point at {}OP/B", intensity_text(ceiling.ridge)),
                   fmt::format("peak {}OP/s, two operations per multiply-accumulate",
                               with_prefix(ceiling.operations_per_second)),
                   fmt::format("{}B/s of {}; {}", with_prefix(ceiling.bytes_per_second),
                               as_words(cell.memory), residency_sentence(cell.memory))};
  return ceiling;
}

bool are_alike(double left, double right) {
  constexpr double kSeen = 0.02;
  return std::abs(left - right) <= kSeen * std::max(left, right);
}

bool is_in_one_place(const RooflineCeiling& left, const RooflineCeiling& right) {
  return are_alike(left.operations_per_second, right.operations_per_second) &&
         are_alike(left.bytes_per_second, right.bytes_per_second);
}

/// Of lines in one place the first is the widest, so that each is seen.
void widen(std::vector<RooflineCeiling>& ceilings) {
  constexpr double kBorder = 3.0;
  for (std::size_t index = 0; index < ceilings.size(); ++index) {
    const auto above = std::count_if(
        ceilings.begin() + static_cast<std::ptrdiff_t>(index) + 1, ceilings.end(),
        [&](const RooflineCeiling& other) { return is_in_one_place(ceilings[index], other); });
    ceilings[index].width += kBorder * static_cast<double>(std::min<std::ptrdiff_t>(above, 3));
  }
}

std::string basis_sentence(const std::string& basis) {
  if (basis == "simulated") return "number: simulated by cycles";
  if (basis == "calibrated") return "number: model calibrated to published measurements";
  return "number: " + basis;
}

/// What a point of `row`, a cell or one of its layers, says beside what it is.
template <class Row>
std::vector<std::string> facts_of(std::string what, const Cell& cell, const Row& row) {
  const double rate = row.operations_per_second();
  const double intensity = row.operational_intensity().value_or(0.0);
  const double allowed =
      std::min(cell.peak_operations_per_second, intensity * cell.peak_bytes_per_second);
  return {std::move(what),
          fmt::format("{}OP/s at {}OP/B; {}", with_prefix(rate), intensity_text(intensity),
                      residency_sentence(cell.memory)),
          fmt::format("{:.1f} % of the {}OP/s that the roofline allows here",
                      100.0 * share(rate, allowed), with_prefix(allowed)),
          "bound by: " + as_words(row.bottleneck), basis_sentence(row.basis)};
}

template <class Row>
RooflinePoint point_of(std::string name, std::size_t series, std::size_t group, const Row& row) {
  RooflinePoint point;
  point.name = std::move(name);
  point.series = series;
  point.group = group;
  point.operations_per_byte = row.operational_intensity().value_or(0.0);
  point.operations_per_second = row.operations_per_second();
  return point;
}

bool has_place(const RooflinePoint& point) {
  return point.operations_per_byte > 0.0 && std::isfinite(point.operations_per_byte) &&
         point.operations_per_second > 0.0 && std::isfinite(point.operations_per_second);
}

/// Points of one cell; those without a place on logarithmic axes are counted.
class CellPoints {
 public:
  CellPoints(const ComparisonView& comparison, RooflineChart& chart)
      : comparison_(comparison), chart_(chart) {}

  void add(std::size_t workload, std::size_t entry) {
    const WorkloadResult& row = comparison_.workloads[workload];
    const Cell& cell = row.cells[entry];
    if (!cell.is_modelled()) return;
    const std::string where =
        fmt::format("on {}, batch {}", machine_name(comparison_.entries[entry], cell), cell.batch);
    RooflinePoint whole = point_of(row.name, entry, workload, cell);
    whole.facts = facts_of("whole network " + where, cell, cell);
    keep(std::move(whole));
    // A single layer is the whole network.
    if (cell.layers.size() < 2) return;
    for (const LayerRow& layer : cell.layers) {
      RooflinePoint part =
          point_of(fmt::format("{}, {}", row.name, layer.name), entry, workload, layer);
      part.facts = facts_of(fmt::format("{} layer {}", as_words(layer.type), where), cell, layer);
      part.is_part = true;
      keep(std::move(part));
    }
  }
  [[nodiscard]] std::size_t left_out() const { return left_out_; }

 private:
  void keep(RooflinePoint point) {
    if (!has_place(point)) {
      ++left_out_;
      return;
    }
    if (point.is_part) chart_.parts_label = "Points of single layers";
    chart_.points.push_back(std::move(point));
  }

  const ComparisonView& comparison_;
  RooflineChart& chart_;
  std::size_t left_out_ = 0;
};

}  // namespace

std::vector<RooflineCeiling> ceilings_of(const ComparisonView& comparison, std::size_t entry) {
  std::vector<RooflineCeiling> ceilings;
  for (const WorkloadResult& workload : comparison.workloads) {
    const Cell& cell = workload.cells[entry];
    if (!cell.is_modelled() || !(cell.peak_operations_per_second > 0.0)) continue;
    RooflineCeiling ceiling = ceiling_of(comparison.entries[entry], entry, cell);
    const bool is_there =
        std::any_of(ceilings.begin(), ceilings.end(), [&](const RooflineCeiling& other) {
          return other.memory == ceiling.memory &&
                 other.operations_per_second == ceiling.operations_per_second &&
                 other.bytes_per_second == ceiling.bytes_per_second;
        });
    if (!is_there) ceilings.push_back(std::move(ceiling));
  }
  return ceilings;
}

RooflineChart roofline_chart(const ComparisonView& comparison) {
  RooflineChart chart;
  for (std::size_t entry = 0; entry < comparison.entries.size(); ++entry) {
    chart.series.push_back(cycled_series(entry, comparison.entries[entry].label));
    for (RooflineCeiling& ceiling : ceilings_of(comparison, entry)) {
      chart.ceilings.push_back(std::move(ceiling));
    }
  }
  widen(chart.ceilings);
  CellPoints points(comparison, chart);
  for (std::size_t workload = 0; workload < comparison.workloads.size(); ++workload) {
    for (std::size_t entry = 0; entry < comparison.entries.size(); ++entry) {
      points.add(workload, entry);
    }
  }
  chart.notes = {
      "Lines: solid where weights lie in DRAM, dashed in SRAM, dotted where that is not stated; "
      "lines in one place are drawn around each other. Open circles are ridge points. A "
      "multiply-accumulate is two operations; operations are those that the entry does, bytes "
      "those of the weights' memory in the entry's own format."};
  if (points.left_out() > 0) {
    chart.notes.push_back(fmt::format(
        "Without a place on logarithmic axes, as they do no multiply-accumulates or move no bytes "
        "of this memory: {} points.",
        points.left_out()));
  }
  fit_axes(chart);
  return chart;
}

}  // namespace nzsim::compare
