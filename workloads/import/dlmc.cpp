#include "workloads/import/dlmc.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/workload/values.h"
#include "workloads/import/text_reader.h"

namespace nzsim {
namespace {

/// A digit and its blank or the end of its line.
constexpr std::uint64_t kShortestNumberBytes = 2;

std::uint64_t read_size(TextReader& reader, SparsePattern& pattern) {
  if (!reader.next_line()) reader.fail("expected 'rows, columns, non-zeros', got the file's end");
  const std::uint64_t rows = reader.integer("rows", 1, kLargestImportedDimension, ',');
  const std::uint64_t columns = reader.integer("columns", 1, kLargestImportedDimension, ',');
  if (rows * columns > kLargestImportedElements) {
    reader.fail(fmt::format("expected at most {} elements, got {} x {}", kLargestImportedElements,
                            rows, columns));
  }
  const std::uint64_t non_zeros = reader.integer("non-zeros", 0, rows * columns, ',');
  reader.expect_line_end();
  const std::uint64_t numbers = rows + 1 + non_zeros;
  const std::uint64_t most = (reader.remaining() + 1) / kShortestNumberBytes;
  if (numbers > most) {
    reader.fail(fmt::format("expected at most {} offsets and columns in {} bytes, got {}", most,
                            reader.remaining(), numbers));
  }
  pattern.outputs = static_cast<std::uint32_t>(rows);
  pattern.inputs = static_cast<std::uint32_t>(columns);
  return non_zeros;
}

void read_offsets(TextReader& reader, std::uint64_t non_zeros, SparsePattern& pattern) {
  if (!reader.next_line()) reader.fail("expected a line of row offsets, got the file's end");
  pattern.row_starts.reserve(std::size_t{pattern.outputs} + 1);
  pattern.row_starts.push_back(reader.integer("row offset 0", 0, 0));
  for (std::uint32_t row = 1; row <= pattern.outputs; ++row) {
    const std::uint64_t minimum = row == pattern.outputs ? non_zeros : pattern.row_starts.back();
    pattern.row_starts.push_back(
        reader.integer(fmt::format("row offset {}", row), minimum, non_zeros));
  }
  reader.expect_line_end();
}

void read_columns(TextReader& reader, std::uint64_t non_zeros, SparsePattern& pattern) {
  if (non_zeros > 0 && !reader.next_line()) {
    reader.fail("expected a line of columns, got the file's end");
  }
  pattern.columns.reserve(non_zeros);
  for (std::uint64_t i = 0; i < non_zeros; ++i) {
    pattern.columns.push_back(static_cast<std::uint32_t>(
        reader.integer("a column", 0, std::uint64_t{pattern.inputs} - 1)));
  }
  reader.expect_line_end();
  for (std::uint32_t row = 0; row < pattern.outputs; ++row) {
    const auto begin = pattern.columns.begin();
    const auto first = begin + static_cast<std::ptrdiff_t>(pattern.row_starts[row]);
    const auto last = begin + static_cast<std::ptrdiff_t>(pattern.row_starts[row + 1]);
    std::sort(first, last);
    const auto twice = std::adjacent_find(first, last);
    if (twice != last) {
      reader.fail(fmt::format("expected each column once in row {}, got {} twice", row, *twice));
    }
  }
  if (reader.next_line()) reader.fail("expected the end of the file, got another line");
}

}  // namespace

SparsePattern parse_dlmc(std::string_view bytes, const std::string& name) {
  TextReader reader(bytes, name);
  SparsePattern pattern;
  const std::uint64_t non_zeros = read_size(reader, pattern);
  read_offsets(reader, non_zeros, pattern);
  read_columns(reader, non_zeros, pattern);
  return pattern;
}

CompressedMatrix draw_values(const SparsePattern& pattern, std::uint32_t entries,
                             std::uint64_t seed) {
  SyntheticSource source;
  source.codebook_entries = entries;
  // One dense row has as many codes as the pattern has places.
  CompressedMatrix drawn =
      synthetic_matrix(1, static_cast<std::uint32_t>(pattern.columns.size()), source, seed);
  return {pattern.outputs, pattern.inputs,         pattern.row_starts,
          pattern.columns, std::move(drawn.codes), std::move(drawn.codebook)};
}

}  // namespace nzsim
