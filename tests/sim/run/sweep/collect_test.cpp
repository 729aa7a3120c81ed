#include "sim/run/sweep/collect.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sqlite3.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/report/csv_line.h"
#include "sim/run/sweep/collect_table.h"
#include "sim/run/sweep/store.h"
#include "tests/support/fake_sweep.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::sweep {
namespace {

using testing::ElementsAre;

/// The rows that a statement gives, their values joined by `|`.
std::vector<std::string> query(const std::filesystem::path& file, const char* sql) {
  std::vector<std::string> rows;
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  const auto add = [](void* target, int count, char** values, char**) {
    std::string row;
    for (int index = 0; index < count; ++index) {
      row += (index == 0 ? "" : "|") + std::string(values[index] ? values[index] : "NULL");
    }
    static_cast<std::vector<std::string>*>(target)->push_back(row);
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(database, sql, add, &rows, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
  return rows;
}

/// Three points, the values of whose axis are a name, a number and an object; the first is done,
/// the second failed, the third is missing.
class Collect : public testing::Test {
 protected:
  Collect() {
    plan.config.axes[0].name = "/memory, fast";
    const std::vector<std::string> values = {R"("a, \"b\"")", "2.5", R"({"extends":"x"})"};
    test::change_points(plan, [&](Point& point) { point.values = {values[point.index]}; });
    ResultFile file(results_directory(directory.path()) / "run-0.jsonl");
    PointResult failed;
    failed.key = plan.points[1].key;
    failed.status = Status::failed;
    failed.message = "line 1\nline 2";
    failed.host = "node";
    file.append(failed);
    PointResult done;
    done.key = plan.points[0].key;
    done.numbers = {{"cycles", 12.0}, {"seconds", 0.5}};
    done.bottleneck = "queue";
    done.host = "node";
    done.host_seconds = 2.0;
    file.append(done);
    collect(plan, directory.path());
  }

  test::TemporaryDirectory directory;
  Plan plan = test::fake_plan(3);
};

TEST_F(Collect, WritesARowPerPointInPlanOrder) {
  // RFC 4180: fields with commas, quotes or line breaks are in quotes, quotes are doubled.
  EXPECT_EQ(read_file(directory.path() / "results.csv"),
            "index,key,status,workload,\"/memory, fast\",cycles,seconds,bottleneck,message\r\n"
            "0,00000000000000000000000000000001,done,network,\"a, \"\"b\"\"\",12,0.5,queue,\r\n"
            "1,00000000000000000000000000000002,failed,network,2.5,,,,\"line 1\nline 2\"\r\n"
            "2,00000000000000000000000000000003,missing,network,\"{\"\"extends\"\":\"\"x\"\"}\",,,,"
            "\r\n");
}

TEST_F(Collect, WritesTheSameAsLinesOfJson) {
  const std::string text = read_file(directory.path() / "results.jsonl");
  const auto first = nlohmann::json::parse(text.substr(0, text.find('\n')));
  EXPECT_EQ(first.dump(),
            R"({"/memory, fast":"a, \"b\"","bottleneck":"queue","cycles":12,"index":0,)"
            R"("key":"00000000000000000000000000000001","message":"","seconds":0.5,)"
            R"("status":"done","workload":"network"})");
  EXPECT_NE(text.find(R"("/memory, fast":{"extends":"x"})"), std::string::npos);
}

TEST_F(Collect, WritesADatabaseWithHosts) {
  const auto file = directory.path() / "results.sqlite";
  EXPECT_THAT(
      query(file,
            "SELECT \"index\", status, \"/memory, fast\", cycles, typeof(cycles), seconds, "
            "host, host_seconds FROM points ORDER BY \"index\""),
      ElementsAre("0|done|a, \"b\"|12|integer|0.5|node|2", "1|failed|2.5|NULL|null|NULL|node|0",
                  "2|missing|{\"extends\":\"x\"}|NULL|null|NULL|NULL|NULL"));
  EXPECT_THAT(query(file, "SELECT value FROM info WHERE name IN ('name', 'points')"),
              ElementsAre("fake", "3"));
}

TEST_F(Collect, LeavesNothingElseBehind) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    files += entry.is_regular_file() ? 1U : 0U;
  }
  EXPECT_EQ(files, 3U);
}

TEST_F(Collect, FailsWhereItCannotWrite) {
  std::filesystem::remove(directory.path() / "results.sqlite");
  std::filesystem::create_directories(directory.path() / "results.sqlite/full");
  EXPECT_THROW(collect(plan, directory.path()), InputError);
}

TEST(CsvField, IsPlainWhereItMayBe) {
  EXPECT_EQ(csv_field("a b;c'd"), "a b;c'd");
  EXPECT_EQ(csv_field("a\r"), "\"a\r\"");
  EXPECT_EQ(csv_field(""), "");
}

}  // namespace
}  // namespace nzsim::sweep
