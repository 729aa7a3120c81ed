#include "tests/support/fork.h"

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <systemc>

namespace nzsim::test {
namespace {

using ::testing::HasSubstr;

std::string message_of(const std::function<std::string()>& body) {
  try {
    return "no error: " + fork_and_capture(body);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

struct Top : sc_core::sc_module {
  explicit Top(const sc_core::sc_module_name&) {}
};

/// Elaborates a module, runs for `nanoseconds` and returns the time that SystemC then shows.
std::string simulate(int nanoseconds) {
  const Top top{"top"};
  sc_core::sc_start(nanoseconds, sc_core::SC_NS);
  return sc_core::sc_time_stamp().to_string();
}

TEST(ForkAndCapture, ReturnsWhatTheBodyReturns) {
  const std::string large(1'000'000, 'x');
  EXPECT_EQ(fork_and_capture([&] { return large; }), large);
  EXPECT_EQ(fork_and_capture([] { return std::string{}; }), "");
}

TEST(ForkAndCapture, ElaboratesSystemCAsOftenAsItIsCalled) {
  EXPECT_EQ(fork_and_capture([] { return simulate(3); }), "3 ns");
  EXPECT_EQ(fork_and_capture([] { return simulate(5); }), "5 ns");
}

TEST(ForkAndCapture, PassesOnTheMessageOfAnException) {
  const auto body = []() -> std::string { throw std::runtime_error("queue overflow"); };
  EXPECT_EQ(message_of(body), "in the forked process: queue overflow");
}

TEST(ForkAndCapture, NamesTheSignalThatEndedTheChild) {
  const auto body = []() -> std::string {
    std::raise(SIGKILL);
    return "";
  };
  EXPECT_THAT(message_of(body), HasSubstr("signal 9"));
}

TEST(ForkAndCapture, NamesTheStatusOfAChildThatExits) {
  const auto body = []() -> std::string { std::_Exit(7); };
  EXPECT_THAT(message_of(body), HasSubstr("status 7"));
}

TEST(ForkAndCapture, FailsWhereACheckFailsInTheChild) {
  const auto body = []() -> std::string {
    ADD_FAILURE() << "this failure is provoked in the child";
    return "a result";
  };
  EXPECT_EQ(message_of(body), "in the forked process: a check failed");
}

}  // namespace
}  // namespace nzsim::test
