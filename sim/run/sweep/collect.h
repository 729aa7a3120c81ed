#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "sim/run/sweep/collect_table.h"
#include "sim/run/sweep/plan.h"

namespace nzsim::sweep {

/// Writes three tables of the sweep's results into `directory`, each whole or not at all:
/// `results.csv` (RFC 4180), `results.jsonl` and `results.sqlite` (tables `points` and `info`). One
/// row per point in plan order, with `index`, `key`, `status`, `workload`, a column per axis, the
/// numbers, `bottleneck` and `message`. A point without a result has the status `missing`; numbers
/// that a point lacks are empty.
///
/// The two text files are the same whatever computed the results, in how many steps. The database
/// alone has `host` and `host_seconds` too, as the last columns.
///
/// Throws `ConfigError` where a line of results is damaged, and `InputError` where a table cannot
/// be written.
void collect(const Plan& plan, const std::filesystem::path& directory);

/// Gives the rows of these tables to `read`, in plan order. Throws `ConfigError` where a line of
/// results is damaged.
void for_each_row(
    const Plan& plan, const std::filesystem::path& directory,
    const std::function<void(const Columns& columns, const std::vector<Cell>& cells)>& read);

}  // namespace nzsim::sweep
