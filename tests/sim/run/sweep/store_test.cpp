#include "sim/run/sweep/store.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tests/support/message_of.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::sweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// The key of a point whose name is one hexadecimal digit.
std::string key(char digit) { return std::string(32, digit); }

const StoredResult* find(const ResultStore& store, char digit) {
  return store.find(PointKey::parse(key(digit)).value());
}

PointResult result_of(char digit, Status status = Status::done, std::uint64_t attempt = 1) {
  PointResult result;
  result.key = key(digit);
  result.status = status;
  result.attempt = attempt;
  return result;
}

class Store : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path file(const std::string& name) const {
    return results_directory(directory.path()) / name;
  }

  test::TemporaryDirectory directory;
};

TEST_F(Store, IsEmptyWithoutFiles) { EXPECT_EQ(find(ResultStore(directory.path()), 'a'), nullptr); }

TEST_F(Store, FindsTheLinesOfAllFiles) {
  ResultFile(file("run-0.jsonl")).append(result_of('a'));
  ResultFile second(file("shard-1-2.jsonl"));
  second.append(result_of('b', Status::timed_out));
  second.append(result_of('c'));
  const ResultStore store(directory.path());
  EXPECT_EQ(store.read(*find(store, 'a')).key, key('a'));
  EXPECT_EQ(find(store, 'b')->status, Status::timed_out);
  EXPECT_EQ(store.read(*find(store, 'c')).key, key('c'));
}

TEST_F(Store, IgnoresALineThatIsCutAndRemovesItBeforeMoreIsAppended) {
  const std::string whole = to_line(result_of('a'));
  const std::string cut = to_line(result_of('b'));
  for (std::size_t length = 1; length < cut.size(); ++length) {
    write_file(file("run-0.jsonl"), whole + cut.substr(0, length));
    EXPECT_EQ(find(ResultStore(directory.path()), 'b'), nullptr);
    ResultFile(file("run-0.jsonl")).append(result_of('c'));
    EXPECT_EQ(read_file(file("run-0.jsonl")), whole + to_line(result_of('c')));
  }
}

TEST_F(Store, NamesTheLineThatIsDamaged) {
  write_file(file("run-0.jsonl"),
             to_line(result_of('a')) + "{\"key\":\n" + to_line(result_of('b')));
  EXPECT_THAT(test::message_of([&] { (void)ResultStore(directory.path()); }),
              AllOf(HasSubstr("results/run-0.jsonl: line 2: expected a result of a sweep, got"),
                    HasSubstr("{\\\"key\\\":")));
}

TEST_F(Store, TakesTheResultThatWasTriedLast) {
  ResultFile(file("run-0.jsonl")).append(result_of('a', Status::done, 2));
  ResultFile(file("run-1.jsonl")).append(result_of('a', Status::crashed, 1));
  const ResultStore store(directory.path());
  EXPECT_EQ(find(store, 'a')->status, Status::done);
  EXPECT_EQ(find(store, 'a')->attempt, 2U);
}

TEST_F(Store, RefusesASecondWriterOfAFile) {
  const ResultFile first(file("shard-0-2.jsonl"));
  EXPECT_THAT(test::message_of([&] { (void)ResultFile(file("shard-0-2.jsonl")); }),
              HasSubstr("shard-0-2.jsonl: expected no other worker of this shard"));
}

TEST_F(Store, KeepsAWholeLineBehindAnOffset) {
  ResultFile results(file("run-0.jsonl"));
  results.append(result_of('a'));
  const std::uint64_t offset = results.size();
  EXPECT_FALSE(results.keep_line_at(offset));
  results.append(result_of('b'));
  EXPECT_TRUE(results.keep_line_at(offset));
  EXPECT_EQ(results.size(), 2 * offset);
}

TEST_F(Store, RemovesACutLineBehindAnOffset) {
  const std::string whole = to_line(result_of('a'));
  ResultFile results(file("run-0.jsonl"));
  results.append(result_of('a'));
  std::filesystem::resize_file(file("run-0.jsonl"), whole.size() + 10);
  EXPECT_FALSE(results.keep_line_at(whole.size()));
  EXPECT_EQ(read_file(file("run-0.jsonl")), whole);
}

}  // namespace
}  // namespace nzsim::sweep
