#include "sim/config/named_file.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/config/messages.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;

/// Names of the files in `directories`, sorted.
std::vector<std::string> names_in(const std::vector<fs::path>& directories) {
  std::vector<std::string> names;
  for (const fs::path& directory : directories) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory, error)) {
      if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

std::optional<fs::path> find_named_file(const std::string& word, const fs::path& beside,
                                        const std::vector<fs::path>& directories) {
  const bool is_path = word.find('/') != std::string::npos || word.ends_with(".json");
  std::vector<fs::path> candidates;
  if (is_path) {
    candidates.push_back(beside / word);
  } else {
    for (const fs::path& directory : directories)
      candidates.push_back(directory / (word + ".json"));
  }
  for (const fs::path& candidate : candidates) {
    std::error_code error;
    if (fs::is_regular_file(candidate, error)) return candidate.lexically_normal();
  }
  return {};
}

std::string name_hints(const std::string& word, const std::vector<fs::path>& directories) {
  const std::vector<std::string> names = names_in(directories);
  return fmt::format("{}; names: {}", suggestion(word, names), fmt::join(names, ", "));
}

}  // namespace nzsim
