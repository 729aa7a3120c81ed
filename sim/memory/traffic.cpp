#include "sim/memory/traffic.h"

#include <functional>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/memory/address_mapping.h"

namespace nzsim {
namespace {

using Engine = boost::random::mt19937_64;

constexpr double kTwoTo53 = 9007199254740992.0;

/// The address of the request with a number.
using Addresses = std::function<std::uint64_t(std::uint64_t index, Engine& engine)>;

/// `traffic` with everything decided.
struct Plan {
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;
  std::optional<Clock> interval;
  bool after_answers = false;
  double write_share = 0.0;
  Addresses address;
};

class Generator : public RequestSource {
 public:
  Generator(Plan plan, std::uint64_t seed)
      : plan_(std::move(plan)),
        engine_(seed),
        write_draws_(static_cast<std::uint64_t>(plan_.write_share * kTwoTo53)) {}

  std::optional<TimedRequest> next() override {
    if (made_ == plan_.requests) return {};
    TimedRequest request;
    if (plan_.interval) request.clock = static_cast<Clock>(made_) * *plan_.interval;
    request.address = plan_.address(made_, engine_);
    // Drawn whatever the share, so that all shares have the same addresses.
    request.access = engine_() >> 11 < write_draws_ ? Access::write : Access::read;
    request.bytes = plan_.bytes;
    request.after_answers = plan_.after_answers;
    ++made_;
    return request;
  }

 private:
  Plan plan_;
  Engine engine_;
  /// Of the 2^53 draws, those that make a write.
  std::uint64_t write_draws_ = 0;
  std::uint64_t made_ = 0;
};

[[noreturn]] void fail(const char* option, const std::string& message) {
  throw WorkloadError(option, "", message);
}

/// Requests `step` bytes apart, as many as end within `span`, over and over.
Addresses stepping(std::uint64_t step, std::uint64_t bytes, std::uint64_t span) {
  const std::uint64_t places = (span - bytes) / step + 1;
  return [=](std::uint64_t index, Engine&) { return index % places * step; };
}

Addresses random(std::uint64_t bytes, std::uint64_t span) {
  boost::random::uniform_int_distribution<std::uint64_t> slot(0, span / bytes - 1);
  return [=](std::uint64_t, Engine& engine) mutable { return slot(engine) * bytes; };
}

Addresses conflicting(const Traffic& traffic, const MemoryConfig& config, std::uint64_t bytes) {
  const auto* dram = std::get_if<DramConfig>(&config.memory);
  if (dram == nullptr) fail("--stream", "expected conflict with a DRAM, got an ideal memory");
  if (traffic.span) fail("--span", "expected none with conflict, got one");
  const std::uint32_t rows = dram->organization.rows;
  if (rows < 2) fail("--stream", "expected conflict with a bank of several rows, got one row");
  if (bytes > dram->organization.burst_bytes()) {
    fail("--bytes", fmt::format("expected at most one burst, {} bytes, with conflict, got {}",
                                dram->organization.burst_bytes(), bytes));
  }
  return [rows, mapping = AddressMapping(*dram)](std::uint64_t index, Engine&) {
    return mapping.encode({.row = static_cast<std::uint32_t>(index % rows)});
  };
}

Addresses addresses(const Traffic& traffic, const MemoryConfig& config, std::uint64_t bytes,
                    std::uint64_t span) {
  const bool is_strided = traffic.pattern == TrafficPattern::strided;
  if (is_strided && !traffic.stride) fail("--stride", "expected BYTES with strided, got none");
  if (!is_strided && traffic.stride) fail("--stride", "expected none but with strided, got one");
  switch (traffic.pattern) {
    case TrafficPattern::sequential:
      return stepping(bytes, bytes, span);
    case TrafficPattern::strided:
      if (*traffic.stride == 0) fail("--stride", "expected at least 1, got 0");
      return stepping(*traffic.stride, bytes, span);
    case TrafficPattern::conflict:
      return conflicting(traffic, config, bytes);
    case TrafficPattern::random:
    case TrafficPattern::mixed:
    case TrafficPattern::dependent:
      break;
  }
  return random(bytes, span);
}

double write_share(const Traffic& traffic) {
  const double share =
      traffic.write_share.value_or(traffic.pattern == TrafficPattern::mixed ? 0.5 : 0.0);
  if (!(share >= 0.0 && share <= 1.0)) {
    fail("--write-share", fmt::format("expected a number in [0, 1], got {}", share));
  }
  if (traffic.pattern == TrafficPattern::dependent && share > 0.0) {
    fail("--write-share", fmt::format("expected 0 with dependent, got {}", share));
  }
  return share;
}

void check_interval(const Traffic& traffic, const RequestRules& rules) {
  if (!traffic.interval) return;
  const auto most = static_cast<std::uint64_t>(rules.latest_clock) / traffic.requests;
  if (*traffic.interval < 1 || static_cast<std::uint64_t>(*traffic.interval) > most) {
    fail("--interval", fmt::format("expected {} requests each so many clocks, an integer in "
                                   "[1, {}], got {}",
                                   traffic.requests, most, *traffic.interval));
  }
}

}  // namespace

std::vector<std::string> traffic_patterns() {
  return {"sequential", "strided", "random", "mixed", "dependent", "conflict"};
}

std::unique_ptr<RequestSource> make_traffic(const Traffic& traffic, const MemoryConfig& config) {
  const RequestRules rules = request_rules(config);
  const std::uint64_t span = traffic.span.value_or(rules.capacity_bytes);
  const std::uint64_t bytes = traffic.bytes.value_or(rules.default_bytes);
  if (traffic.requests == 0) fail("--requests", "expected at least 1, got 0");
  if (span > rules.capacity_bytes) {
    fail("--span",
         fmt::format("expected at most the memory's {} bytes, got {}", rules.capacity_bytes, span));
  }
  if (bytes == 0 || bytes > span) {
    fail("--bytes", fmt::format("expected an integer in [1, {}], the span, got {}", span, bytes));
  }
  check_interval(traffic, rules);
  Plan plan;
  plan.requests = traffic.requests;
  plan.bytes = bytes;
  plan.interval = traffic.interval;
  plan.after_answers = traffic.pattern == TrafficPattern::dependent;
  plan.write_share = write_share(traffic);
  plan.address = addresses(traffic, config, bytes, span);
  return std::make_unique<Generator>(std::move(plan), traffic.seed);
}

}  // namespace nzsim
