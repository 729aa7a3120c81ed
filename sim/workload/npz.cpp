#include "sim/workload/npz.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <zip.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace nzsim {
namespace {

constexpr std::string_view kSuffix = ".npy";
/// Deflate cannot pack a byte run tighter than this (zlib documentation, "maximum compression
/// factor").
constexpr std::uint64_t kMaximumDeflateFactor = 1032;
/// A run of zeros packs so well that the factor alone would refuse small entries.
constexpr std::uint64_t kDeflateSlack = 4096;
constexpr std::size_t kReadChunk = std::size_t{1} << 16;
/// zlib's own default. libzip's is 9, which takes 20 times as long on sparse codes.
constexpr zip_uint32_t kDeflateLevel = 6;
/// 1980-01-01, the first day that a zip file can hold.
constexpr zip_uint16_t kFirstDosDate = (1 << 5) | 1;

struct DiscardArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
struct FreeSource {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using Archive = std::unique_ptr<zip_t, DiscardArchive>;
using ArchiveFile = std::unique_ptr<zip_file_t, CloseFile>;
using Source = std::unique_ptr<zip_source_t, FreeSource>;

/// A libzip error that is freed with its text.
struct ZipError {
  ZipError() { zip_error_init(&error); }
  ~ZipError() { zip_error_fini(&error); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;
  std::string text() { return zip_error_strerror(&error); }

  zip_error_t error;
};

Archive open_for_reading(std::string_view bytes, const std::string& name) {
  // libzip takes no bytes for an archive without entries.
  if (bytes.empty()) {
    throw WorkloadError(name, "", "expected a zip of NumPy arrays, got an empty file");
  }
  ZipError error;
  Source source(zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error.error));
  zip_t* opened = source ? zip_open_from_source(source.get(), ZIP_RDONLY, &error.error) : nullptr;
  if (opened == nullptr) {
    throw WorkloadError(name, "",
                        fmt::format("expected a zip of NumPy arrays, got: {}", error.text()));
  }
  static_cast<void>(source.release());  // The archive owns it now.
  return Archive(opened);
}

/// The checked facts of one entry.
struct Entry {
  zip_uint64_t index = 0;
  std::string array;
  std::uint64_t packed = 0;
  std::uint64_t unpacked = 0;
};

Entry describe(zip_t* archive, zip_uint64_t index, const std::string& name) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  if (zip_stat_index(archive, index, 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded) {
    throw WorkloadError(name, "", fmt::format("expected a readable entry {}, got none", index));
  }
  const std::string entry = stat.name;
  if (entry.size() <= kSuffix.size() || !entry.ends_with(kSuffix)) {
    throw WorkloadError(name, "", fmt::format("expected NAME.npy entries only, got '{}'", entry));
  }
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    throw WorkloadError(
        name, entry,
        fmt::format("expected a stored or deflated entry, got method {}", stat.comp_method));
  }
  if (stat.size > kLargestFileBytes ||
      (stat.size > kDeflateSlack &&
       (stat.size - kDeflateSlack) / kMaximumDeflateFactor > stat.comp_size)) {
    throw WorkloadError(name, entry,
                        fmt::format("expected a size that {} packed bytes can hold, got {}",
                                    stat.comp_size, stat.size));
  }
  return {index, entry.substr(0, entry.size() - kSuffix.size()), stat.comp_size, stat.size};
}

/// Unpacks one entry; the archive's checksum is verified at its end.
std::string unpack(zip_t* archive, const Entry& entry, const std::string& name) {
  const ArchiveFile file(zip_fopen_index(archive, entry.index, 0));
  if (!file) {
    throw WorkloadError(name, entry.array + std::string(kSuffix),
                        fmt::format("expected a readable entry, got: {}", zip_strerror(archive)));
  }
  std::string contents;
  // One read beyond the stated size meets the end and verifies the checksum.
  while (contents.size() <= entry.unpacked) {
    const std::size_t before = contents.size();
    contents.resize(before + kReadChunk);
    const zip_int64_t count = zip_fread(file.get(), contents.data() + before, kReadChunk);
    if (count < 0) {
      throw WorkloadError(
          name, entry.array + std::string(kSuffix),
          fmt::format("expected intact contents, got: {}", zip_file_strerror(file.get())));
    }
    contents.resize(before + static_cast<std::size_t>(count));
    if (count == 0) break;
  }
  if (contents.size() != entry.unpacked) {
    throw WorkloadError(
        name, entry.array + std::string(kSuffix),
        fmt::format("expected {} unpacked bytes, got {}", entry.unpacked, contents.size()));
  }
  return contents;
}

[[noreturn]] void fail_writing(const std::string& what) {
  throw InputError("npz", "", "cannot pack the arrays: " + what);
}

void add_entry(zip_t* archive, const std::string& entry, const std::string& contents) {
  Source source(zip_source_buffer(archive, contents.data(), contents.size(), 0));
  if (!source) fail_writing(zip_strerror(archive));
  const zip_int64_t index = zip_file_add(archive, entry.c_str(), source.get(), ZIP_FL_ENC_UTF_8);
  if (index < 0) fail_writing(zip_strerror(archive));
  static_cast<void>(source.release());  // The archive owns it now.
  const auto position = static_cast<zip_uint64_t>(index);
  if (zip_set_file_compression(archive, position, ZIP_CM_DEFLATE, kDeflateLevel) != 0 ||
      zip_file_set_dostime(archive, position, 0, kFirstDosDate, 0) != 0 ||
      zip_file_set_external_attributes(archive, position, 0, ZIP_OPSYS_UNIX, 0) != 0) {
    fail_writing(zip_strerror(archive));
  }
}

std::string contents_of(zip_source_t* source) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_source_stat(source, &stat) != 0 || zip_source_open(source) != 0) {
    fail_writing(zip_error_strerror(zip_source_error(source)));
  }
  std::string bytes(stat.size, '\0');
  const zip_int64_t count = zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  if (count < 0 || static_cast<std::uint64_t>(count) != bytes.size()) fail_writing("short read");
  return bytes;
}

}  // namespace

