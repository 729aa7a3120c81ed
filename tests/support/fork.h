#pragma once

#include <functional>
#include <string>

namespace nzsim::test {

/// Calls `body` in a forked process and returns what it returned there.
///
/// SystemC elaborates once per process: a test that simulates several machines calls each from
/// here. The child starts as a copy of the caller, so `body` may use everything that the test has
/// built; nothing that it changes comes back but the string. Use it only while the caller has one
/// thread.
///
/// Throws `std::runtime_error`, which fails the test, where `body` throws (with its message), where
/// it ends the process or is ended by a signal (with status or signal), and where an `EXPECT_` or
/// `ASSERT_` of Google Test fails in it (printed by the child).
[[nodiscard]] std::string fork_and_capture(const std::function<std::string()>& body);

}  // namespace nzsim::test
