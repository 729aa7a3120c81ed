#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/memory/config.h"

namespace nzsim::test {

inline std::filesystem::path memory_file(const std::string& name) {
  return std::filesystem::path(NZSIM_SOURCE_DIR) / "configs" / "memory" / (name + ".json");
}

/// The memory `name` of `configs/memory`.
inline MemoryConfig shipped_memory(const std::string& name,
                                   const std::vector<Override>& overrides = {}) {
  return load_memory(memory_file(name), overrides);
}

/// The DRAM memory `name` of `configs/memory`.
inline DramConfig shipped_dram(const std::string& name,
                               const std::vector<Override>& overrides = {}) {
  return std::get<DramConfig>(shipped_memory(name, overrides).memory);
}

/// Names of all files of `configs/memory`, sorted.
inline std::vector<std::string> shipped_memories() {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(memory_file("ideal").parent_path())) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Those of them that are DRAM.
inline std::vector<std::string> shipped_drams() {
  std::vector<std::string> names = shipped_memories();
  std::erase_if(names, [](const std::string& name) {
    return !std::holds_alternative<DramConfig>(shipped_memory(name).memory);
  });
  return names;
}

}  // namespace nzsim::test
