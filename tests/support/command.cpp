#include "tests/support/command.h"

#include <stdexcept>

#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::test {

CommandResult run_nzsim(const std::vector<std::string>& arguments,
                        const std::filesystem::path& directory) {
  const TemporaryDirectory captured;
  std::vector<std::string> words = {NZSIM_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const pid_t child = start_process(words, directory, captured.path());
  int status = 0;
  rusage usage{};
  if (::wait4(child, &status, 0, &usage) != child)
    throw std::runtime_error("cannot wait for nzsim");
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, usage.ru_maxrss, contents(captured.path() / "output"),
          contents(captured.path() / "errors")};
}

}  // namespace nzsim::test
