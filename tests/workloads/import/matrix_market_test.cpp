#include "workloads/import/matrix_market.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "tests/support/message_of.h"

namespace nzsim {
namespace {

const std::string kReal = "%%MatrixMarket matrix coordinate real general\n";
const std::filesystem::path kData = std::filesystem::path(NZSIM_SOURCE_DIR) / ".." / "shared/data";

SparseMatrix parse(const std::string& text) { return parse_matrix_market(text, "m.mtx"); }
std::string error_of(const std::string& text) {
  return test::message_of([&] { static_cast<void>(parse(text)); });
}

TEST(MatrixMarket, ReadsEntriesInAnyOrder) {
  const SparseMatrix matrix = parse(kReal + "2 3 3\n2 3 -1.5e-1\n1 2 +4\n2 1 7\n");
  EXPECT_EQ(matrix.outputs, 2U);
  EXPECT_EQ(matrix.inputs, 3U);
  EXPECT_EQ(matrix.row_starts, (std::vector<std::uint64_t>{0, 1, 3}));
  EXPECT_EQ(matrix.columns, (std::vector<std::uint32_t>{1, 0, 2}));
  EXPECT_EQ(matrix.values, (std::vector<float>{4.0F, 7.0F, -0.15F}));
}

TEST(MatrixMarket, SkipsCommentsBlankLinesAndCarriageReturns) {
  const SparseMatrix matrix = parse(
      "%%matrixmarket MATRIX coordinate Integer general\r\n% c\r\n\r\n%\n2 2 1\r\n\n% d\n"
      "\t1\t 2  3\r\n\n");
  EXPECT_EQ(matrix.values, (std::vector<float>{3.0F}));
}

TEST(MatrixMarket, ReadsALastLineWithoutItsEnd) {
  EXPECT_EQ(parse("%%MatrixMarket matrix coordinate pattern general\n1 1 1\n1 1").values,
            (std::vector<float>{1.0F}));
}

TEST(MatrixMarket, MirrorsSymmetricMatrices) {
  const SparseMatrix matrix =
      parse("%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 3\n");
  EXPECT_EQ(matrix.row_starts, (std::vector<std::uint64_t>{0, 1, 2, 3}));
  EXPECT_EQ(matrix.columns, (std::vector<std::uint32_t>{1, 0, 2}));
}

TEST(MatrixMarket, DropsExplicitZeros) {
  EXPECT_EQ(parse(kReal + "1 2 2\n1 1 0\n1 2 5\n").columns, (std::vector<std::uint32_t>{1}));
}

TEST(MatrixMarket, RefusesOtherKinds) {
  EXPECT_EQ(error_of(""), "m.mtx: line 1: expected '%%MatrixMarket', got another line");
  EXPECT_EQ(error_of("1 1 1\n"), "m.mtx: line 1: expected '%%MatrixMarket', got another line");
  EXPECT_EQ(error_of("%%MatrixMarket matrix array real general\n"),
            "m.mtx: line 1: expected coordinate, got 'array'");
  EXPECT_EQ(error_of("%%MatrixMarket matrix coordinate complex general\n"),
            "m.mtx: line 1: expected real or integer or pattern, got 'complex'");
  EXPECT_EQ(error_of("%%MatrixMarket matrix coordinate real skew-symmetric\n"),
            "m.mtx: line 1: expected general or symmetric, got 'skew-symmetric'");
}

TEST(MatrixMarket, RefusesSizesBeyondTheFile) {
  EXPECT_EQ(error_of(kReal + "1000 1000 1000\n1 1 1\n"),
            "m.mtx: line 2: expected at most 1 entries in 6 bytes, got 1000");
  EXPECT_EQ(error_of(kReal + "2 2 5\n"),
            "m.mtx: line 2: expected entries, an integer in [0, 4], got '5'");
  EXPECT_EQ(error_of(kReal + "1048577 1 0\n"),
            "m.mtx: line 2: expected rows, an integer in [1, 1048576], got '1048577'");
  EXPECT_EQ(error_of(kReal + "1048576 1048576 0\n"),
            "m.mtx: line 2: expected at most 1073741824 elements, got 1048576 x 1048576");
  EXPECT_EQ(error_of(kReal + "18446744073709551617 1 0\n"),
            "m.mtx: line 2: expected rows, an integer in [1, 1048576], got '18446744073709551617'");
  EXPECT_EQ(error_of(kReal), "m.mtx: line 2: expected 'rows columns entries', got the file's end");
}

TEST(MatrixMarket, RefusesEntriesOutsideTheMatrix) {
  EXPECT_EQ(error_of(kReal + "2 2 1\n3 1 1\n"),
            "m.mtx: line 3: expected a row, an integer in [1, 2], got '3'");
  EXPECT_EQ(error_of(kReal + "2 2 1\n1 0 1\n"),
            "m.mtx: line 3: expected a column, an integer in [1, 2], got '0'");
  EXPECT_EQ(error_of("%%MatrixMarket matrix coordinate real symmetric\n2 2 1\n1 2 1\n"),
            "m.mtx: line 3: expected a column, an integer in [1, 1], got '2'");
}

TEST(MatrixMarket, RefusesBadNumbers) {
  EXPECT_EQ(error_of(kReal + "1 1 1\n1 1 nan\n"),
            "m.mtx: line 3: expected a value, a finite 32-bit number, got 'nan'");
  EXPECT_EQ(error_of(kReal + "1 1 1\n1 1 1e39\n"),
            "m.mtx: line 3: expected a value, a finite 32-bit number, got '1e39'");
  EXPECT_EQ(error_of(kReal + "1 1 1\n1 1 1x\n"),
            "m.mtx: line 3: expected a value, a finite 32-bit number, got '1x'");
  EXPECT_EQ(error_of(kReal + "1 1 1\n1 1  \n"),
            "m.mtx: line 3: expected a value, a finite 32-bit number, got the end of the line");
  EXPECT_EQ(error_of(kReal + "1 1 1\n1 1 1 1\n"),
            "m.mtx: line 3: expected the end of the line, got '1'");
}

TEST(MatrixMarket, RefusesAWrongCount) {
  EXPECT_EQ(error_of(kReal + "2 2 2\n1 1 1.000\n"), "m.mtx: line 4: expected 2 entries, got 1");
  EXPECT_EQ(error_of(kReal + "2 2 1\n1 1 1\n2 2 1\n"),
            "m.mtx: line 4: expected 1 entries, got more");
}

TEST(MatrixMarket, RefusesAPlaceStoredTwice) {
  EXPECT_EQ(error_of(kReal + "2 2 2\n1 2 1\n1 2 1\n"),
            "m.mtx: expected each place once, got row 1, column 2 twice");
}

/// Rows, columns and non-zeros of a real file.
struct RealFile {
  const char* path;
  std::uint32_t rows;
  std::uint32_t columns;
  std::uint64_t non_zeros;
};

void PrintTo(const RealFile& file, std::ostream* stream) { *stream << file.path; }

/// `suitesparse_small/olm1000.mtx` as a test's name: olm1000.
std::string name_of(const testing::TestParamInfo<RealFile>& file) {
  std::string name = std::filesystem::path(file.param.path).stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

class MatrixMarketFile : public testing::TestWithParam<RealFile> {};

TEST_P(MatrixMarketFile, HasItsPublishedSize) {
  const std::filesystem::path path = kData / GetParam().path;
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "not there: " << path;
  const SparseMatrix matrix = parse_matrix_market(read_file(path), path.string());
  EXPECT_EQ(matrix.outputs, GetParam().rows);
  EXPECT_EQ(matrix.inputs, GetParam().columns);
  EXPECT_EQ(matrix.values.size(), GetParam().non_zeros);
}

// Symmetric files: 2 x stored entries - diagonal. n1024-l6 has 32 non-zeros in each of 1,024 rows.
INSTANTIATE_TEST_SUITE_P(
    Real, MatrixMarketFile,
    testing::Values(RealFile{"skimcaffe_pruned/alexnet_l1_9e-5/conv3.mtx", 384, 2304, 43245},
                    RealFile{"graphchallenge_dnn_1024/n1024-l1.mtx", 1024, 1024, 32768},
                    RealFile{"graphchallenge_dnn_1024/n1024-l6.mtx", 1024, 1024, 32768},
                    RealFile{"graphchallenge_dnn_1024/sparse-images-1024_subset.mtx", 1200, 1024,
                             122713},
                    RealFile{"suitesparse_small/olm1000.mtx", 1000, 1000, 3996},
                    RealFile{"suitesparse_small/cryg2500.mtx", 2500, 2500, 12349},
                    RealFile{"suitesparse_small/jagmesh7.mtx", 1138, 1138, 2 * 4294 - 1138},
                    RealFile{"suitesparse_small/bcsstk13.mtx", 2003, 2003, 2 * 42943 - 2003}),
    name_of);

}  // namespace
}  // namespace nzsim
