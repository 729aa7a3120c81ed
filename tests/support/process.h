#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace nzsim::test {

/// The bytes of a file; none where it is not there.
[[nodiscard]] std::string contents(const std::filesystem::path& path);

/// Starts the program `words[0]` with the other words in `directory`; what it prints goes to
/// `captured/output` and `captured/errors`, its input is empty. It ends when the test is killed.
[[nodiscard]] pid_t start_process(const std::vector<std::string>& words,
                                  const std::filesystem::path& directory,
                                  const std::filesystem::path& captured);

}  // namespace nzsim::test
