#include "sim/run/sweep/collect.h"

#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "sim/run/sweep/axis.h"
#include "sim/run/sweep/store.h"

namespace nzsim::sweep {
namespace {

namespace fs = std::filesystem;

/// Names of all numbers, in the order in which the points of the plan have them first.
std::vector<std::string> numbers_of(const Plan& plan, const ResultStore& store) {
  std::vector<std::string> names;
  std::unordered_set<std::string_view> known_names;
  std::vector<bool> known_layouts(store.layouts().size(), false);
  for (std::size_t index = 0; index < plan.points.size(); ++index) {
    const StoredResult* const stored = store.find(plan.points.key(index));
    if (stored == nullptr || known_layouts[stored->layout]) continue;
    known_layouts[stored->layout] = true;
    for (const std::string& name : store.layouts()[stored->layout]) {
      if (known_names.insert(name).second) names.push_back(name);
    }
  }
  return names;
}

/// A workload as a sweep's tables name it.
std::string workload_name(const SweepWorkload& workload) {
  return workload.batch ? fmt::format("{} batch {}", workload.network, *workload.batch)
                        : workload.network;
}

Cell axis_cell(const std::string& json) {
  if (!json.starts_with('"')) return {Cell::Kind::json, 0.0, json};
  return text_cell(axis_text(json));
}

/// Makes the rows of a plan's points.
class Rows {
 public:
  Rows(const Plan& plan, const ResultStore& store) : plan_(plan), store_(store) {
    columns_.names = {"index", "key", "status", "workload"};
    for (const Axis& axis : plan.config.axes) columns_.names.push_back(axis.name);
    for (std::string& name : numbers_of(plan, store)) {
      places_.emplace(name, columns_.names.size());
      columns_.names.push_back(std::move(name));
    }
    for (const char* name : {"bottleneck", "message", "host", "host_seconds"}) {
      columns_.names.emplace_back(name);
    }
  }

  [[nodiscard]] const Columns& columns() const { return columns_; }

  [[nodiscard]] std::vector<Cell> of(const Point& point) const {
    std::vector<Cell> cells(columns_.names.size());
    cells[0] = number_cell(static_cast<double>(point.index));
    cells[1] = text_cell(point.key);
    cells[2] = text_cell("missing");
    cells[3] = text_cell(workload_name(plan_.config.workloads.at(point.workload)));
    for (std::size_t axis = 0; axis < point.values.size(); ++axis) {
      cells[4 + axis] = axis_cell(point.values[axis]);
    }
    cells[columns_.without_host() - 2] = text_cell("");
    cells[columns_.without_host() - 1] = text_cell("");
    if (const StoredResult* const stored = store_.find(plan_.points.key(point.index))) {
      add(cells, store_.read(*stored));
    }
    return cells;
  }

 private:
  void add(std::vector<Cell>& cells, const PointResult& result) const {
    cells[2] = text_cell(std::string(to_string(result.status)));
    for (const auto& [name, value] : result.numbers) {
      cells[places_.at(name)] = number_cell(value);
    }
    const std::size_t last = columns_.without_host();
    cells[last - 2] = text_cell(result.bottleneck);
    cells[last - 1] = text_cell(result.message);
    cells[last] = text_cell(result.host);
    cells[last + 1] = number_cell(result.host_seconds);
  }

  const Plan& plan_;
  const ResultStore& store_;
  Columns columns_;
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace

void collect(const Plan& plan, const fs::path& directory) {
  const ResultStore store(directory);
  const Rows rows(plan, store);
  std::vector<std::unique_ptr<RowSink>> sinks;
  sinks.push_back(csv_sink(directory / "results.csv", rows.columns()));
  sinks.push_back(json_lines_sink(directory / "results.jsonl", rows.columns()));
  sinks.push_back(sqlite_sink(directory / "results.sqlite", rows.columns(), plan));
  for (const Point& point : plan.points) {
    const std::vector<Cell> cells = rows.of(point);
    for (const auto& sink : sinks) sink->row(cells);
  }
  for (const auto& sink : sinks) sink->finish();
}

void for_each_row(const Plan& plan, const fs::path& directory,
                  const std::function<void(const Columns&, const std::vector<Cell>&)>& read) {
  const ResultStore store(directory);
  const Rows rows(plan, store);
  for (const Point& point : plan.points) read(rows.columns(), rows.of(point));
}

}  // namespace nzsim::sweep
