#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sim/run/sweep/store.h"
#include "tests/support/fake_sweep.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::test {

/// A plan of a grid over `/depth` (1, 2, 4) and `/memory` ("ddr3", "hbm2"), the second one fastest,
/// for two networks: 12 points. Results are written by the test.
class SweepResults {
 public:
  SweepResults() {
    plan = fake_plan(12);
    plan.config.description = "d";
    plan.config.source = "a test";
    plan.config.base = "base";
    plan.config.workloads = {{"small", {}}, {"large", {}}};
    sweep::Axis depth;
    depth.name = depth.pointer = "/depth";
    depth.values = {"1", "2", "4"};
    sweep::Axis memory;
    memory.name = memory.pointer = "/memory";
    memory.values = {R"("ddr3")", R"("hbm2")"};
    plan.config.axes = {depth, memory};
    change_points(plan, [&](sweep::Point& point) {
      point.workload = point.index / 6;
      point.values = {depth.values[point.index % 6 / 2], memory.values[point.index % 2]};
    });
  }

  /// A point that is done.
  void done(std::size_t index, double seconds, double joules) {
    add(index, sweep::Status::done, {{"seconds", seconds}, {"energy_joules", joules}}, "");
  }

  void failed(std::size_t index, const std::string& message) {
    add(index, sweep::Status::failed, {}, message);
  }

  TemporaryDirectory directory;
  sweep::Plan plan;

 private:
  void add(std::size_t index, sweep::Status status,
           std::vector<std::pair<std::string, double>> numbers, const std::string& message) {
    sweep::ResultFile file(sweep::results_directory(directory.path()) / "run-0.jsonl");
    sweep::PointResult result;
    result.key = plan.points[index].key;
    result.index = index;
    result.status = status;
    result.numbers = std::move(numbers);
    result.message = message;
    file.append(result);
  }
};

}  // namespace nzsim::test
