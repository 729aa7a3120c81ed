#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/systolic/closed_forms.h"
#include "models/systolic/compiler/mapping.h"
#include "models/systolic/schedule.h"
#include "tests/support/shipped_systolic.h"
#include "workloads/import/scalesim_topology.h"

namespace nzsim::systolic {
namespace {

/// A layer of a topology and what a published `COMPUTE_REPORT.csv` of SCALE-Sim says of it.
struct Published {
  const char* name;
  std::uint32_t array;
  Dataflow dataflow;
  std::string topology;
  /// Column "Total Cycles" less column "Stall Cycles".
  std::uint64_t cycles;
};

void PrintTo(const Published& published, std::ostream* stream) { *stream << published.name; }

std::string name_of(const testing::TestParamInfo<Published>& published) {
  return published.param.name;
}

Gemm gemm_in(const std::string& topology) {
  const ScalesimLayer layer = parse_scalesim_topology(topology, "published").at(0);
  if (const auto* gemm = std::get_if<ScalesimGemm>(&layer.shape)) {
    return {gemm->rows, gemm->columns, gemm->inner};
  }
  const auto& shape = std::get<ScalesimConvolution>(layer.shape);
  return {std::uint64_t{shape.output().height} * shape.output().width, shape.filters,
          std::uint64_t{shape.filter.height} * shape.filter.width * shape.input.channels};
}

const std::string kConvolutions =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
    "Strides,\n";
const std::string kGemms = "Layer, M, N, K,\n";

class PublishedScalesim : public testing::TestWithParam<Published> {};

TEST_P(PublishedScalesim, CyclesAreThoseOfTheClosedForm) {
  const ScalesimCycles cycles = scalesim_cycles(GetParam().array, GetParam().array,
                                                GetParam().dataflow, gemm_in(GetParam().topology));
  EXPECT_EQ(cycles.printed_total, Cycles{GetParam().cycles});
}

// scalesim-project/scale-sim-v2, configs/scale.cfg (32 x 32): test/golden_trace/COMPUTE_REPORT.csv
// of topologies/conv_nets/alexnet_part.csv, and test/general/golden_trace_user_{ws,os,is} of
// topologies/GEMM_mnk/test_mnk_input.csv, whose totals hold the stalls of a bandwidth of 64.
INSTANTIATE_TEST_SUITE_P(
    GoldenTrace, PublishedScalesim,
    testing::Values(Published{"alexnet_conv1_ws", 32, Dataflow::weight_stationary,
                              kConvolutions + "Conv1, 224, 224, 11, 11, 3, 96, 4,", 112283},
                    Published{"gemm_ws", 32, Dataflow::weight_stationary,
                              kGemms + "Test 1, 256, 128, 256,", 52447 - 41248},
                    Published{"gemm_os", 32, Dataflow::output_stationary,
                              kGemms + "Test 1, 256, 128, 256,", 52447 - 42272},
                    Published{"gemm_is", 32, Dataflow::input_stationary,
                              kGemms + "Test 1, 256, 128, 256,", 19984 - 5777}),
    name_of);

// scalesim-project/SCALE-Sim, edgeTPU_experiment_results/edgeTPU_ws/COMPUTE_REPORT.csv of
// topologies/MLperf_tiny/vww.csv, without stalls. Assumption: the array is 4 x 4; the file does not
// say, but all of its 29 layers agree with that.
INSTANTIATE_TEST_SUITE_P(
    Vww, PublishedScalesim,
    testing::Values(Published{"conv2d_1", 4, Dataflow::weight_stationary,
                              kConvolutions + "Conv2D_1, 96, 96, 3, 3, 3, 8, 2, 2", 32395},
                    Published{"depthwise_1", 4, Dataflow::weight_stationary,
                              kConvolutions + "Depthwise_1, 48, 48, 3, 3, 8, 1, 1,", 38267},
                    Published{"conv2d_2", 4, Dataflow::weight_stationary,
                              kConvolutions + "Conv2D_2, 48, 48, 1, 1, 8, 16, 1,", 18511},
                    Published{"depthwise_2", 4, Dataflow::weight_stationary,
                              kConvolutions + "Depthwise_2, 48, 48, 3, 3, 16, 1, 2,", 21095},
                    Published{"conv2d_14", 4, Dataflow::weight_stationary,
                              kConvolutions + "Conv2D_14, 3, 3, 1, 1, 256, 256, 1,", 77823},
                    Published{"average_pooling", 4, Dataflow::weight_stationary,
                              kConvolutions + "AvgPool2D, 3, 3, 3, 3, 256, 1, 1,", 6335},
                    Published{"fully_connected", 4, Dataflow::weight_stationary,
                              kConvolutions + "FC, 1, 1, 1, 1, 256, 2, 1,", 703}),
    name_of);

TEST(PublishedScalesimUtilisation, IsOfThePrintedTotal) {
  // Its first report: 91.68309650614964 % of 112283 cycles, which are 112284 when counted.
  const ScalesimCycles cycles =
      scalesim_cycles(32, 32, Dataflow::weight_stationary,
                      gemm_in(kConvolutions + "Conv1, 224, 224, 11, 11, 3, 96, 4,"));
  EXPECT_EQ(cycles.total, Cycles{112284});
  EXPECT_NEAR(100.0 * cycles.utilization * 112284 / 112283, 91.68309650614964, 1e-12);
}

/// A machine file whose cycles are SCALE-Sim's, and a network.
struct Preset {
  const char* machine;
  const char* network;
};

void PrintTo(const Preset& preset, std::ostream* stream) {
  *stream << preset.machine << " " << preset.network;
}

class ScalesimPreset : public testing::TestWithParam<Preset> {};

/// Every layer with weights, groups and depthwise ones included: no memory, no double buffering, no
/// overlap and no accumulators leave exactly the closed form.
TEST_P(ScalesimPreset, HasTheCyclesOfTheClosedForm) {
  const Config config = test::shipped_systolic(GetParam().machine).config;
  const Network network =
      load_network(std::filesystem::path(NZSIM_SOURCE_DIR) / "workloads/networks" /
                   (std::string(GetParam().network) + ".json"));
  const auto program = compile(config, {network, 1});
  const std::vector<SectionTime> times =
      Schedule(config, nullptr).run(program->instructions, program->section_ends());
  std::vector<std::uint64_t> simulated;
  std::vector<std::uint64_t> closed;
  for (std::size_t layer = 0; layer < network.layers.size(); ++layer) {
    if (!network.layers[layer].has_weights()) continue;
    const LayerGemms gemms = gemm_of(network.layers[layer]);
    simulated.push_back(times[layer].counters.cycles);
    closed.push_back(
        gemms.count *
        scalesim_cycles(config.rows, config.columns, config.dataflow, gemms.gemm).total.value());
  }
  EXPECT_EQ(program->sections.size(), network.layers.size());
  EXPECT_EQ(simulated, closed);
}

INSTANTIATE_TEST_SUITE_P(ShippedNetworks, ScalesimPreset,
                         testing::Values(Preset{"scalesim-ws-32x32", "alexnet"},
                                         Preset{"scalesim-os-32x32", "alexnet"},
                                         Preset{"scalesim-is-32x32", "alexnet"},
                                         Preset{"scalesim-ws-32x32", "mobilenet-v1"},
                                         Preset{"scalesim-os-32x32", "mobilenet-v1"},
                                         Preset{"scalesim-is-32x32", "mobilenet-v1"},
                                         Preset{"scalesim-os-32x32", "resnet-50"}));

}  // namespace
}  // namespace nzsim::systolic
