#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "sim/run/sweep/plan.h"
#include "sim/run/sweep/worker.h"
#include "tests/support/fake_machine.h"

namespace nzsim::test {

/// What a point does when it is simulated; it is given its index.
using PointAction = std::function<void(std::uint64_t)>;

/// A plan of so many points with one axis, `/x`, whose value is the index. Four points behind one
/// another share a program.
[[nodiscard]] sweep::Plan fake_plan(std::uint64_t points);

/// Changes the points of `plan` one after the other.
void change_points(sweep::Plan& plan, const std::function<void(sweep::Point&)>& change);

/// Inputs of such points: a fake machine of 5 cycles that does `action` first.
[[nodiscard]] sweep::InputsOf fake_inputs(PointAction action = {}, FakeBehaviour behaviour = {});

/// The text of `results.csv` of what is finished in `directory`.
[[nodiscard]] std::string collected(const sweep::Plan& plan,
                                    const std::filesystem::path& directory);

/// Lines of all result files.
[[nodiscard]] std::size_t result_lines(const std::filesystem::path& directory);

}  // namespace nzsim::test
