#include "tools/nzsim/sweep/slurm_process.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/errors.h"

namespace nzsim::cli {
namespace {

/// A file in memory that a program writes to: unlike a pipe it never makes the program wait.
class Capture {
 public:
  Capture() : descriptor_(::memfd_create("output", MFD_CLOEXEC)) {
    if (descriptor_ < 0) throw SimulationError("no memory for the output of a program");
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture() { ::close(descriptor_); }

  [[nodiscard]] int descriptor() const { return descriptor_; }

  [[nodiscard]] std::string text() const {
    std::string text;
    std::array<char, 4096> buffer{};
    ssize_t count = 0;
    while ((count = ::pread(descriptor_, buffer.data(), buffer.size(),
                            static_cast<off_t>(text.size()))) > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  int descriptor_ = -1;
};

/// Starts the program; returns its process.
pid_t spawn(const std::vector<std::string>& words, const Capture& output, const Capture& errors) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output.descriptor(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, errors.descriptor(), STDERR_FILENO);
  pid_t process = 0;
  const int error =
      ::posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw InputError(
        words[0], "",
        fmt::format("expected a program that can be started, got \"{}\"", std::strerror(error)));
  }
  return process;
}

/// Whether a directory of PATH has the program.
bool is_in_path(const std::string& program) {
  const char* const path = std::getenv("PATH");
  std::istringstream directories(path == nullptr ? "" : path);
  for (std::string directory; std::getline(directories, directory, ':');) {
    if (::access((directory + "/" + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& words) {
  const Capture output;
  const Capture errors;
  const pid_t process = spawn(words, output, errors);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) throw SimulationError(fmt::format("{}: cannot be waited for", words[0]));
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, output.text(), errors.text()};
}

void require_programs(const std::vector<std::string>& programs) {
  for (const std::string& program : programs) {
    if (is_in_path(program)) continue;
    throw InputError("--launcher slurm", "",
                     fmt::format("expected Slurm's commands {} in PATH, got no {}",
                                 fmt::join(programs, ", "), program));
  }
}

}  // namespace nzsim::cli
