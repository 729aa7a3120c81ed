#include "tools/nzsim/baseline/result.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/platform/layer_time.h"
#include "sim/base/files.h"
#include "tests/support/temporary_directory.h"
#include "tools/nzsim/baseline/calibration.h"

namespace nzsim::baseline {
namespace {

using platform::Format;
using platform::Layout;
using platform::NumberType;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::json;

constexpr Format kDense{Layout::dense, NumberType::float32};

Timing timing_of_seconds(double seconds) {
  const std::vector<Sample> samples{{seconds, seconds, 1.0}};
  return timing_of(samples);
}

/// 1 TOP/s and 100 GB/s.
Peaks round_peaks() {
  Peaks peaks;
  peaks.rate = {1'000'000'000'000, timing_of_seconds(1.0)};
  peaks.triad = {100'000'000'000, timing_of_seconds(1.0)};
  peaks.read = {90'000'000'000, timing_of_seconds(1.0)};
  return peaks;
}

Point point_of(const std::string& network, KernelKind kernel, std::uint32_t batch, double seconds) {
  Point point;
  point.network = network;
  point.layer = network;
  point.outputs = 1000;
  point.inputs = 1000;
  point.non_zero_weights = 100'000;
  point.weight_density = 0.1;
  point.batch = batch;
  point.kernel = kernel;
  point.timing = timing_of_seconds(seconds);
  point.operations = 2'000'000;
  point.bytes = 4'008'000;
  point.is_fastest_of_format = true;
  return point;
}

Result sample_result() {
  Result result;
  result.host.cpu = "A \"CPU\"";
  result.host.cores = 4;
  result.threads = 2;
  result.peaks = round_peaks();
  result.points = {point_of("a", KernelKind::dense_blas, 1, 80.16e-6),
                   point_of("b", KernelKind::dense_blas, 1, 320.64e-6),
                   point_of("a", KernelKind::csc_skipping, 1, 1e-6),
                   point_of("a", KernelKind::dense_blas, 64, 256e-6)};
  return result;
}

platform::Platform loaded(const Result& result) {
  const test::TemporaryDirectory directory;
  write_file(directory.path() / "platform.json", platform_json(result));
  return platform::load_platform(directory.path() / "platform.json");
}

TEST(BaselineCalibration, TakesTheGeometricMeanOfWhatLayersAttain) {
  // Dense, batch 1: 4 x (1,000,000 + 2000) bytes at 100 GB/s take 40.08 us. One layer takes twice,
  // the other eight times as long: sqrt(1/2 x 1/8) = 1/4.
  // Batch 64: 128,000,000 operations at 1 TOP/s take 128 us, measured twice as long.
  const platform::Platform platform = loaded(sample_result());
  ASSERT_TRUE(platform.calibration);
  ASSERT_EQ(platform.calibration->kernels.size(), 2U);
  EXPECT_EQ(platform.calibration->launch_seconds, 0.0);
  EXPECT_EQ(platform.attainable(platform::Kernel::dense_vector)->bandwidth_fraction, 0.25);
  EXPECT_EQ(platform.attainable(platform::Kernel::dense_matrix)->rate_fraction, 0.5);
  EXPECT_EQ(platform.attainable(platform::Kernel::sparse_vector), nullptr);
  EXPECT_FALSE(platform.calibration->errors);
  EXPECT_THAT(platform.calibration->source, HasSubstr("none was left to judge it"));
  const platform::LayerTime time = platform::layer_time(platform, {1000, 1000, 0.1}, kDense, 1);
  EXPECT_TRUE(time.is_measured);
  EXPECT_NEAR(time.seconds, 160.32e-6, 1e-12);
}

TEST(BaselineCalibration, StaysAtThePeakWhereLayersSeemFaster) {
  Result result = sample_result();
  result.points = {point_of("a", KernelKind::dense_blas, 1, 20e-6)};
  const platform::Platform platform = loaded(result);
  EXPECT_EQ(platform.attainable(platform::Kernel::dense_vector)->bandwidth_fraction, 1.0);
}

TEST(BaselineCalibration, HasASmallerSumThanNeighbouringFractions) {
  const Result result = sample_result();
  platform::Platform platform = platform_of(result);
  const std::vector<MeasuredTime> times = measured_times(result.points);
  const auto sum_with = [&](double factor) {
    platform::Platform changed = platform;
    for (platform::Attainable& entry : changed.calibration->kernels) {
      entry.bandwidth_fraction *= factor;
      entry.rate_fraction *= factor;
    }
    double sum = 0.0;
    for (const MeasuredTime& time : times) {
      const double ratio =
          platform::layer_time(changed, time.shape, time.format, time.batch).seconds / time.seconds;
      sum += std::log(ratio) * std::log(ratio);
    }
    return sum;
  };
  EXPECT_LT(sum_with(1.0), sum_with(1.01));
  EXPECT_LT(sum_with(1.0), sum_with(0.99));
}

TEST(BaselineCalibration, JudgesBySixOfTheNineLayers) {
  Result result = sample_result();
  result.points.clear();
  for (const std::string network : {"alex-6", "vgg-6", "nt-we"}) {
    result.points.push_back(point_of(network, KernelKind::dense_blas, 1, 80.16e-6));
  }
  for (const std::string network : {"alex-7", "alex-8", "vgg-7", "vgg-8", "nt-wd", "nt-lstm"}) {
    result.points.push_back(point_of(network, KernelKind::dense_blas, 1, 160.32e-6));
  }
  const platform::Platform platform = loaded(result);
  EXPECT_EQ(platform.attainable(platform::Kernel::dense_vector)->bandwidth_fraction, 0.5);
  ASSERT_TRUE(platform.calibration->errors);
  EXPECT_EQ(platform.calibration->errors->calibrating_percent, 0.0);
  // The model has half of what was measured.
  EXPECT_EQ(platform.calibration->errors->judging_percent, 50.0);
}

TEST(BaselineCalibration, CountsTheBytesThatPointsCount) {
  const platform::LayerTime time = platform::layer_time(
      platform_of(sample_result()), {30, 20, 200.0 / 600.0}, {Layout::compressed_rows}, 1);
  // 200 weights of 8 bytes, 21 row starts, 50 inputs and outputs: as a point's bytes.
  EXPECT_EQ(time.bytes.value(), 8U * 200 + 4 * 21 + 4 * 50);
}

TEST(BaselinePlatform, HasMeasuredPeaksAndLeavesOutWhatIsUnknown) {
  const platform::Platform platform = loaded(sample_result());
  EXPECT_EQ(platform.name, "host");
  EXPECT_EQ(platform.rates.at(0).operations_per_second, 1e12);
  EXPECT_EQ(platform.memory_gigabytes_per_second->value, 100.0);
  EXPECT_THAT(platform.rates.at(0).source, HasSubstr("A \"CPU\", 2 of 4 hardware threads"));
  EXPECT_FALSE(platform.busy_watts || platform.memory_gigabytes || platform.on_chip_mebibytes);
}

TEST(BaselinePlatform, HasNoCalibrationByWarmCaches) {
  Result result = sample_result();
  result.caches = Caches::warm;
  EXPECT_FALSE(loaded(result).calibration);
}

TEST(BaselinePlatform, StatesPowerAndSizesThatAreKnown) {
  Result result = sample_result();
  result.peaks.busy_watts = 55.5;
  result.host.last_cache_bytes = 32U << 20U;
  const platform::Platform platform = loaded(result);
  EXPECT_EQ(platform.busy_watts->value, 55.5);
  EXPECT_EQ(platform.on_chip_mebibytes->value, 32.0);
}

TEST(BaselinePoints, HoldEverythingThatWasMeasured) {
  Result result = sample_result();
  result.blas = BlasDescription{"OpenBLAS", "/lib/x.so", "0.3", {}, 2};
  const Json json = Json::parse(points_json(result));
  EXPECT_EQ(json["schema"], "nzsim.baseline/1");
  EXPECT_EQ(json["host"]["cpu"], "A \"CPU\"");
  EXPECT_FALSE(json["host"].contains("governor"));
  EXPECT_FALSE(json["peaks"].contains("busy_watts"));
  EXPECT_EQ(json["blas"]["version"], "0.3");
  EXPECT_FALSE(json["blas"].contains("core"));
  EXPECT_EQ(json["peaks"]["triad"]["gigabytes_per_second"], 100.0);
  ASSERT_EQ(json["points"].size(), 4U);
  const Json& point = json["points"][0];
  EXPECT_EQ(point["kernel"], "dense_blas");
  EXPECT_EQ(point["format"], "dense_fp32");
  EXPECT_EQ(point["caches"], "cold");
  EXPECT_EQ(point["repetitions"], 1);
  EXPECT_EQ(point["wall_seconds"]["median"], 80.16e-6);
  // 4,008,000 bytes in 80.16 us.
  EXPECT_NEAR(point["gigabytes_per_second"].get<double>(), 50.0, 1e-9);
  EXPECT_EQ(point["is_noisy"], false);
}

TEST(BaselinePoints, AreAllNoisyOnABusyHost) {
  Result result = sample_result();
  result.host.load_average = 2.5;
  EXPECT_EQ(Json::parse(points_json(result))["points"][3]["is_noisy"], true);
  EXPECT_THAT(warnings_of(result),
              ElementsAre(HasSubstr("got 2.50 on 4 cores"), HasSubstr("tools/setup --with blas")));
  EXPECT_THAT(platform_of(result).rates.at(0).source, HasSubstr("noisy"));
}

TEST(BaselineText, WarnsOfNothingOnAQuietHostWithABlas) {
  Result result = sample_result();
  result.blas = BlasDescription{"OpenBLAS", "/lib/x.so", {}, {}, {}};
  EXPECT_THAT(warnings_of(result), IsEmpty());
  EXPECT_THAT(text_of(result), HasSubstr("OpenBLAS (/lib/x.so), threads: unknown"));
  EXPECT_THAT(text_of(result), HasSubstr("power     unknown\n"));
  result.points[0].timing.stretch = 2.0;
  EXPECT_THAT(warnings_of(result), ElementsAre(HasSubstr("1 of 7 measurements are noisy")));
}

TEST(BaselinePoints, HaveOneFastestKernelPerFormatAndBatch) {
  std::vector<Point> points = {point_of("a", KernelKind::csr_plain, 1, 2e-6),
                               point_of("a", KernelKind::csr_gathering, 1, 1e-6),
                               point_of("a", KernelKind::csc_skipping, 1, 3e-6),
                               point_of("a", KernelKind::csr_batch, 64, 9e-6)};
  mark_fastest(points);
  EXPECT_FALSE(points[0].is_fastest_of_format);
  EXPECT_TRUE(points[1].is_fastest_of_format);
  EXPECT_TRUE(points[2].is_fastest_of_format);
  EXPECT_TRUE(points[3].is_fastest_of_format);
  // Columns are no format of the model.
  EXPECT_EQ(measured_times(points).size(), 2U);
}

}  // namespace
}  // namespace nzsim::baseline
