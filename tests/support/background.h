#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/support/command.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::test {

/// A program that runs beside the test, standard input empty. It is killed where it still runs when
/// the object ends.
class Background {
 public:
  /// Starts the program at path `words[0]` in `directory`.
  explicit Background(const std::vector<std::string>& words,
                      const std::filesystem::path& directory = ".");
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background();

  void send(int signal) const;

  /// Waits for the end, `patience` at most: then kills the program, and the exit code is 128 + 9.
  [[nodiscard]] CommandResult wait(std::chrono::seconds patience);

 private:
  bool has_ended();

  TemporaryDirectory captured_;
  pid_t process_ = 0;
  bool has_ended_ = false;
  int status_ = 0;
};

/// Calls `is_true` each 50 ms until it is, `patience` at most. Returns whether it was.
template <class Condition>
[[nodiscard]] bool eventually(std::chrono::seconds patience, Condition is_true);

/// Sleeps for 50 ms.
void pause_shortly();

template <class Condition>
bool eventually(std::chrono::seconds patience, Condition is_true) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!is_true()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    pause_shortly();
  }
  return true;
}

}  // namespace nzsim::test
