#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/eie/config.h"
#include "models/eie/program.h"
#include "models/eie/statistics.h"

namespace nzsim::eie::test {

/// EIE's counters by the closed recurrence of its cycle rules, written down plainly for tests: with
/// items k (column j_k) and n(p, k) slots of item k in PE p,
///
///   c_0 = 1 + r(j_0);  c_k = b_{k-1} + 1 + g - [g > 0 and lane(j_{k-1}) = P - 1], g = r(j_k) -
///   r(j_{k-1}) b_k = max(c_k, max over p of s(p, k - D));  s(p, k) = max(s(p, k-1) + n(p, k-1),
///   b_k + 2 + L)
///
/// It shares no code with either mode of the machine.
class Recurrence {
 public:
  Recurrence(const Config& config, const Statistics& statistics);

  /// Forgets lines and counts.
  void start_layer();
  /// Adds one pass over `inputs` `[image.inputs]`; `one` is the bias column's activation.
  void add_pass(const MatrixImage& image, const Pass& pass, std::span<const std::int16_t> inputs,
                std::int16_t one, bool relu_on_input);

  [[nodiscard]] const CounterValues& counters() const { return counters_; }

 private:
  struct Item {
    std::uint32_t column = 0;
    std::uint64_t found = 0;
    std::uint64_t broadcast = 0;
  };
  /// One item in one PE.
  struct Service {
    std::uint64_t slot = 0;
    std::uint64_t entries = 0;
    std::uint64_t paddings = 0;
    std::uint64_t line_reads = 0;
    std::uint64_t slots = 1;
  };

  [[nodiscard]] Service serve(const MatrixImage& image, std::uint32_t batch, std::uint32_t column,
                              std::uint32_t pe);
  void count(const std::vector<Item>& items, const std::vector<std::vector<Service>>& services,
             std::uint64_t transfers);

  const Config& config_;
  const Statistics& statistics_;
  CounterValues counters_;
  std::vector<std::int64_t> last_lines_;
};

}  // namespace nzsim::eie::test
