#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/command.h"

namespace nzsim::test {

/// A private Slurm of two nodes, by `tools/slurm_sandbox`, that ends with the object, or with the
/// test's process where that is killed. Slurm's commands use it through the environment.
class SlurmSandbox {
 public:
  /// Why there can be none here; empty where there can be.
  [[nodiscard]] static std::string why_not();

  /// `directory` is new or empty, and outlives the object. Throws `std::runtime_error` where Slurm
  /// does not start.
  explicit SlurmSandbox(const std::filesystem::path& directory);
  SlurmSandbox(const SlurmSandbox&) = delete;
  SlurmSandbox& operator=(const SlurmSandbox&) = delete;
  ~SlurmSandbox();

  /// Ends the daemon of a node and its jobs at once; `kill_daemon` leaves the jobs.
  void kill_node(const std::string& node) const;
  void kill_daemon(const std::string& node) const;
  void start_node(const std::string& node) const;

 private:
  void call(const std::vector<std::string>& words) const;

  std::filesystem::path directory_;
  /// The process that ends Slurm waits for the end of the first, and holds the second until done.
  int alive_ = -1;
  int ending_ = -1;
};

}  // namespace nzsim::test
