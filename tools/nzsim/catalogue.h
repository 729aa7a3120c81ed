#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/run/machine.h"
#include "sim/run/sweep/plan.h"

namespace nzsim::cli {

/// A kind of files that ship with nzsim and are found by name.
enum class Shelf {
  machines,
  memories,
  platforms,
  networks,
  templates,
  published,
  comparisons,
  sweeps,
  energy
};

/// A shipped file.
struct CatalogueItem {
  std::string name;
  std::string description;
  std::filesystem::path path;
};

/// Directories that hold files of this kind, the preferred one first: below the environment's
/// `NZSIM_HOME`, the source directory that nzsim was built from, and `../share/nzsim` beside the
/// binary.
[[nodiscard]] std::vector<std::filesystem::path> directories(Shelf shelf);

/// The file that `word` means: a path (where it holds a slash or ends in `.json`), a shipped name,
/// or a file in the working directory. Throws `InputError` with "did you mean" and the list of
/// names.
[[nodiscard]] std::filesystem::path find_file(Shelf shelf, const std::string& word);

/// The file that `word` means at `pointer` of `file`: a path from that file's directory, or a
/// shipped name. Throws `ConfigError` there, with "did you mean" and the list of names.
[[nodiscard]] std::filesystem::path find_file(Shelf shelf, const std::string& word,
                                              const std::filesystem::path& file,
                                              const std::string& pointer);

/// All shipped files of a kind, by name, with the `description` that each states.
[[nodiscard]] std::vector<CatalogueItem> catalogue(Shelf shelf);

/// The shipped file at `relative` below a home. Throws `InputError` where no home has it.
[[nodiscard]] std::filesystem::path shipped_file(const std::filesystem::path& relative);

/// Where machines find energy tables and memories that do not lie beside them.
[[nodiscard]] ShippedDirectories shipped_directories();

/// Where sweeps find the files that they name.
[[nodiscard]] sweep::SweepDirectories sweep_directories();

}  // namespace nzsim::cli
