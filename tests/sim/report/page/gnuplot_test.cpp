#include "sim/report/page/gnuplot.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_run.h"

namespace nzsim {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

GnuplotFiles files_of(const SampleRun& run) {
  return gnuplot_of(charts_of(read_report(run.json(), "r.json")), "r.dat");
}

TEST(Gnuplot, DrawsCeilingsAndPoints) {
  const GnuplotFiles files = files_of(SampleRun());
  EXPECT_THAT(files.script, HasSubstr("x * 8000000000 < 4000000000 ? x * 8000000000 : 4000000000 "
                                      "with lines lw 2 lc rgb '#1b1f24' title 'sample'"));
  EXPECT_THAT(files.script, HasSubstr("'r.dat' index 0 using 1:2"));
  EXPECT_THAT(files.data, HasSubstr("# fully connected\n0.75 3000000000 \"first\"\n"));
}

TEST(Gnuplot, StacksTimeAndEnergy) {
  const GnuplotFiles files = files_of(SampleRun());
  // Two series of points come first.
  EXPECT_THAT(files.script, HasSubstr("'r.dat' index 2 using 2:xtic(1)"));
  EXPECT_THAT(files.data, HasSubstr("# Energy of each layer\n\"first\" 8\n\"second\" 24\n"));
}

TEST(Gnuplot, QuotesNamesThatCouldEndAString) {
  SampleRun run;
  run.context.machine = "a' ; system('date') #`date`\nexit";
  run.result.layers[0].name = "b\" ; \\ \n\n\nc";
  const GnuplotFiles files = files_of(run);
  EXPECT_THAT(files.script, HasSubstr("title 'a'' ; system(''date'') #`date`?exit'"));
  EXPECT_THAT(files.data, AllOf(HasSubstr("\"b' ; / ???c\""), Not(HasSubstr("\n\n\n\n"))));
}

TEST(Gnuplot, LeavesOutWhatTheRunHasNot) {
  SampleRun run;
  run.table.entries.clear();
  run.result.layers[0].events.clear();
  run.result.layers[1].events.clear();
  EXPECT_THAT(files_of(run).script, Not(HasSubstr("energy.pdf'\n")));
}

}  // namespace
}  // namespace nzsim
