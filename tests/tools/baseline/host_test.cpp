#include "tools/nzsim/baseline/host.h"

#include <gtest/gtest.h>

#include "sim/base/files.h"
#include "tests/support/temporary_directory.h"
#include "tools/nzsim/baseline/peaks.h"
#include "tools/nzsim/baseline/power.h"

namespace nzsim::baseline {
namespace {

TEST(BaselineHost, ReadsWhatLinuxSaysOfIt) {
  const test::TemporaryDirectory root;
  const auto core = root.path() / "sys/devices/system/cpu/cpu0";
  write_file(root.path() / "proc/cpuinfo", "processor\t: 0\nmodel name\t: A CPU: 3 GHz\n");
  write_file(root.path() / "proc/loadavg", "1.25 0.50 0.10 1/100 4711\n");
  write_file(root.path() / "proc/meminfo", "MemTotal:       1024 kB\nMemFree: 1 kB\n");
  write_file(core / "cpufreq/scaling_governor", "performance\n");
  write_file(core / "cache/index0/size", "48K\n");
  write_file(core / "cache/index3/size", "32768K\n");
  Host host = host_below(root.path());
  EXPECT_EQ(host.cpu, "A CPU: 3 GHz");
  EXPECT_EQ(host.governor, "performance");
  EXPECT_EQ(host.load_average, 1.25);
  EXPECT_EQ(host.memory_bytes, 1'048'576U);
  EXPECT_EQ(host.last_cache_bytes, 33'554'432U);
  host.cores = 2;
  EXPECT_TRUE(host.is_busy());
  host.cores = 4;
  EXPECT_FALSE(host.is_busy());
  // Each of three arrays is as large as the cache.
  EXPECT_EQ(stream_numbers(host), 8'388'608U);
}

TEST(BaselineHost, LeavesOutWhatIsUnknown) {
  const test::TemporaryDirectory root;
  const Host host = host_below(root.path());
  EXPECT_FALSE(host.cpu || host.governor || host.load_average || host.memory_bytes ||
               host.last_cache_bytes);
  EXPECT_FALSE(host.is_busy());
}

TEST(BaselinePower, AddsPackagesUpAndKnowsCountersThatStartAgain) {
  const test::TemporaryDirectory root;
  const auto zone = [&](const std::string& directory, const std::string& name,
                        const std::string& counter) {
    write_file(root.path() / directory / "name", name);
    write_file(root.path() / directory / "energy_uj", counter);
    write_file(root.path() / directory / "max_energy_range_uj", "10000000");
  };
  zone("intel-rapl:0", "package-0", "1000000");
  zone("intel-rapl:1", "package-1", "9000000");
  zone("intel-rapl:0:0", "core", "5");
  PowerMeter meter(root.path());
  ASSERT_TRUE(meter.is_readable());
  EXPECT_FALSE(meter.joules());
  meter.start();
  zone("intel-rapl:0", "package-0", "3000000");
  zone("intel-rapl:1", "package-1", "500000");
  // 3 - 1 = 2 J, and 0.5 + 10 - 9 = 1.5 J.
  EXPECT_DOUBLE_EQ(meter.joules().value_or(0.0), 3.5);
}

TEST(BaselinePower, IsAbsentWithoutCounters) {
  const test::TemporaryDirectory root;
  PowerMeter meter(root.path() / "none");
  meter.start();
  EXPECT_FALSE(meter.is_readable());
  EXPECT_FALSE(meter.joules());
}

}  // namespace
}  // namespace nzsim::baseline
