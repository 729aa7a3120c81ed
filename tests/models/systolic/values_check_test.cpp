#include "models/systolic/values_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/systolic/values/fast_values.h"
#include "tests/sim/workload/reading.h"

namespace nzsim::systolic {
namespace {

using Outputs = std::vector<std::vector<std::int8_t>>;

const std::string kLayer = R"(
  {"name": "only", "type": "fully_connected", "inputs": 20, "outputs": 10, "batch": 3,
   "weights": {"synthetic": {"density": 1}}, "activations": {"synthetic": {"density": 1}}})";

class ValuesChecked : public ::testing::Test {
 protected:
  ValuesCheck check(const Outputs& outputs) const {
    RunResult result;
    result.layers.resize(1);
    check_values(layers, outputs, result);
    return result.layers[0].values;
  }

  const std::vector<QuantizedLayer> layers = quantize_network(test::read_layers(kLayer), 1);
  const Outputs right = compute_values(layers);
};

TEST_F(ValuesChecked, MatchThePlainOnes) {
  const ValuesCheck checked = check(right);
  EXPECT_TRUE(checked.checked);
  EXPECT_TRUE(checked.matches);
  EXPECT_GT(checked.rms_error, 0.0);
  EXPECT_LE(checked.rms_error, checked.largest_error);
}

TEST_F(ValuesChecked, ReportTheFirstDifferenceInAnyInput) {
  Outputs wrong = right;
  wrong[0][23] = static_cast<std::int8_t>(-wrong[0][23]);
  const ValuesCheck checked = check(wrong);
  EXPECT_FALSE(checked.matches);
  EXPECT_THAT(checked.difference, ::testing::StartsWith("layer only: output 3 of input 2: "));
}

TEST_F(ValuesChecked, AreMeasuredAgainstDoublePrecisionInTheFirstTwoInputs) {
  Outputs wrong = right;
  // The third input.
  wrong[0][23] = static_cast<std::int8_t>(-wrong[0][23]);
  EXPECT_EQ(check(wrong).rms_error, check(right).rms_error);
  EXPECT_EQ(check(wrong).largest_error, check(right).largest_error);
  // The second.
  wrong[0][13] = static_cast<std::int8_t>(-wrong[0][13]);
  EXPECT_GT(check(wrong).rms_error, check(right).rms_error);
  EXPECT_GT(check(wrong).largest_error, check(right).largest_error);
}

}  // namespace
}  // namespace nzsim::systolic
