#include "sim/report/page/markup.h"

#include <string>

#include <gtest/gtest.h>

namespace nzsim {
namespace {

TEST(Markup, EscapesWhatIsMarkup) {
  EXPECT_EQ(escaped("</script><b a=\"1\" b='2'>&amp;"),
            "&lt;/script&gt;&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;");
}

TEST(Markup, KeepsLinesAndReplacesOtherControlCharacters) {
  EXPECT_EQ(escaped("a\nb\tc"), "a\nb\tc");
  EXPECT_EQ(escaped(std::string("a\x1b\x7f\0b", 5)),
            "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
            "b");
}

TEST(Markup, LeavesNoTagInTheJsonOfAScript) {
  EXPECT_EQ(json_for_script("{\"a\": \"</script><!--\"}"),
            "{\"a\": \"\\u003c/script>\\u003c!--\"}");
  EXPECT_EQ(json_for_script("[1, 2]"), "[1, 2]");
}

TEST(Markup, LeavesNoEndTagInCode) {
  EXPECT_EQ(code_for_script("a = '</script>' < b; c = '<!--'"),
            "a = '<\\/script>' < b; c = '<\\!--'");
}

}  // namespace
}  // namespace nzsim
