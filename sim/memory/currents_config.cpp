#include "sim/memory/currents_config.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace nzsim {
namespace {

/// Reports currents that lie below the standby that is taken off them.
void check_above_standby(ConfigNode& node, const DramRail& rail) {
  if (node.describing() || !node.valid()) return;
  const auto check = [&](std::string_view key, double current, double standby,
                         std::string_view standby_key) {
    if (current >= standby) return;
    node.fail(key, fmt::format("expected at least {} = {}, the standby that is taken off, got {}",
                               standby_key, standby, current));
  };
  check("IDD0", rail.IDD0, std::max(rail.IDD3N, rail.IDD2N),
        rail.IDD3N < rail.IDD2N ? "IDD2N" : "IDD3N");
  check("IDD4R", rail.IDD4R, rail.IDD3N, "IDD3N");
  check("IDD4W", rail.IDD4W, rail.IDD3N, "IDD3N");
  check("IDD5B", rail.IDD5B, rail.IDD3N, "IDD3N");
  if (rail.IDD5PB > 0.0) check("IDD5PB", rail.IDD5PB, rail.IDD3N, "IDD3N");
}

DramRail rail_from(ConfigNode& node) {
  DramRail rail;
  rail.name = node.text("name", {.description = "Name of the supply: VDD, VPP."});
  rail.volts = node.number(
      "volts",
      {.minimum = 0.0, .maximum = 20.0, .description = "Volts.", .exclusive_minimum = true});
  const auto current = [&](std::string_view key, std::string_view description) {
    return node.number(key, {.minimum = 0.0, .maximum = 1e5, .description = description});
  };
  rail.IDD0 = current("IDD0", "mA: one bank activated and precharged every tRC.");
  rail.IDD2N = current("IDD2N", "mA: standby, all banks closed.");
  rail.IDD3N = current("IDD3N", "mA: standby, some bank open.");
  rail.IDD4R = current("IDD4R", "mA: reading without gap.");
  rail.IDD4W = current("IDD4W", "mA: writing without gap.");
  rail.IDD5B = current("IDD5B", "mA: refreshing, during tRFC.");
  rail.IDD5PB = node.number("IDD5PB", {.minimum = 0.0,
                                       .maximum = 1e5,
                                       .default_value = 0.0,
                                       .description = "mA: refreshing one bank, during tRFCpb; 0: "
                                                      "not known."});
  check_above_standby(node, rail);
  return rail;
}

/// Either all supplies have a current of per-bank refresh or none has.
void check_bank_currents(ConfigNode& node, const DramCurrents& currents) {
  if (node.describing() || !node.valid()) return;
  const auto known = std::count_if(currents.rails.begin(), currents.rails.end(),
                                   [](const DramRail& rail) { return rail.IDD5PB > 0.0; });
  if (known == 0 || known == std::ssize(currents.rails)) return;
  node.fail("rails", fmt::format("expected IDD5PB of all {} supplies or of none, got it of {}",
                                 currents.rails.size(), known));
}

}  // namespace

DramCurrents currents_from(ConfigNode& node) {
  DramCurrents currents;
  node.objects("rails", {1, 8, true, "Supplies, each with its currents per device."},
               [&](ConfigNode& rail) { currents.rails.push_back(rail_from(rail)); });
  node.object("interface", true, "Drivers and termination.", [&](ConfigNode& pins) {
    const auto milliwatts = [&](std::string_view key, std::string_view description) {
      return pins.number(key, {.minimum = 0.0, .maximum = 1e4, .description = description});
    };
    currents.read_milliwatts_per_pin =
        milliwatts("read_milliwatts_per_pin", "Per pin while read data are driven.");
    currents.write_milliwatts_per_pin =
        milliwatts("write_milliwatts_per_pin", "Per pin while written data are terminated.");
    currents.interface_pins = static_cast<std::uint32_t>(
        pins.integer("pins", {0, 4096, {}, "Data and strobe pins of one pseudo-channel."}));
  });
  currents.is_estimate =
      node.boolean("estimate", false, "The currents are no data sheet's: reported as assumption.");
  currents.source = node.text("source", {.description = "Where the currents come from."});
  check_bank_currents(node, currents);
  return currents;
}

}  // namespace nzsim
