#include "sim/report/document.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nzsim {
namespace {

using ::testing::StartsWith;

TEST(Document, TellsItsSchemaWithoutBeingReadWhole) {
  EXPECT_EQ(schema_of_document(R"({"a": {"schema": "inner"}, "schema": "outer", "b": [1]})"),
            "outer");
  EXPECT_FALSE(schema_of_document(R"({"a": 1})"));
  EXPECT_FALSE(schema_of_document(R"({"schema": 1})"));
  EXPECT_FALSE(schema_of_document(R"({"schema": {"x": 1}})"));
  EXPECT_FALSE(schema_of_document(R"(["schema"])"));
  EXPECT_FALSE(schema_of_document(R"({"schema": "cut)"));
  EXPECT_FALSE(schema_of_document(std::string(1'000'000, '[')));
}

TEST(VersionNote, IsForOtherVersionsAlone) {
  EXPECT_EQ(version_note(NZSIM_VERSION), "");
  EXPECT_THAT(version_note("0.0.9"), StartsWith("Written by nzsim 0.0.9, shown by nzsim "));
}

}  // namespace
}  // namespace nzsim
