#include "tools/nzsim/baseline/measurement.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace nzsim::baseline {
namespace {

/// A matrix `[outputs, inputs]` with its zeros, written by the threads that use it.
std::unique_ptr<float[]> dense_of(const CsrMatrix& weights, ThreadTeam& team) {
  auto dense =
      std::make_unique_for_overwrite<float[]>(std::size_t{weights.outputs} * weights.inputs);
  team.run([&](std::size_t thread) {
    const auto row_of = [&](std::size_t part) { return weights.outputs * part / team.size(); };
    for (std::size_t row = row_of(thread); row < row_of(thread + 1); ++row) {
      float* numbers = dense.get() + row * weights.inputs;
      std::fill(numbers, numbers + weights.inputs, 0.0F);
      for (std::uint32_t at = weights.row_starts[row]; at < weights.row_starts[row + 1]; ++at) {
        numbers[weights.columns[at]] = weights.weights[at];
      }
    }
  });
  return dense;
}

double density_of(const std::vector<float>& numbers) {
  const auto zeros = std::count(numbers.begin(), numbers.end(), 0.0F);
  return 1.0 - static_cast<double>(zeros) / static_cast<double>(numbers.size());
}

/// One layer, measured kernel by kernel.
class LayerBench {
 public:
  LayerBench(const LayerProblem& problem, const Bench& bench)
      : problem_(problem),
        weights_(problem.weights),
        bench_(bench),
        ranges_(balanced_ranges(weights_, bench.team.size())) {
    if (bench.blas != nullptr) dense_ = dense_of(weights_, bench.team);
    for (const RowRange& range : ranges_) slices_.push_back(csc_of(weights_, range));
  }

  void measure(std::uint32_t batch, std::vector<Point>& points) {
    batch_ = batch;
    inputs_ = problem_.first_columns(batch);
    reference_ = reference_of(weights_, inputs_, batch, bench_.team);
    if (bench_.blas != nullptr) {
      points.push_back(point(KernelKind::dense_blas, [&] { return dense_sample(); }));
      wait_until_idle();
    }
    if (batch > 1) {
      points.push_back(parallel(KernelKind::csr_batch, [&](std::size_t thread) {
        multiply_csr_batch(weights_, inputs_.data(), batch_, result_.data(), ranges_[thread]);
      }));
      return;
    }
    points.push_back(parallel(KernelKind::csr_plain, [&](std::size_t thread) {
      multiply_csr_plain(weights_, inputs_.data(), result_.data(), ranges_[thread]);
    }));
    if (has_gathering()) {
      points.push_back(parallel(KernelKind::csr_gathering, [&](std::size_t thread) {
        multiply_csr_gathering(weights_, inputs_.data(), result_.data(), ranges_[thread]);
      }));
    }
    points.push_back(parallel(KernelKind::csc_skipping, [&](std::size_t thread) {
      multiply_csc_skipping(slices_[thread], inputs_.data(), result_.data());
    }));
  }

 private:
  Sample dense_sample() {
    return sample_of([&] {
      if (batch_ == 1) {
        bench_.blas->multiply_vector(dense_.get(), weights_.outputs, weights_.inputs,
                                     inputs_.data(), result_.data());
      } else {
        bench_.blas->multiply_matrix(dense_.get(), weights_.outputs, weights_.inputs,
                                     inputs_.data(), batch_, result_.data());
      }
    });
  }

  Point parallel(KernelKind kernel, const std::function<void(std::size_t)>& part) {
    return point(kernel, [&] { return sample_of(bench_.team, part); });
  }

  /// Fills the caches with other numbers.
  void prepare() {
    if (bench_.caches == Caches::warm) return;
    std::vector<double> sums(bench_.team.size());
    bench_.team.run(
        [&](std::size_t thread) { sums[thread] = bench_.arrays.read(thread, sums.size()); });
  }

