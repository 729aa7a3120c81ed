#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/config/pointer.h"
#include "sim/run/sweep/plan_inputs.h"
#include "tools/nzsim/sweep/page_sensitivity.h"

namespace nzsim::sweep {
namespace {

using Json = nlohmann::json;

/// Whether an axis's value is what a resolved file has: a file that was named is there as an
/// object with its name.
bool is_same(const Json& value, const Json& resolved) {
  if (value.is_string() && resolved.is_object()) return resolved.value("name", "") == value;
  return value == resolved;
}

/// The batch of all layers; null where they differ.
Json batch_of(const Json& network) {
  Json batch;
  for (const Json& layer : network.value("layers", Json::array())) {
    const Json own = layer.value("batch", Json());
    if (!batch.is_null() && batch != own) return {};
    batch = own;
  }
  return batch;
}

std::optional<std::size_t> place_of(const Axis& axis, const Json& own) {
  for (std::size_t place = 0; place < axis.values.size(); ++place) {
    if (is_same(Json::parse(axis.values[place]), own)) return place;
  }
  return std::nullopt;
}

/// What an axis changes, before it does; null where nothing is there.
Json own_value(const Axis& axis, const Json& machine, const Json& network) {
  const bool is_of_machine = axis.target == AxisTarget::machine;
  if (!is_of_machine && axis.pointer == "/batch") return batch_of(network);
  const Json* const value =
      find_value(is_of_machine ? machine : network, split_pointer(axis.pointer).value());
  return value == nullptr ? Json() : *value;
}

}  // namespace

OwnPlaces own_places(const SweepConfig& config, const SweepDirectories& directories) {
  const OwnPlaces nothing(config.workloads.size(), std::vector<std::optional<std::size_t>>(
                                                       config.axes.size(), std::nullopt));
  SweepConfig without_axes = config;
  without_axes.axes.clear();
  try {
    PointReader reader(without_axes, directories);
    const Json machine = Json::parse(reader.machine({}).resolved);
    OwnPlaces places = nothing;
    for (std::size_t workload = 0; workload < places.size(); ++workload) {
      const Json network = Json::parse(reader.network(workload, {}).resolved);
      for (std::size_t axis = 0; axis < config.axes.size(); ++axis) {
        places[workload][axis] =
            place_of(config.axes[axis], own_value(config.axes[axis], machine, network));
      }
    }
    return places;
  } catch (const InputError&) {
    // A base may lack what each point sets, and its files may be elsewhere when a page is written
    // again. The results are whole without them.
    return nothing;
  }
}

}  // namespace nzsim::sweep
