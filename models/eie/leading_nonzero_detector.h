#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace nzsim::eie {

/// The leading non-zero detector over one activation row of P lanes (Han et al., ISCA 2016, Section
/// IV, "Distributed Leading Non-Zero Detection"): in one cycle it finds the next lane, after the
/// last one that was taken, whose value is not zero. Where the layer's inputs come from a ReLU a
/// negative value counts as zero.
class LeadingNonzeroDetector {
 public:
  static constexpr const char* kKind = "leading_nonzero_detector";

  explicit LeadingNonzeroDetector(std::uint32_t lanes)
      : lanes_(lanes), row_(lanes), next_row_(lanes), next_lane_(lanes) {}

  void set_relu(bool is_on) { has_relu_ = is_on; }

  /// The next non-zero lane of the held row; nothing where there is none, or no row.
  [[nodiscard]] std::optional<std::uint32_t> find() const {
    for (std::uint32_t lane = next_lane_; lane < lanes_; ++lane) {
      if (has_relu_ ? row_[lane] > 0 : row_[lane] != 0) return lane;
    }
    return {};
  }
  [[nodiscard]] std::int16_t value(std::uint32_t lane) const { return row_[lane]; }
  [[nodiscard]] bool is_last(std::uint32_t lane) const { return lane + 1 == lanes_; }

  /// `lane` has been broadcast: the search goes on behind it.
  void take(std::uint32_t lane) { next_lane_ = lane + 1; }

  /// The holding register's input, written by the activation read in `compute`.
  [[nodiscard]] std::span<std::int16_t> next_row() { return next_row_; }
  /// The clock edge of a cycle in which the next row was delivered.
  void load_row() {
    std::swap(row_, next_row_);
    next_lane_ = 0;
  }

 private:
  std::uint32_t lanes_;
  /// The holding register.
  std::vector<std::int16_t> row_;
  std::vector<std::int16_t> next_row_;
  std::uint32_t next_lane_;
  bool has_relu_ = false;
};

}  // namespace nzsim::eie