  /// Measures a kernel and checks what it computed last.
  Point point(KernelKind kernel, const std::function<Sample()>& sample) {
    // Whatever the kernel does not write is wrong.
    result_.assign(reference_.sums.size(), std::numeric_limits<float>::quiet_NaN());
    Point point = described(kernel);
    point.timing = repeat(
        bench_.budget, [&] { prepare(); }, sample);
    check_result(reference_, result_,
                 fmt::format("{}: {}, {}", problem_.network, problem_.layer, to_string(kernel)));
    return point;
  }

  [[nodiscard]] Point described(KernelKind kernel) const {
    Point point;
    point.network = problem_.network;
    point.layer = problem_.layer;
    point.outputs = weights_.outputs;
    point.inputs = weights_.inputs;
    point.non_zero_weights = weights_.non_zeros();
    const std::uint64_t all = std::uint64_t{weights_.outputs} * weights_.inputs;
    point.weight_density = static_cast<double>(weights_.non_zeros()) / static_cast<double>(all);
    point.input_density = density_of(inputs_);
    point.batch = batch_;
    point.kernel = kernel;
    point.caches = bench_.caches;
    std::uint64_t products = weights_.non_zeros();
    if (kernel == KernelKind::dense_blas) products = all;
    if (kernel == KernelKind::csc_skipping) products = used_weights(weights_, inputs_);
    point.operations = 2 * products * batch_;
    point.bytes = weight_bytes(kernel, products) +
                  sizeof(float) * batch_ * (std::uint64_t{weights_.inputs} + weights_.outputs);
    return point;
  }

  /// Of so many stored weights; compressed ones have an index, and each row or column a start.
  [[nodiscard]] std::uint64_t weight_bytes(KernelKind kernel, std::uint64_t weights) const {
    constexpr std::uint64_t kIndexBytes = sizeof(std::uint32_t);
    if (kernel == KernelKind::dense_blas) return weights * sizeof(float);
    const std::uint64_t compressed = weights * (sizeof(float) + kIndexBytes);
    if (kernel != KernelKind::csc_skipping) {
      return compressed + (std::uint64_t{weights_.outputs} + 1) * kIndexBytes;
    }
    return compressed + slices_.size() * (std::uint64_t{weights_.inputs} + 1) * kIndexBytes;
  }

  const LayerProblem& problem_;
  const CsrMatrix& weights_;
  const Bench& bench_;
  std::vector<RowRange> ranges_;
  std::vector<CscMatrix> slices_;
  std::unique_ptr<float[]> dense_;
  std::uint32_t batch_ = 1;
  std::vector<float> inputs_;
  std::vector<float> result_;
  Reference reference_;
};

}  // namespace

std::string_view to_string(KernelKind kind) {
  switch (kind) {
    case KernelKind::dense_blas:
      return "dense_blas";
    case KernelKind::csr_plain:
      return "csr_plain";
    case KernelKind::csr_gathering:
      return "csr_gathering";
    case KernelKind::csc_skipping:
      return "csc_skipping";
    case KernelKind::csr_batch:
      return "csr_batch";
  }
  throw std::logic_error("unknown kernel");
}

std::string_view format_of(KernelKind kind) {
  if (kind == KernelKind::dense_blas) return "dense_fp32";
  return kind == KernelKind::csc_skipping ? "csc_fp32" : "csr_fp32";
}

std::string_view to_string(Caches caches) { return caches == Caches::cold ? "cold" : "warm"; }

double Point::operations_per_second() const { return static_cast<double>(operations) / seconds(); }

double Point::bytes_per_second() const { return static_cast<double>(bytes) / seconds(); }

std::vector<Point> measure(const LayerProblem& problem, std::span<const std::uint32_t> batches,
                           const Bench& bench) {
  std::vector<Point> points;
  LayerBench layer(problem, bench);
  for (const std::uint32_t batch : batches) layer.measure(batch, points);
  mark_fastest(points);
  return points;
}

void mark_fastest(std::span<Point> points) {
  for (Point& point : points) {
    point.is_fastest_of_format =
        std::none_of(points.begin(), points.end(), [&](const Point& other) {
          return other.batch == point.batch && format_of(other.kernel) == format_of(point.kernel) &&
                 other.seconds() < point.seconds();
        });
  }
}

}  // namespace nzsim::baseline
