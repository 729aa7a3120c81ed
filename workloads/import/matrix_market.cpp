#include "workloads/import/matrix_market.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "workloads/import/text_reader.h"

namespace nzsim {
namespace {

constexpr char kComment = '%';
/// "1 1" and the end of its line.
constexpr std::uint64_t kShortestEntryBytes = 4;

struct Kind {
  bool is_pattern = false;
  bool is_symmetric = false;
};

struct Entry {
  std::uint32_t row;
  std::uint32_t column;
  float value;
};

struct Size {
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
  std::uint64_t entries = 0;
};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

/// The next word of the banner, which must be one of `allowed`.
std::string banner_word(TextReader& reader, const std::vector<std::string>& allowed) {
  std::string word = lower_case(reader.token());
  if (std::find(allowed.begin(), allowed.end(), word) == allowed.end()) {
    reader.fail(fmt::format("expected {}, got '{}'", fmt::join(allowed, " or "), word));
  }
  return word;
}

Kind read_banner(TextReader& reader) {
  if (!reader.next_line() || lower_case(reader.token()) != "%%matrixmarket") {
    reader.fail("expected '%%MatrixMarket', got another line");
  }
  banner_word(reader, {"matrix"});
  banner_word(reader, {"coordinate"});
  Kind kind;
  kind.is_pattern = banner_word(reader, {"real", "integer", "pattern"}) == "pattern";
  kind.is_symmetric = banner_word(reader, {"general", "symmetric"}) == "symmetric";
  reader.expect_line_end();
  return kind;
}

Size read_size(TextReader& reader, const Kind& kind) {
  if (!reader.next_line(kComment))
    reader.fail("expected 'rows columns entries', got the file's end");
  Size size;
  size.rows = reader.integer("rows", 1, kLargestImportedDimension);
  size.columns = reader.integer("columns", 1, kLargestImportedDimension);
  if (size.rows * size.columns > kLargestImportedElements) {
    reader.fail(fmt::format("expected at most {} elements, got {} x {}", kLargestImportedElements,
                            size.rows, size.columns));
  }
  if (kind.is_symmetric && size.rows != size.columns) {
    reader.fail(
        fmt::format("expected a square symmetric matrix, got {} x {}", size.rows, size.columns));
  }
  size.entries = reader.integer("entries", 0, size.rows * size.columns);
  reader.expect_line_end();
  const std::uint64_t most = (reader.remaining() + 1) / kShortestEntryBytes;
  if (size.entries > most) {
    reader.fail(fmt::format("expected at most {} entries in {} bytes, got {}", most,
                            reader.remaining(), size.entries));
  }
  return size;
}

std::vector<Entry> read_entries(TextReader& reader, const Kind& kind, const Size& size) {
  std::vector<Entry> entries;
  entries.reserve(kind.is_symmetric ? 2 * size.entries : size.entries);
  for (std::uint64_t i = 0; i < size.entries; ++i) {
    if (!reader.next_line(kComment)) {
      reader.fail(fmt::format("expected {} entries, got {}", size.entries, i));
    }
    Entry entry{};
    entry.row = static_cast<std::uint32_t>(reader.integer("a row", 1, size.rows) - 1);
    const std::uint64_t last = kind.is_symmetric ? std::uint64_t{entry.row} + 1 : size.columns;
    entry.column = static_cast<std::uint32_t>(reader.integer("a column", 1, last) - 1);
    entry.value = kind.is_pattern ? 1.0F : reader.number("a value");
    reader.expect_line_end();
    entries.push_back(entry);
    if (kind.is_symmetric && entry.row != entry.column) {
      entries.push_back({entry.column, entry.row, entry.value});
    }
  }
  if (reader.next_line(kComment)) {
    reader.fail(fmt::format("expected {} entries, got more", size.entries));
  }
  return entries;
}

}  // namespace

SparseMatrix parse_matrix_market(std::string_view bytes, const std::string& name) {
  TextReader reader(bytes, name);
  const Kind kind = read_banner(reader);
  const Size size = read_size(reader, kind);
  std::vector<Entry> entries = read_entries(reader, kind, size);
  const auto place = [](const Entry& entry) { return std::pair(entry.row, entry.column); };
  std::sort(entries.begin(), entries.end(),
            [&](const Entry& a, const Entry& b) { return place(a) < place(b); });
  const auto twice =
      std::adjacent_find(entries.begin(), entries.end(),
                         [&](const Entry& a, const Entry& b) { return place(a) == place(b); });
  if (twice != entries.end()) {
    throw WorkloadError(name, "",
                        fmt::format("expected each place once, got row {}, column {} twice",
                                    twice->row + 1, twice->column + 1));
  }
  SparseMatrix matrix;
  matrix.outputs = static_cast<std::uint32_t>(size.rows);
  matrix.inputs = static_cast<std::uint32_t>(size.columns);
  matrix.row_starts.assign(size.rows + 1, 0);
  for (const Entry& entry : entries) {
    if (entry.value == 0.0F) continue;
    matrix.columns.push_back(entry.column);
    matrix.values.push_back(entry.value);
    ++matrix.row_starts[std::size_t{entry.row} + 1];
  }
  for (std::size_t row = 0; row < size.rows; ++row) {
    matrix.row_starts[row + 1] += matrix.row_starts[row];
  }
  return matrix;
}

}  // namespace nzsim
