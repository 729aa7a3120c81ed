#include "tests/support/background.h"

#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace nzsim::test {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void redirect(const char* path, int flags, int descriptor) {
  const int file = ::open(path, flags, 0600);
  if (file < 0 || ::dup2(file, descriptor) < 0) ::_exit(126);
}

}  // namespace

Background::Background(const std::vector<std::string>& words,
                       const std::filesystem::path& directory) {
  const std::string output = captured_.path() / "output";
  const std::string errors = captured_.path() / "errors";
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("cannot fork");
  if (process_ == 0) {
    // A test that is killed leaves nothing behind.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    redirect("/dev/null", O_RDONLY, STDIN_FILENO);
    redirect(output.c_str(), O_WRONLY | O_CREAT, STDOUT_FILENO);
    redirect(errors.c_str(), O_WRONLY | O_CREAT, STDERR_FILENO);
    if (::chdir(directory.c_str()) == 0) ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
}

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
