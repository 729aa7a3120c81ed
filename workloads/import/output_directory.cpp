#include "workloads/import/output_directory.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;

/// `path` without `.`, `..` and a slash at its end.
fs::path normalised(const fs::path& path) {
  const fs::path absolute = fs::absolute(path).lexically_normal();
  const fs::path whole = absolute.has_filename() ? absolute : absolute.parent_path();
  return path.is_absolute() ? whole : whole.lexically_proximate(fs::current_path());
}

}  // namespace

OutputDirectory::OutputDirectory(const fs::path& path) : path_(normalised(path)) {
  if (path.empty() || fs::exists(fs::symlink_status(path_))) {
    throw InputError(path.string(), "",
                     path.empty() ? "expected the name of a new directory, got none"
                                  : "expected a directory that does not exist yet, got one");
  }
  std::error_code error;
  if (path_.has_parent_path()) fs::create_directories(path_.parent_path(), error);
  if (error) throw InputError(path.string(), "", "cannot create its parent: " + error.message());
  const fs::path hidden =
      path_.parent_path() / fmt::format(".{}.XXXXXX", path_.filename().string());
  std::string name = hidden.string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw InputError(path.string(), "", fmt::format("cannot write here: {}", std::strerror(errno)));
  }
  temporary_ = name;
}

OutputDirectory::~OutputDirectory() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
}

void OutputDirectory::write(const std::string& file_name, std::string_view contents) const {
  write_file(temporary_ / file_name, contents);
}

void OutputDirectory::commit() {
  std::error_code error;
  // `mkdtemp` gives the owner alone access.
  fs::permissions(temporary_, static_cast<fs::perms>(0755), error);
  if (!error) fs::rename(temporary_, path_, error);
  if (error) throw InputError(path_.string(), "", "cannot create it: " + error.message());
  temporary_.clear();
}

}  // namespace nzsim
