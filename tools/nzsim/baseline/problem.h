#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tools/nzsim/baseline/sparse_kernels.h"
#include "tools/nzsim/baseline/thread_team.h"

namespace nzsim::baseline {

/// A fully connected layer as the kernels multiply it.
struct LayerProblem {
  std::string network;
  std::string layer;
  CsrMatrix weights;
  /// `[inputs, batch]` for the largest batch.
  std::vector<float> inputs;
  std::uint32_t batch = 1;

  /// The first `count` columns of the batch, `[inputs, count]`.
  [[nodiscard]] std::vector<float> first_columns(std::uint32_t count) const;
};

/// Throws `WorkloadError` for layers of the network file at `path` that are not fully connected or
/// have several rows: before anything is measured.
void check_network(const std::filesystem::path& path);

/// All layers of the network file at `path` with the values that the file states, and inputs for
/// `batch` vectors; layers that follow others have the outputs of these. Throws as
/// `check_network`.
[[nodiscard]] std::vector<LayerProblem> problems_of(const std::filesystem::path& path,
                                                    std::uint32_t batch);

/// What a product must come to, `[outputs, batch]`.
struct Reference {
  std::uint32_t batch = 1;
  /// In double precision.
  std::vector<double> sums;
  /// n x epsilon x sum of magnitudes, with n products per output: twice the bound for a sum of n
  /// rounded products in any order (Higham, "Accuracy and Stability of Numerical Algorithms",
  /// Section 3.1), whose unit roundoff is half of epsilon.
  std::vector<double> tolerances;
};

/// The product of `weights` with `inputs[inputs, batch]`.
[[nodiscard]] Reference reference_of(const CsrMatrix& weights, const std::vector<float>& inputs,
                                     std::uint32_t batch, ThreadTeam& team);

/// Throws `SimulationError` that names `kernel` where an element of `result` is off by more than
/// its tolerance.
void check_result(const Reference& reference, const std::vector<float>& result,
                  const std::string& kernel);

}  // namespace nzsim::baseline
