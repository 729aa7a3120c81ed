#include "tests/support/slurm_sandbox.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/background.h"

namespace nzsim::test {
namespace {

constexpr const char* kScript = NZSIM_SOURCE_DIR "/tools/slurm_sandbox";
/// Far more than any command of the sandbox takes.
constexpr std::chrono::seconds kPatience{60};

CommandResult run_script(std::vector<std::string> words) {
  words.insert(words.begin(), kScript);
  return Background(words).wait(kPatience);
}

/// Forks a process in a session of its own, so that it is not killed with the test, which takes the
/// sandbox down when nobody holds the writing end of `alive` any more.
void fork_guardian(const std::filesystem::path& directory, int alive, int own_end) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child > 0) {
    ::waitpid(child, nullptr, 0);
    return;
  }
  ::close(own_end);
  if (::setsid() < 0 || ::fork() != 0) ::_exit(0);
  char letter = 0;
  static_cast<void>(::read(alive, &letter, 1));
  ::execl(kScript, kScript, "down", directory.c_str(), nullptr);
  ::_exit(127);
}

}  // namespace

std::string SlurmSandbox::why_not() {
  const CommandResult result = run_script({"check"});
  return result.exit_code == 0 ? "" : result.errors;
}

SlurmSandbox::SlurmSandbox(const std::filesystem::path& directory) : directory_(directory) {
  std::array<int, 2> alive{};
  std::array<int, 2> ending{};
  if (::pipe2(alive.data(), 0) != 0 || ::pipe2(ending.data(), 0) != 0) {
    throw std::runtime_error("cannot make a pipe");
  }
  // The guardian alone keeps the other two ends.
  ::fcntl(alive[1], F_SETFD, FD_CLOEXEC);
  ::fcntl(ending[0], F_SETFD, FD_CLOEXEC);
  fork_guardian(directory_, alive[0], alive[1]);
  ::close(alive[0]);
  ::close(ending[1]);
  alive_ = alive[1];
  ending_ = ending[0];
  ::setenv("SLURM_CONF", (directory_ / "slurm.conf").c_str(), 1);
  call({"up", directory_, "2"});
}

SlurmSandbox::~SlurmSandbox() {
  ::close(alive_);
  pollfd ended{ending_, POLLIN, 0};
  ::poll(&ended, 1, std::chrono::milliseconds(kPatience).count());
  ::close(ending_);
  ::unsetenv("SLURM_CONF");
}

void SlurmSandbox::kill_node(const std::string& node) const {
  call({"kill-node", directory_, node});
}

void SlurmSandbox::kill_daemon(const std::string& node) const {
  call({"kill-daemon", directory_, node});
}

void SlurmSandbox::start_node(const std::string& node) const {
  call({"start-node", directory_, node});
}

void SlurmSandbox::call(const std::vector<std::string>& words) const {
  const CommandResult result = run_script(words);
  if (result.exit_code != 0) throw std::runtime_error(result.errors);
}

}  // namespace nzsim::test
