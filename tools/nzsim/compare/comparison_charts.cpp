#include "tools/nzsim/compare/comparison_charts.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "sim/report/breakdown.h"
#include "sim/report/page/report_charts.h"
#include "sim/report/text_table.h"
#include "tools/nzsim/compare/roofline_chart.h"

namespace nzsim::compare {
namespace {

using Ratio = std::optional<double> (*)(const Cell& cell, const Cell& baseline);
/// Of a bar's parts.
constexpr std::string_view kPercent = "%";

using Sentence = std::function<std::string(const Cell& cell)>;

std::string time_sentence(const Cell& cell) {
  return fmt::format("{}s per inference, {}", with_prefix(cell.seconds_per_inference()),
                     cell.basis);
}

std::string energy_sentence(const Cell& cell) {
  const std::optional<double> joules = cell.joules_per_inference();
  if (!joules) return "energy unknown";
  return fmt::format("{}J per inference, {}", with_prefix(*joules), cell.basis);
}

/// What has no place on a logarithmic axis is no ratio.
std::optional<double> drawable(const std::optional<double>& ratio) {
  return ratio && std::isfinite(*ratio) ? ratio : std::nullopt;
}

std::string ratio_text(const std::optional<double>& ratio) {
  return ratio ? fmt::format("{}x", format_number(*ratio)) : "none";
}

RatioChart::Row means_row(const ComparisonView& comparison, const std::string& group,
                          Mean EntryMeans::*mean) {
  RatioChart::Row row{group.empty() ? "geo mean" : group, {}, {}, {}};
  for (std::size_t entry = 0; entry < comparison.entries.size(); ++entry) {
    const Mean value = comparison.means_of(group, entry).*mean;
    row.values.push_back(drawable(value.value));
    row.facts.push_back({fmt::format("{}, geometric mean over {} workloads",
                                     ratio_text(value.value), value.count)});
  }
  return row;
}

RatioChart ratios(const ComparisonView& comparison, std::string title, Ratio ratio,
                  const Sentence& sentence, Mean EntryMeans::*mean) {
  RatioChart chart;
  chart.title = std::move(title);
  for (std::size_t entry = 0; entry < comparison.entries.size(); ++entry) {
    chart.series.push_back(cycled_series(entry, comparison.entries[entry].label));
  }
  for (std::size_t index = 0; index < comparison.workloads.size(); ++index) {
    const WorkloadResult& workload = comparison.workloads[index];
    RatioChart::Row row{workload.name, index, {}, {}};
    for (const Cell& cell : workload.cells) {
      row.values.push_back(drawable(ratio(cell, workload.cells[comparison.baseline])));
      if (cell.is_modelled()) {
        row.facts.push_back({fmt::format("{}, {}", ratio_text(row.values.back()), sentence(cell))});
      } else {
        row.facts.push_back({fmt::format("not modelled: {}", cell.not_modelled)});
      }
    }
    chart.rows.push_back(std::move(row));
  }
  for (const std::string& group : groups_of(comparison.workloads)) {
    chart.rows.push_back(means_row(comparison, group, mean));
  }
  fit_axis(chart);
  return chart;
}

/// A cell with its place.
struct PlacedCell {
  std::size_t workload = 0;
  std::size_t entry = 0;
  std::vector<Part> parts;
  std::string sum;
};

void add_part(std::vector<Part>& parts, const Part& part) {
  const auto found = std::find_if(parts.begin(), parts.end(),
                                  [&](const Part& other) { return other.name == part.name; });
  if (found == parts.end()) {
    parts.push_back(part);
  } else {
    found->amount += part.amount;
  }
}

double sum_of(const std::vector<Part>& parts) {
  double sum = 0.0;
  for (const Part& part : parts) sum += part.amount;
  return sum;
}

/// The parts that get a series of their own: all, or those of the largest shares together.
std::vector<std::string> series_names(const std::vector<PlacedCell>& cells) {
  std::vector<Part> shares;
  std::map<std::string, std::size_t> places;
  for (const PlacedCell& cell : cells) {
    const double sum = sum_of(cell.parts);
    for (const Part& part : cell.parts) {
      const auto [place, is_new] = places.try_emplace(part.name, shares.size());
      if (is_new) shares.push_back({part.name, 0.0});
      shares[place->second].amount += share(part.amount, sum);
    }
  }
  // What is never there needs no name.
  std::erase_if(shares, [](const Part& part) { return !(part.amount > 0.0); });
  std::vector<Part> largest = shares;
  std::stable_sort(largest.begin(), largest.end(),
                   [](const Part& left, const Part& right) { return left.amount > right.amount; });
  // One series is for the rest.
  if (largest.size() > kCycledSeries) largest.resize(kCycledSeries - 1);
  std::vector<std::string> names;
  for (const Part& part : shares) {
    const bool is_kept = std::any_of(largest.begin(), largest.end(),
                                     [&](const Part& other) { return other.name == part.name; });
    if (is_kept) names.push_back(part.name);
  }
  return names;
}

/// Shares of each part in percent. A heading tells the workload, or where only one entry has
/// parts, the rows do.
class Shares {
 public:
  Shares(const ComparisonView& comparison, std::vector<PlacedCell> cells)
      : comparison_(comparison), cells_(std::move(cells)), names_(series_names(cells_)) {
    for (const PlacedCell& cell : cells_) {
      has_one_entry_ = has_one_entry_ && cell.entry == cells_.front().entry;
    }
  }

