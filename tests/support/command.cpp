#include "tests/support/command.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temporary_directory.h"

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

CommandResult run_nzsim(const std::vector<std::string>& arguments,
                        const std::filesystem::path& directory) {
  const TemporaryDirectory captured;
  const std::string output = captured.path() / "output";
  const std::string errors = captured.path() / "errors";
  std::vector<char*> words = {const_cast<char*>(NZSIM_BINARY)};
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);

  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) {
    redirect("/dev/null", O_RDONLY, STDIN_FILENO);
    redirect(output.c_str(), O_WRONLY | O_CREAT, STDOUT_FILENO);
    redirect(errors.c_str(), O_WRONLY | O_CREAT, STDERR_FILENO);
    if (::chdir(directory.c_str()) == 0) ::execv(words[0], words.data());
    ::_exit(127);
  }
  int status = 0;
  rusage usage{};
  if (::wait4(child, &status, 0, &usage) != child)
    throw std::runtime_error("cannot wait for nzsim");
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, usage.ru_maxrss, contents(output), contents(errors)};
}

}  // namespace nzsim::test
