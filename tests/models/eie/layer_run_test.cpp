#include "models/eie/layer_run.h"

#include <gtest/gtest.h>

#include "sim/base/errors.h"

namespace nzsim::eie {
namespace {

LayerProgram layer(FeatureShape input, FeatureShape output, std::uint32_t batch) {
  LayerProgram program;
  program.spec.name = "layer";
  program.spec.input = input;
  program.spec.output = output;
  program.spec.batch = batch;
  return program;
}

class GatherInputs : public testing::Test {
 protected:
  GatherInputs() {
    program_.layers.push_back(layer({1, 1, 1}, {2, 1, 1}, 2));
    program_.layers.push_back(layer({1, 1, 1}, {1, 1, 1}, 2));
    program_.layers.push_back(layer({3, 1, 1}, {1, 1, 1}, 2));
    program_.layers[2].spec.activations = ChainedSource{{1, 0}};
    runs_.resize(2);
    runs_[0].outputs = {1, 2, 3, 4};
    runs_[1].outputs = {50, 60};
  }
  EieProgram program_;
  std::vector<LayerRun> runs_;
};

TEST_F(GatherInputs, ConcatenatesSourcesForEachInputOfTheBatch) {
  EXPECT_EQ(gather_inputs(program_, 2, runs_), (std::vector<std::int16_t>{50, 1, 2, 60, 3, 4}));
}

TEST_F(GatherInputs, RealignsSourcesOfAnotherFormat) {
  program_.layers[2].source_format = {8};
  program_.layers[0].destination_format = {9};
  program_.layers[1].destination_format = {0};
  runs_[1].outputs = {-1, 200};
  // 1 / 2 rounds half up to 1, 3 / 2 to 2; -1 x 256; 200 x 256 saturates.
  EXPECT_EQ(gather_inputs(program_, 2, runs_),
            (std::vector<std::int16_t>{-256, 1, 1, INT16_MAX, 2, 2}));
}

TEST_F(GatherInputs, TakesTheProgramsOwnActivationsOfOtherLayers) {
  const std::vector<std::int16_t> values = {7, 8};
  program_.layers[0].activations = values;
  EXPECT_EQ(gather_inputs(program_, 0, {}), values);
}

TEST_F(GatherInputs, RefusesSourcesThatHaveNotRunOrDoNotFit) {
  EXPECT_THROW(static_cast<void>(gather_inputs(program_, 2, std::span(runs_).first(1))),
               SimulationError);
  runs_[0].outputs.pop_back();
  EXPECT_THROW(static_cast<void>(gather_inputs(program_, 2, runs_)), SimulationError);
}

TEST(PoolOnHost, PoolsEachInputOfTheBatch) {
  LayerProgram program = layer({1, 1, 2}, {1, 1, 1}, 2);
  program.spec.type = LayerType::pooling;
  program.spec.kernel = {1, 2};
  EXPECT_EQ(pool_on_host(program, std::vector<std::int16_t>{3, 9, -4, -6}),
            (std::vector<std::int16_t>{9, -4}));
}

}  // namespace
}  // namespace nzsim::eie