  [[nodiscard]] BarChart chart(std::string title) {
    BarChart chart;
    chart.title = std::move(title);
    chart.unit = std::string(kPercent);
    for (const PlacedCell& cell : cells_) add(chart, cell);
    for (const std::string& name : names_) {
      chart.series.push_back(cycled_series(chart.series.size(), as_words(name)));
    }
    if (has_rest_) {
      chart.series.push_back({"others", "#8c8c8c"});
    } else {
      for (BarRow& row : chart.rows) row.values.resize(names_.size());
    }
    return chart;
  }

 private:
  void add(BarChart& chart, const PlacedCell& cell) {
    const std::string& workload = comparison_.workloads[cell.workload].name;
    if (!has_one_entry_ && (chart.rows.empty() || chart.rows.back().group != cell.workload)) {
      BarRow heading{workload, std::vector<double>(names_.size() + 1), ""};
      heading.group = cell.workload;
      heading.is_heading = true;
      chart.rows.push_back(std::move(heading));
    }
    const double sum = sum_of(cell.parts);
    BarRow row{has_one_entry_ ? workload : comparison_.entries[cell.entry].label,
               std::vector<double>(names_.size() + 1), cell.sum};
    row.group = cell.workload;
    for (const Part& part : cell.parts) {
      const auto place = static_cast<std::size_t>(
          std::find(names_.begin(), names_.end(), part.name) - names_.begin());
      const double value = 100.0 * share(part.amount, sum);
      if (!std::isfinite(value)) continue;
      row.values[place] += value;
      has_rest_ = has_rest_ || (place == names_.size() && value > 0.0);
    }
    chart.rows.push_back(std::move(row));
  }

  const ComparisonView& comparison_;
  std::vector<PlacedCell> cells_;
  std::vector<std::string> names_;
  bool has_one_entry_ = true;
  bool has_rest_ = false;
};

/// All modelled cells for which `parts_of` finds parts.
template <class PartsOf>
std::vector<PlacedCell> placed_cells(const ComparisonView& comparison, PartsOf parts_of) {
  std::vector<PlacedCell> cells;
  for (std::size_t workload = 0; workload < comparison.workloads.size(); ++workload) {
    for (std::size_t entry = 0; entry < comparison.entries.size(); ++entry) {
      const Cell& cell = comparison.workloads[workload].cells[entry];
      if (!cell.is_modelled()) continue;
      PlacedCell placed = parts_of(cell);
      placed.workload = workload;
      placed.entry = entry;
      if (sum_of(placed.parts) > 0.0) cells.push_back(std::move(placed));
    }
  }
  return cells;
}

PlacedCell time_of(const Cell& cell) {
  PlacedCell placed;
  for (const LayerRow& layer : cell.layers) {
    for (const Part& part : layer.time_parts) add_part(placed.parts, part);
  }
  placed.sum = fmt::format("{}s", with_prefix(cell.seconds_per_inference()));
  return placed;
}

PlacedCell energy_of(const Cell& cell) {
  PlacedCell placed;
  placed.parts = cell.energy_parts;
  placed.sum = fmt::format("{}J", with_prefix(cell.joules_per_inference().value_or(0.0)));
  return placed;
}

}  // namespace

ComparisonCharts charts_of(const ComparisonView& comparison) {
  ComparisonCharts charts;
  charts.roofline = roofline_chart(comparison);
  charts.speed_up = ratios(comparison, "Speed-up", speed_up, time_sentence, &EntryMeans::speed_up);
  charts.efficiency =
      ratios(comparison, "Energy efficiency", efficiency, energy_sentence, &EntryMeans::efficiency);
  charts.time = Shares(comparison, placed_cells(comparison, time_of)).chart("Shares of time");
  charts.energy = Shares(comparison, placed_cells(comparison, energy_of)).chart("Shares of energy");
  return charts;
}

GnuplotFiles gnuplot_of(const ComparisonView& comparison, const std::string& data_name) {
  const ComparisonCharts charts = charts_of(comparison);
  GnuplotFigures figures(data_name);
  figures.add("roofline", charts.roofline);
  figures.add("speed_up", charts.speed_up);
  figures.add("energy_efficiency", charts.efficiency);
  return figures.files();
}

}  // namespace nzsim::compare
