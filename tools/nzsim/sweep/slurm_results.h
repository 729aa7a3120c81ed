#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/run/sweep/plan.h"
#include "sim/run/sweep/workers.h"

namespace nzsim::cli {

/// Follows the results of points that are run elsewhere: reads what is new in the result files,
/// whoever writes them.
class ExpectedResults {
 public:
  /// The points of `plan` without a result in `directory`, and those that are run again. `plan`
  /// outlives the object. Throws `ConfigError` where a line of results is damaged.
  ExpectedResults(const sweep::Plan& plan, std::filesystem::path directory,
                  const sweep::Again& again);

  /// Reads what was added to the files since the last call.
  void update();

  [[nodiscard]] const sweep::Progress& progress() const { return progress_; }
  /// Places in the plan of the points that are expected still, increasing.
  [[nodiscard]] std::vector<std::uint64_t> missing() const;

 private:
  /// A point, and the attempt whose result it lacks.
  struct Expected {
    std::uint64_t index = 0;
    std::uint64_t attempt = 1;
  };

  void read(const std::filesystem::path& path, std::uint64_t& offset);

  std::filesystem::path directory_;
  std::unordered_map<sweep::PointKey, Expected, sweep::PointKeyHash> expected_;
  /// How far each file is read.
  std::map<std::filesystem::path, std::uint64_t> offsets_;
  sweep::Progress progress_;
};

}  // namespace nzsim::cli
