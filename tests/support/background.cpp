#include "tests/support/background.h"

#include <csignal>
#include <thread>

#include <sys/wait.h>

#include "tests/support/process.h"

namespace nzsim::test {

Background::Background(const std::vector<std::string>& words,
                       const std::filesystem::path& directory)
    : process_(start_process(words, directory, captured_.path())) {}

Background::~Background() {
  if (has_ended()) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, &status_, 0);
}

void Background::send(int signal) const { ::kill(process_, signal); }

bool Background::has_ended() {
  has_ended_ = has_ended_ || ::waitpid(process_, &status_, WNOHANG) == process_;
  return has_ended_;
}

CommandResult Background::wait(std::chrono::seconds patience) {
  if (!eventually(patience, [&] { return has_ended(); })) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, &status_, 0);
    has_ended_ = true;
  }
  const int code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  return {code, 0, contents(captured_.path() / "output"), contents(captured_.path() / "errors")};
}

void pause_shortly() { std::this_thread::sleep_for(std::chrono::milliseconds{50}); }

}  // namespace nzsim::test
