#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nzsim {

/// The file that `word` means in a file of `beside`: a path from there where it holds a slash or
/// ends in `.json`, else NAME.json in the first of `directories` that has it.
[[nodiscard]] std::optional<std::filesystem::path> find_named_file(
    const std::string& word, const std::filesystem::path& beside,
    const std::vector<std::filesystem::path>& directories);

/// `; did you mean "x"?; names: x, y`: what an error about the unknown name `word` ends with.
[[nodiscard]] std::string name_hints(const std::string& word,
                                     const std::vector<std::filesystem::path>& directories);

}  // namespace nzsim
