#include "sim/run/sweep/text_file.h"

#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "sim/base/errors.h"

namespace nzsim::sweep {

namespace fs = std::filesystem;

TemporaryFile::TemporaryFile(fs::path path) : path_(std::move(path)) {
  temporary_ = path_;
  temporary_ += fmt::format(".{}", ::getpid());
  std::error_code ignored;
  fs::remove(temporary_, ignored);
}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  fs::remove(temporary_, ignored);
}

void TemporaryFile::rename() {
  std::error_code error;
  fs::rename(temporary_, path_, error);
  if (error) throw InputError(path_.string(), "", "cannot write the file: " + error.message());
}

TextFile::TextFile(const fs::path& path) : file_(path), stream_(file_.path(), std::ios::binary) {}

void TextFile::write(std::string_view text) {
  stream_.write(text.data(), static_cast<std::streamsize>(text.size()));
}

void TextFile::finish() {
  stream_.close();
  if (!stream_) throw InputError(file_.path().string(), "", "cannot write the file");
  file_.rename();
}

}  // namespace nzsim::sweep
