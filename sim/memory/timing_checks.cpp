#include "sim/memory/timing_checks.h"

#include <utility>

#include <fmt/format.h>

namespace nzsim {
namespace {

/// Collects the rules that do not hold.
class Checks {
 public:
  void at_least(const char* key, Clock value, Clock limit, std::string_view rule) {
    if (value >= limit) return;
    found_.push_back({key, fmt::format("expected at least {} = {}, got {}", rule, limit, value)});
  }
  [[nodiscard]] std::vector<TimingContradiction> take() { return std::move(found_); }

 private:
  std::vector<TimingContradiction> found_;
};

}  // namespace

std::vector<TimingContradiction> timing_contradictions(const DramConfig& config) {
  const DramTimings& t = config.timings;
  const Clock burst = config.organization.burst_clocks();
  Checks checks;
  checks.at_least("tRC", t.tRC, t.tRAS + t.tRP, "tRAS + tRP");
  checks.at_least("tRAS", t.tRAS, t.tRCDRD, "tRCDRD");
  checks.at_least("tRPab", t.tRPab, t.tRP, "tRP");
  checks.at_least("tRRD_L", t.tRRD_L, t.tRRD_S, "tRRD_S");
  checks.at_least("tCCD_L", t.tCCD_L, t.tCCD_S, "tCCD_S");
  checks.at_least("tWTR_L", t.tWTR_L, t.tWTR_S, "tWTR_S");
  if (t.t32AW > 0) checks.at_least("t32AW", t.t32AW, t.tFAW, "tFAW");
  checks.at_least("tRTW", t.tRTW, t.read_latency() + burst - t.tCWL,
                  "tCL + tDQSCK + BL/2 - tCWL, else data meet on the bus,");
  checks.at_least("tREFI", t.tREFI, t.tRFC + t.tRP + t.tRC, "tRFC + tRP + tRC");
  if (t.tREFIpb > 0) {
    checks.at_least("tRFCpb", t.tRFCpb, 1, "one clock, as there is a tREFIpb,");
    checks.at_least("tREFIpb", t.tREFIpb, t.tPBR2PBR, "tPBR2PBR");
    checks.at_least("tREFIpb", t.tREFIpb, t.tRFCpb, "tRFCpb");
    checks.at_least("tRFC", t.tRFC, t.tRFCpb, "tRFCpb");
  }
  return checks.take();
}

}  // namespace nzsim
