#include "sim/base/files.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <unistd.h>

#include "sim/base/errors.h"

namespace nzsim {
namespace {

namespace fs = std::filesystem;
namespace ipc = boost::interprocess;

std::uint64_t regular_file_size(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status))
    throw InputError(path.string(), "", "expected a file, got nothing there");
  if (!fs::is_regular_file(status)) {
    throw InputError(path.string(), "", "expected a regular file, got another kind");
  }
  const std::uint64_t size = fs::file_size(path, error);
  if (error) throw InputError(path.string(), "", "expected a readable file: " + error.message());
  return size;
}

}  // namespace

std::string read_file(const fs::path& path, std::uint64_t limit) {
  const std::uint64_t size = regular_file_size(path);
  if (size > limit) {
    throw InputError(path.string(), "",
                     fmt::format("expected a file of at most {} bytes, got {}", limit, size));
  }
  std::ifstream stream(path, std::ios::binary);
  std::string contents(size, '\0');
  stream.read(contents.data(), static_cast<std::streamsize>(size));
  if (!stream) {
    throw InputError(path.string(), "", fmt::format("expected {} readable bytes", size));
  }
  return contents;
}

void write_file(const fs::path& path, std::string_view contents) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error) throw InputError(path.string(), "", "cannot create the directory: " + error.message());
  std::string temporary = path.string() + ".XXXXXX";
  const int descriptor = ::mkstemp(temporary.data());
  if (descriptor < 0) {
    throw InputError(path.string(), "", fmt::format("cannot write here: {}", std::strerror(errno)));
  }
  ::fchmod(descriptor, 0644);
  std::size_t done = 0;
  while (done < contents.size()) {
    const ssize_t written = ::write(descriptor, contents.data() + done, contents.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) break;
    done += static_cast<std::size_t>(written);
  }
  const int write_error = errno;
  const bool closed = ::close(descriptor) == 0;
  if (done < contents.size() || !closed) {
    fs::remove(temporary, error);
    throw InputError(path.string(), "",
                     fmt::format("cannot write the file: {}", std::strerror(write_error)));
  }
  fs::rename(temporary, path, error);
  if (error) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw InputError(path.string(), "", "cannot write the file: " + error.message());
  }
}

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr);
}

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
}

void Sha256::add(std::string_view bytes) {
  add(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

std::string Sha256::digest() {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  EVP_DigestFinal_ex(state_->context.get(), digest.data(), nullptr);
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

std::string sha256(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.digest();
}

std::string sha256(std::string_view bytes) {
  return sha256(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

struct MappedFile::Mapping {
  ipc::file_mapping file;
  ipc::mapped_region region;
};

MappedFile::MappedFile(const fs::path& path) {
  if (regular_file_size(path) == 0) {
    throw InputError(path.string(), "", "expected a file with contents, got an empty one");
  }
  try {
    mapping_ = std::make_unique<Mapping>();
    mapping_->file = ipc::file_mapping(path.c_str(), ipc::read_only);
    mapping_->region = ipc::mapped_region(mapping_->file, ipc::read_only);
  } catch (const ipc::interprocess_exception& exception) {
    throw InputError(path.string(), "",
                     fmt::format("expected a file that can be mapped: {}", exception.what()));
  }
}

MappedFile::MappedFile(MappedFile&&) noexcept = default;
MappedFile& MappedFile::operator=(MappedFile&&) noexcept = default;
MappedFile::~MappedFile() = default;

std::span<const std::byte> MappedFile::bytes() const {
  return {static_cast<const std::byte*>(mapping_->region.get_address()),
          mapping_->region.get_size()};
}

}  // namespace nzsim
