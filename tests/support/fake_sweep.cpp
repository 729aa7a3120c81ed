#include "tests/support/fake_sweep.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/base/files.h"
#include "sim/run/sweep/collect.h"
#include "sim/run/sweep/store.h"

namespace nzsim::test {

sweep::Plan fake_plan(std::uint64_t points) {
  sweep::Plan plan;
  plan.config.name = "fake";
  plan.config.workloads = {{"network", {}}};
  plan.config.resolved = "{}";
  sweep::Axis axis;
  axis.name = "/x";
  axis.pointer = "/x";
  for (std::uint64_t index = 0; index < points; ++index) {
    axis.values.push_back(std::to_string(index));
    plan.points.push_back(
        {index, fmt::format("{:032x}", index + 1), 0, {axis.values.back()}, index / 4});
  }
  plan.config.axes = {axis};
  return plan;
}

void change_points(sweep::Plan& plan, const std::function<void(sweep::Point&)>& change) {
  sweep::PointList changed;
  for (sweep::Point point : plan.points) {
    change(point);
    changed.push_back(point);
  }
  plan.points = std::move(changed);
}

sweep::InputsOf fake_inputs(PointAction action, FakeBehaviour behaviour) {
  return [action = std::move(action), behaviour = std::move(behaviour)](const sweep::Point& point) {
    static FakeCalls calls;
    FakeBehaviour of_point = behaviour;
    if (action) of_point.on_simulate = [=] { action(point.index); };
    Network network;
    network.name = "network";
    network.resolved = "{}";
    return sweep::PointInputs{fake_machine(calls, std::move(of_point)), std::move(network)};
  };
}

std::string collected(const sweep::Plan& plan, const std::filesystem::path& directory) {
  sweep::collect(plan, directory);
  return read_file(directory / "results.csv");
}

std::size_t result_lines(const std::filesystem::path& directory) {
  std::size_t lines = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(sweep::results_directory(directory))) {
    const std::string text = read_file(entry.path());
    lines += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  return lines;
}

}  // namespace nzsim::test
