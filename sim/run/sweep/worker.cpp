#include "sim/run/sweep/worker.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/run/program_cache.h"
#include "sim/run/sweep/lock.h"
#include "sim/run/sweep/result_numbers.h"

namespace nzsim::sweep {
namespace {

/// Programs that a worker keeps. Points of one program follow one another in its work.
constexpr std::size_t kMostPrograms = 2;

std::vector<bool> shared_programs(const Plan& plan) {
  std::vector<bool> is_known;
  std::vector<bool> is_shared;
  for (std::size_t index = 0; index < plan.points.size(); ++index) {
    const std::uint64_t program = plan.points.program(index);
    if (program >= is_known.size()) {
      is_known.resize(program + 1, false);
      is_shared.resize(program + 1, false);
    }
    if (is_known[program]) is_shared[program] = true;
    is_known[program] = true;
  }
  return is_shared;
}

}  // namespace

PointRunner::PointRunner(const Plan& plan, InputsOf inputs, RunnerFiles files)
    : plan_(plan),
      inputs_(std::move(inputs)),
      files_(std::move(files)),
      host_(host_name()),
      is_shared_(shared_programs(plan)) {}

PointResult PointRunner::run(const Point& point, std::uint64_t attempt) {
  PointResult result;
  result.key = point.key;
  result.index = point.index;
  result.attempt = attempt;
  result.host = host_;
  const auto start = std::chrono::steady_clock::now();
  std::string report;
  try {
    report = simulate(point, result);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    // Input and simulation errors, and those of the SystemC kernel.
    result.status = Status::failed;
    result.message = error.what();
  }
  if (!report.empty()) write_file(*files_.reports / (point.key + ".json"), report);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  result.host_seconds = elapsed.count();
  return result;
}

std::string PointRunner::simulate(const Point& point, PointResult& result) {
  const PointInputs inputs = inputs_(point);
  const Program& program = program_of(point, inputs);
  const RunOptions& options = plan_.config.options;
  // Said before, as an elaboration that fails uses the process up too.
  is_used_up_ =
      options.mode == Mode::reference || inputs.machine.accelerator->needs_reference().has_value();
  const ProgramRun run = run_program(inputs.machine, program, options);
  result.numbers = numbers_of(inputs.machine, run);
  result.bottleneck = bottleneck_of(run.result);
  if (!run.values_match) {
    result.status = Status::values_differ;
    result.message = run.difference;
  }
  return files_.reports ? report_of(inputs.machine, inputs.network, options, run) : std::string{};
}

const Program& PointRunner::program_of(const Point& point, const PointInputs& inputs) {
  const auto known = std::find_if(programs_.begin(), programs_.end(), [&](const auto& program) {
    return program.first == point.program;
  });
  if (known != programs_.end()) return *known->second;
  std::optional<std::filesystem::path> cache = plan_.config.options.cache;
  if (!cache && is_shared_.at(point.program)) cache = files_.programs;
  // The oldest goes first, so that memory holds no more than it must.
  if (programs_.size() == kMostPrograms) programs_.pop_front();
  std::unique_ptr<Program> program =
      obtain_program(inputs.machine, Workload{inputs.network, plan_.config.options.seed}, cache,
                     CacheErrors::ignored);
  require_planned(plan_.config, point, inputs);
  programs_.emplace_back(point.program, std::move(program));
  return *programs_.back().second;
}

}  // namespace nzsim::sweep
