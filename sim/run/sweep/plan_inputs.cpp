#include "sim/run/sweep/plan_inputs.h"

#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/config/messages.h"
#include "sim/config/named_file.h"
#include "sim/config/state.h"
#include "sim/workload/values.h"

namespace nzsim::sweep {
namespace {

namespace fs = std::filesystem;

/// Networks that a reader keeps. Assumption: sweeps over more variants of networks take them one
/// after the other.
constexpr std::size_t kMostNetworks = 64;
/// Pointer of the axis that stands for the batch of all layers.
constexpr std::string_view kBatchPointer = "/batch";
/// Integers up to here are the same as doubles.
constexpr double kLargestExact = 9007199254740992.0;  // 2^53
/// As a workload of the sweep file states it.
constexpr std::uint32_t kLargestBatch = 1'000'000;
/// Hexadecimal digits of a key: 128 bits.
constexpr std::size_t kKeyDigits = 32;

fs::path find_or_fail(const SweepConfig& config, const std::string& word, const char* noun,
                      const std::string& pointer, const std::vector<fs::path>& directories) {
  const std::optional<fs::path> path =
      find_named_file(word, config.path.parent_path(), directories);
  if (path) return *path;
  throw ConfigError(config.path.string(), pointer,
                    fmt::format("expected the name of a {} or the path of its file, got {}{}", noun,
                                in_quotes(word), name_hints(word, directories)));
}

/// Whole numbers that are written with a fraction become integers.
void make_canonical(nlohmann::json& value) {
  if (value.is_structured()) {
    for (nlohmann::json& member : value) make_canonical(member);
  } else if (value.is_number_float()) {
    const auto number = value.get<double>();
    if (number == std::trunc(number) && std::abs(number) <= kLargestExact) {
      value = static_cast<std::int64_t>(number);
    }
  }
}

/// A memory or energy table that is named by a path: machines look for it from their own directory,
/// a sweep's paths start from its own.
void from_sweep(const SweepConfig& config, Override& change) {
  if (change.pointer != "/memory" && change.pointer != "/energy") return;
  const auto value = nlohmann::json::parse(change.value, nullptr, false);
  const std::string word = value.is_string() ? value.get<std::string>() : change.value;
  const bool is_name = !value.is_string() && !value.is_discarded();
  if (is_name || (word.find('/') == std::string::npos && !word.ends_with(".json"))) return;
  change.value =
      nlohmann::json(fs::absolute(config.path.parent_path() / word).lexically_normal().string())
          .dump();
}

/// The batch that an axis states. Throws `WorkloadError` as an override of that name would.
std::uint32_t batch_of(const std::string& json) {
  const auto value = nlohmann::json::parse(json);
  const double batch = value.is_number() ? value.get<double>() : 0.0;
  if (batch < 1.0 || batch > kLargestBatch || batch != std::trunc(batch)) {
    throw WorkloadError(kOverrideName, std::string(kBatchPointer),
                        fmt::format("expected an integer in [1, {}], got {}", kLargestBatch, json));
  }
  return static_cast<std::uint32_t>(batch);
}

ConfigError changed_since(const SweepConfig& config, const Point& point) {
  return {config.path.string(), "",
          fmt::format("expected the machine and network that point {} was planned with, got "
                      "others: a file has changed since",
                      point.index)};
}

std::string_view to_string(Mode mode) { return mode == Mode::fast ? "fast" : "reference"; }

}  // namespace

std::string canonical_json(const std::string& text) {
  nlohmann::json value = nlohmann::json::parse(text);
  make_canonical(value);
  return value.dump();
}

std::string machine_digest(const Machine& machine, const std::string& canonical) {
  return sha256(fmt::format("{} {}", machine.energy.digest, canonical));
}

NetworkIdentity identity_of(const Network& network, const RunOptions& options) {
  std::string layers;
  for (std::size_t index = 0; index < network.layers.size(); ++index) {
    const std::string& name = network.layers[index].name;
    layers += fmt::format("layer {} {} {}\n", name.size(), name,
                          values_digest(network, index, options.seed));
  }
  NetworkIdentity identity;
  identity.program = sha256(layers);
  identity.digest = sha256(identity.program + canonical_json(network.resolved));
  return identity;
}

std::string point_key(const std::string& machine, const std::string& network,
                      const RunOptions& options) {
  return sha256(fmt::format("nzsim {}\nmachine {}\nnetwork {}\noptions {} {} {}\n", NZSIM_VERSION,
                            machine, network, to_string(options.mode), options.values,
                            options.seed))
      .substr(0, kKeyDigits);
}

PointReader::PointReader(const SweepConfig& config, SweepDirectories directories)
    : config_(config), directories_(std::move(directories)) {
  base_ = find_or_fail(config, config.base, "machine", "/base", directories_.machines);
  for (std::size_t index = 0; index < config.workloads.size(); ++index) {
    networks_.push_back(find_or_fail(config, config.workloads[index].network, "network",
                                     fmt::format("/workloads/{}", index), directories_.networks));
  }
}

Machine PointReader::machine(const std::vector<std::string>& values) {
  std::vector<Override> overrides = config_.overrides;
  for (std::size_t index = 0; index < config_.axes.size(); ++index) {
    const Axis& axis = config_.axes[index];
    if (axis.target == AxisTarget::machine) overrides.push_back({axis.pointer, values.at(index)});
  }
  for (Override& change : overrides) from_sweep(config_, change);
  return load_machine(base_, overrides, directories_.shipped, &files_);
}

const PointReader::KnownNetwork& PointReader::known_network(
    std::size_t workload, const std::vector<std::string>& values) {
  std::pair<std::size_t, std::vector<std::string>> place{workload, {}};
  for (std::size_t index = 0; index < config_.axes.size(); ++index) {
    if (config_.axes[index].target == AxisTarget::workload) {
      place.second.push_back(values.at(index));
    }
  }
  if (const auto found = known_.find(place); found != known_.end()) return found->second;
  if (known_.size() == kMostNetworks) known_.clear();
  Network network = read_network(workload, values);
  NetworkIdentity identity = identity_of(network, config_.options);
  return known_.emplace(std::move(place), KnownNetwork{std::move(network), std::move(identity)})
      .first->second;
}

Network PointReader::read_network(std::size_t workload,
                                  const std::vector<std::string>& values) const {
  std::optional<std::uint32_t> batch = config_.workloads.at(workload).batch;
  std::vector<Override> overrides;
  for (std::size_t index = 0; index < config_.axes.size(); ++index) {
    const Axis& axis = config_.axes[index];
    if (axis.target != AxisTarget::workload) continue;
    if (axis.pointer == kBatchPointer) {
      batch = batch_of(values.at(index));
    } else {
      overrides.push_back({axis.pointer, values.at(index)});
    }
  }
  return load_network(networks_.at(workload), batch, overrides);
}

const Network& PointReader::network(std::size_t workload, const std::vector<std::string>& values) {
  return known_network(workload, values).network;
}

const NetworkIdentity& PointReader::network_identity(std::size_t workload,
                                                     const std::vector<std::string>& values) {
  return known_network(workload, values).identity;
}

PointInputs PointReader::inputs(const Point& point) {
  const KnownNetwork& known = known_network(point.workload, point.values);
  PointInputs inputs{machine(point.values), known.network, known.identity.digest};
  const std::string digest =
      machine_digest(inputs.machine, canonical_json(inputs.machine.resolved));
  if (point_key(digest, known.identity.digest, config_.options) != point.key) {
    throw changed_since(config_, point);
  }
  return inputs;
}

void require_planned(const SweepConfig& config, const Point& point, const PointInputs& inputs) {
  if (inputs.network_digest.empty()) return;
  if (identity_of(inputs.network, config.options).digest == inputs.network_digest) return;
  throw changed_since(config, point);
}

PointInputs inputs_of(const SweepConfig& config, const Point& point,
                      const SweepDirectories& directories) {
  return PointReader(config, directories).inputs(point);
}

}  // namespace nzsim::sweep