std::map<std::string, NumpyArray> parse_npz(std::string_view bytes, const std::string& name) {
  const Archive archive = open_for_reading(bytes, name);
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  std::vector<Entry> entries;
  std::uint64_t total = 0;
  for (zip_int64_t i = 0; i < count; ++i) {
    entries.push_back(describe(archive.get(), static_cast<zip_uint64_t>(i), name));
    total += entries.back().unpacked;
    if (total > kLargestFileBytes) {
      throw WorkloadError(
          name, "", fmt::format("expected at most {} unpacked bytes, got more", kLargestFileBytes));
    }
  }
  std::map<std::string, NumpyArray> arrays;
  for (const Entry& entry : entries) {
    const std::string entry_name = fmt::format("{}: {}{}", name, entry.array, kSuffix);
    const std::string contents = unpack(archive.get(), entry, name);
    if (!arrays.emplace(entry.array, parse_npy(contents, entry_name)).second) {
      throw WorkloadError(name, "",
                          fmt::format("expected each array once, got '{}' twice", entry.array));
    }
  }
  return arrays;
}

std::map<std::string, NumpyArray> load_npz(const std::filesystem::path& path) {
  return parse_npz(read_file(path), path.string());
}

std::string format_npz(const std::map<std::string, NumpyArray>& arrays) {
  // libzip deletes an archive without entries; its image is the end record alone.
  if (arrays.empty()) return "PK\5\6" + std::string(18, '\0');
  ZipError error;
  Source target(zip_source_buffer_create(nullptr, 0, 0, &error.error));
  if (!target) fail_writing(error.text());
  zip_source_keep(target.get());
  Archive archive(zip_open_from_source(target.get(), ZIP_TRUNCATE, &error.error));
  if (!archive) {
    zip_source_free(target.get());  // The archive's share of it.
    fail_writing(error.text());
  }
  // libzip reads the contents when the archive is closed.
  std::map<std::string, std::string> contents;
  for (const auto& [array, values] : arrays) contents[array] = format_npy(values);
  for (const auto& [array, bytes] : contents) {
    add_entry(archive.get(), array + std::string(kSuffix), bytes);
  }
  if (zip_close(archive.get()) != 0) fail_writing(zip_strerror(archive.get()));
  static_cast<void>(archive.release());
  return contents_of(target.get());
}

}  // namespace nzsim
