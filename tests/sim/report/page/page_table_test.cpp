#include "sim/report/page/page_table.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nzsim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(PageCell, KeepsTheExactNumberBehindTheShownOne) {
  const PageCell cell = PageCell::of(1234.5678);
  EXPECT_EQ(cell.text, "1,235");
  EXPECT_EQ(cell.value, "1234.5678");
  EXPECT_TRUE(cell.is_number);
  EXPECT_EQ(PageCell::of(std::uint64_t{10183}).text, "10,183");
  EXPECT_EQ(PageCell::percent(0.815).text, "81.5");
}

TEST(PageCell, ShowsAMissingNumberAsUnknownOrEmptyAndNeverAsZero) {
  EXPECT_EQ(PageCell::of(std::numeric_limits<double>::infinity()).text, "unknown");
  EXPECT_EQ(PageCell::percent(std::numeric_limits<double>::quiet_NaN()).text, "unknown");
  EXPECT_EQ(PageCell::of(std::optional<double>()).text, "");
  EXPECT_EQ(PageCell::of(std::optional<double>()).value, "");
}

TEST(PageTable, HasHeadersWithUnitsRowsAndATotal) {
  PageTable table("layers", "Layers <all>");
  table.add_column("layer");
  table.add_column("time", "us");
  table.add_row({PageCell::of("a<b"), PageCell::of(2.5)});
  table.set_total({PageCell::of("total"), PageCell::of(2.5)});
  const std::string html = table.html();
  EXPECT_THAT(html, HasSubstr("<h2>Layers &lt;all&gt;</h2>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"col\">time<small>us</small></th>"));
  EXPECT_THAT(html, HasSubstr("<tbody>\n<tr><th scope=\"row\">a&lt;b</th>"
                              "<td class=\"number\" data-value=\"2.5\">2.500</td></tr>\n"));
  EXPECT_THAT(html, HasSubstr("<tfoot><tr><th scope=\"row\">total</th>"));
}

TEST(PageTable, BreaksLongTextsAlone) {
  PageTable table("t", "T");
  table.add_column("text");
  table.add_row({PageCell::of(std::string(28, 'a'))});
  EXPECT_THAT(table.html(), Not(HasSubstr("long")));
  table.add_row({PageCell::of(std::string(29, 'a'))});
  EXPECT_THAT(table.html(), HasSubstr("<th scope=\"row\" class=\"long\">"));
}

TEST(PageTable, IsNothingWithoutRows) {
  PageTable table("t", "T");
  table.add_column("text");
  EXPECT_EQ(table.html(), "");
}

}  // namespace
}  // namespace nzsim
