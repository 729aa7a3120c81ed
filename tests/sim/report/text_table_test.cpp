#include "sim/report/text_table.h"

#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace nzsim {
namespace {

TEST(TextTable, AlignsTextLeftAndNumbersRight) {
  TextTable table;
  table.add_column("name", TextTable::Align::left);
  table.add_column("time\nus");
  table.add_row({"a", "1"});
  table.add_row({"longer", "10,235"});
  table.add_rule();
  table.add_row({"sum"});
  EXPECT_EQ(table.render(),
            "  name      time\n"
            "              us\n"
            "  ------  ------\n"
            "  a            1\n"
            "  longer  10,235\n"
            "  ------  ------\n"
            "  sum\n");
}

TEST(TextTable, CountsCharactersAndNotBytes) {
  TextTable table;
  table.add_column("x", TextTable::Align::left);
  table.add_column("y");
  table.add_row({"\xc3\xa9\xc3\xa9", "1"});
  EXPECT_EQ(table.render(), "  x   y\n  --  -\n  \xc3\xa9\xc3\xa9  1\n");
}

TEST(Printable, ReplacesControlCharacters) {
  EXPECT_EQ(printable("a\x1b[31mb\n\x7f", 40), "a?[31mb??");
  EXPECT_EQ(printable("\xc2\x9bx", 40), "?x");
  EXPECT_EQ(printable("\xc2\xb5s", 40), "\xc2\xb5s");
}

TEST(Printable, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abc...");
  EXPECT_EQ(printable("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 4), "\xc3\xa9...");
}

TEST(FormatNumber, HasFourSignificantDigits) {
  EXPECT_EQ(format_number(0.0), "0");
  EXPECT_EQ(format_number(0.023), "0.02300");
  EXPECT_EQ(format_number(9.157), "9.157");
  EXPECT_EQ(format_number(586.5), "586.5");
  EXPECT_EQ(format_number(-12.34567), "-12.35");
}

TEST(FormatNumber, GroupsLargeNumbers) {
  EXPECT_EQ(format_number(1000.0), "1,000");
  EXPECT_EQ(format_number(-1234567.0), "-1,234,567");
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(10235), "10,235");
  EXPECT_EQ(format_count(UINT64_MAX), "18,446,744,073,709,551,615");
}

TEST(FormatNumber, UsesPowersOfTenForExtremes) {
  EXPECT_EQ(format_number(1.5e-7), "1.500e-07");
  EXPECT_EQ(format_number(1e300), "1.000e+300");
  EXPECT_EQ(format_number(std::numeric_limits<double>::infinity()), "inf");
}

}  // namespace
}  // namespace nzsim
