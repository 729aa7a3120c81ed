#include "tools/nzsim/catalogue.h"

#include <cstdlib>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/base/errors.h"
#include "sim/config/node.h"
#include "tools/nzsim/arguments.h"

namespace nzsim::cli {
namespace {

namespace fs = std::filesystem;

/// Folder of a shelf below a home, and what one of its files is called in messages.
struct ShelfPlace {
  const char* folder;
  const char* noun;
};

ShelfPlace place_of(Shelf shelf) {
  switch (shelf) {
    case Shelf::machines:
      return {"configs/machines", "machine"};
    case Shelf::memories:
      return {"configs/memory", "memory"};
    case Shelf::platforms:
      return {"configs/platforms", "platform"};
    case Shelf::networks:
      return {"workloads/networks", "network"};
    case Shelf::templates:
      return {"workloads/import", "network template"};
    case Shelf::published:
      return {"configs/published", "published table"};
    case Shelf::comparisons:
      return {"configs/comparisons", "comparison"};
    case Shelf::sweeps:
      return {"configs/sweeps", "sweep"};
    case Shelf::energy:
      return {"configs/energy", "energy table"};
  }
  throw std::logic_error("unknown shelf");
}

std::vector<fs::path> homes() {
  std::vector<fs::path> all;
  if (const char* home = std::getenv("NZSIM_HOME"); home != nullptr && *home != '\0') {
    all.emplace_back(home);
  }
  all.emplace_back(NZSIM_SOURCE_DIR);
  std::error_code error;
  const fs::path binary = fs::read_symlink("/proc/self/exe", error);
  if (!error) all.push_back(binary.parent_path().parent_path() / "share" / "nzsim");
  return all;
}

/// Name and file of everything on a shelf; the first home that has a name wins.
std::map<std::string, fs::path> shelf_files(Shelf shelf) {
  std::map<std::string, fs::path> files;
  for (const fs::path& directory : directories(shelf)) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory, error)) {
      if (entry.path().extension() != ".json") continue;
      files.emplace(entry.path().stem().string(), entry.path());
    }
  }
  return files;
}

/// The `description` of a file, or its `title` (published tables).
std::string description_of(const fs::path& path) {
  try {
    ConfigDocument document = ConfigDocument::load(path);
    ConfigNode root = document.root();
    const char* const key = root.has("description") ? "description" : "title";
    return root.text(key, {.default_value = "", .description = "", .may_be_empty = true});
  } catch (const InputError& error) {
    return fmt::format("(unreadable: {})", to_string(error.diagnostics().front()));
  }
}

/// `expected the file or name of a machine, got GOT; did you mean ...`.
std::string unknown_name(Shelf shelf, const std::string& word, const std::string& got) {
  std::vector<std::string> names;
  for (const auto& [name, path] : shelf_files(shelf)) names.push_back(name);
  return fmt::format("expected the file or name of a {}, got {}{}; names: {}", place_of(shelf).noun,
                     got, suggestion(word, names), fmt::join(names, ", "));
}

[[noreturn]] void fail_unknown(Shelf shelf, const std::string& word) {
  throw InputError(word, "", unknown_name(shelf, word, "neither"));
}

bool is_path(const std::string& word) {
  return word.find('/') != std::string::npos || fs::path(word).extension() == ".json";
}

/// The shipped file of this name; nothing where there is none.
std::optional<fs::path> shipped_name(Shelf shelf, const std::string& name) {
  std::error_code error;
  for (const fs::path& directory : directories(shelf)) {
    fs::path file = directory / (name + ".json");
    if (fs::exists(file, error)) return file;
  }
  return {};
}

}  // namespace

std::vector<fs::path> directories(Shelf shelf) {
  std::vector<fs::path> all;
  for (const fs::path& home : homes()) {
    const fs::path directory = home / place_of(shelf).folder;
    std::error_code error;
    if (fs::is_directory(directory, error)) all.push_back(directory);
  }
  return all;
}

fs::path find_file(Shelf shelf, const std::string& word) {
  std::error_code error;
  if (is_path(word)) {
    if (!fs::exists(word, error)) fail_unknown(shelf, word);
    return word;
  }
  if (std::optional<fs::path> file = shipped_name(shelf, word)) return *file;
  if (!fs::is_regular_file(word, error)) fail_unknown(shelf, word);
  return word;
}

fs::path find_file(Shelf shelf, const std::string& word, const fs::path& file,
                   const std::string& pointer) {
  std::error_code error;
  const std::optional<fs::path> found =
      is_path(word) ? file.parent_path() / word : shipped_name(shelf, word);
  if (found && fs::exists(*found, error)) return *found;
  throw ConfigError(file.string(), pointer, unknown_name(shelf, word, fmt::format("\"{}\"", word)));
}

std::vector<CatalogueItem> catalogue(Shelf shelf) {
  std::vector<CatalogueItem> items;
  for (const auto& [name, path] : shelf_files(shelf)) {
    items.push_back({name, description_of(path), path});
  }
  return items;
}

fs::path shipped_file(const fs::path& relative) {
  std::error_code error;
  for (const fs::path& home : homes()) {
    if (fs::is_regular_file(home / relative, error)) return home / relative;
  }
  throw InputError(relative.string(), "",
                   "expected this file of nzsim below NZSIM_HOME, got none there");
}

ShippedDirectories shipped_directories() {
  const auto first = [](Shelf shelf) {
    const std::vector<fs::path> all = directories(shelf);
    return all.empty() ? fs::path{} : all.front();
  };
  return {first(Shelf::energy), first(Shelf::memories)};
}

sweep::SweepDirectories sweep_directories() {
  return {directories(Shelf::machines), directories(Shelf::networks), shipped_directories()};
}

}  // namespace nzsim::cli
