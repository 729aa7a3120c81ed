#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/run/sweep/plan.h"
#include "sim/run/sweep/plan_inputs.h"
#include "sim/run/sweep/result.h"

namespace nzsim::sweep {

/// Reads the machine and the network of a point. Throws `InputError`.
using InputsOf = std::function<PointInputs(const Point&)>;

/// Where runs of points leave files beside their results.
struct RunnerFiles {
  /// `reports/KEY.json` of each point; nothing: none.
  std::optional<std::filesystem::path> reports = {};
  /// Compiled programs that serve several points, for all workers: they are mapped, so that their
  /// pages are in memory once. Used where the sweep's options name no cache.
  std::filesystem::path programs;
};

/// Runs points of a plan, one after the other, in this process. Keeps the last few programs.
class PointRunner {
 public:
  /// `plan` outlives the runner.
  PointRunner(const Plan& plan, InputsOf inputs, RunnerFiles files);

  /// Errors of the point become its status. Throws `std::bad_alloc` where memory is at an end, and
  /// `InputError` where a report cannot be written.
  [[nodiscard]] PointResult run(const Point& point, std::uint64_t attempt);

  /// Whether a point has elaborated SystemC: the next one needs a new process.
  [[nodiscard]] bool is_used_up() const { return is_used_up_; }

 private:
  /// Fills in `result`; returns the point's report where reports are kept.
  std::string simulate(const Point& point, PointResult& result);
  const Program& program_of(const Point& point, const PointInputs& inputs);

  const Plan& plan_;
  InputsOf inputs_;
  RunnerFiles files_;
  std::string host_;
  /// Whether a program serves several points of the plan, by its number.
  std::vector<bool> is_shared_;
  std::deque<std::pair<std::uint64_t, std::unique_ptr<Program>>> programs_;
  bool is_used_up_ = false;
};

}  // namespace nzsim::sweep
