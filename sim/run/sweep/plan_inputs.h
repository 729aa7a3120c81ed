#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/run/machine.h"
#include "sim/run/sweep/plan.h"
#include "sim/workload/network.h"

namespace nzsim::sweep {

/// What a network adds to the identity of a point.
struct NetworkIdentity {
  /// Of the resolved file and of the bytes of every file of values.
  std::string digest;
  /// Of what a compiler sees of it, as `program_key` has it.
  std::string program;
};

[[nodiscard]] NetworkIdentity identity_of(const Network& network, const RunOptions& options);

/// Hash of the resolved machine (`canonical_json` of `Machine::resolved`) and its energy table.
[[nodiscard]] std::string machine_digest(const Machine& machine, const std::string& canonical);

/// JSON text in one form: keys sorted, no white space, whole numbers without fraction.
[[nodiscard]] std::string canonical_json(const std::string& text);

/// `Point::key` of a machine's and a network's digest.
[[nodiscard]] std::string point_key(const std::string& machine, const std::string& network,
                                    const RunOptions& options);

/// Throws `ConfigError` where files of the network's values are no longer those that `inputs` were
/// read from: what was compiled meanwhile may be of other values.
void require_planned(const SweepConfig& config, const Point& point, const PointInputs& inputs);

/// Reads machines and networks of a sweep's points. Files are read once, networks kept while they
/// are few. Not for use from several threads.
class PointReader {
 public:
  /// Finds the base machine and the networks. Throws `ConfigError` at the name in the sweep file
  /// that is unknown. `config` outlives the reader.
  PointReader(const SweepConfig& config, SweepDirectories directories);

  /// The machine of a point with these values of all axes. Throws `ConfigError` with the pointers
  /// of the machine file, and `--set` as the file of what the sweep has changed.
  [[nodiscard]] Machine machine(const std::vector<std::string>& values);

  /// The network likewise; `WorkloadError`. Valid until the next call.
  [[nodiscard]] const Network& network(std::size_t workload,
                                       const std::vector<std::string>& values);
  [[nodiscard]] const NetworkIdentity& network_identity(std::size_t workload,
                                                        const std::vector<std::string>& values);

  /// Machine and network of a planned point. Throws `ConfigError` where they are not those that
  /// were planned, since a file has changed.
  [[nodiscard]] PointInputs inputs(const Point& point);

 private:
  struct KnownNetwork {
    Network network;
    NetworkIdentity identity;
  };

  const KnownNetwork& known_network(std::size_t workload, const std::vector<std::string>& values);
  [[nodiscard]] Network read_network(std::size_t workload,
                                     const std::vector<std::string>& values) const;

  const SweepConfig& config_;
  SweepDirectories directories_;
  MachineFiles files_;
  std::filesystem::path base_;
  std::vector<std::filesystem::path> networks_;
  std::map<std::pair<std::size_t, std::vector<std::string>>, KnownNetwork> known_;
};

}  // namespace nzsim::sweep
