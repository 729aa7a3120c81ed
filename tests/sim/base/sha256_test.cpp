#include <gtest/gtest.h>

#include "sim/base/files.h"

namespace nzsim {
namespace {

// Of "abc": the example of FIPS 180-4.
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, IsThatOfTheStandard) { EXPECT_EQ(sha256("abc"), kAbc); }

TEST(Sha256, IsTheSameOfParts) {
  Sha256 hash;
  hash.add("a");
  hash.add("");
  hash.add("bc");
  EXPECT_EQ(hash.digest(), kAbc);
}

}  // namespace
}  // namespace nzsim
