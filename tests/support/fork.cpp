#include "tests/support/fork.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace nzsim::test {
namespace {

/// First byte of what the child sends: what follows is the result, or why there is none.
constexpr char kResult = 'R';
constexpr char kFailure = 'F';

[[noreturn]] void fail(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

void send(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) _exit(1);
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// The child: runs `body`, sends one message and ends without the parent's destructors.
[[noreturn]] void run_child(int descriptor, const std::function<std::string()>& body) {
  std::string message;
  try {
    message = kResult + body();
    if (::testing::Test::HasFailure()) message = std::string{kFailure} + "a check failed";
  } catch (const std::exception& error) {
    message = std::string{kFailure} + error.what();
  } catch (...) {
    message = std::string{kFailure} + "an exception of unknown type";
  }
  std::fflush(nullptr);
  send(descriptor, message);
  _exit(0);
}

std::string receive(int descriptor) {
  std::string bytes;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count == 0) return bytes;
    if (count < 0 && errno != EINTR) fail("read");
    if (count > 0) bytes.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) fail("waitpid");
  }
  return status;
}

}  // namespace

std::string fork_and_capture(const std::function<std::string()>& body) {
  // The child reports its own failures only.
  if (::testing::Test::HasFailure()) throw std::runtime_error("not forked: a check failed before");
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) fail("pipe");
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    close(ends[0]);
    run_child(ends[1], body);
  }
  close(ends[1]);
  std::string message = receive(ends[0]);
  close(ends[0]);
  const int status = wait_for(child);
  if (WIFSIGNALED(status)) {
    throw std::runtime_error(fmt::format("the forked process was ended by signal {} ({})",
                                         WTERMSIG(status), strsignal(WTERMSIG(status))));
  }
  if (message.empty()) {
    throw std::runtime_error(
        fmt::format("the forked process ended with status {} and no result", WEXITSTATUS(status)));
  }
  const char kind = message.front();
  message.erase(0, 1);
  if (kind == kFailure) throw std::runtime_error("in the forked process: " + message);
  return message;
}

}  // namespace nzsim::test
