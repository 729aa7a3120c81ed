#include "sim/run/sweep/point_list.h"

#include <charconv>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim::sweep {
namespace {

/// Digits of a half of a key.
constexpr std::size_t kHalf = 16;

bool is_digits(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::optional<PointKey> PointKey::parse(std::string_view text) {
  if (text.size() != 2 * kHalf || !is_digits(text)) return {};
  PointKey key;
  for (std::size_t half = 0; half < key.halves.size(); ++half) {
    const char* const begin = text.data() + half * kHalf;
    std::from_chars(begin, begin + kHalf, key.halves[half], 16);
  }
  return key;
}

std::string PointKey::text() const { return fmt::format("{:016x}{:016x}", halves[0], halves[1]); }

Point PointList::operator[](std::size_t index) const {
  const Row& row = rows_[index];
  Point point{index, row.key.text(), row.workload, {}, row.program};
  point.values.reserve(axes_.size());
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    point.values.push_back(axes_[axis].texts[places_[index * axes_.size() + axis]]);
  }
  return point;
}

void PointList::push_back(const Point& point) {
  if (rows_.empty()) axes_.resize(point.values.size());
  const std::optional<PointKey> key = PointKey::parse(point.key);
  SIM_ASSERT(key && point.index == rows_.size() && point.values.size() == axes_.size(), "sweep", 0,
             "point {} with key '{}' does not go on with the plan", point.index, point.key);
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    Values& values = axes_[axis];
    const auto [place, is_new] =
        values.places.emplace(point.values[axis], static_cast<std::uint32_t>(values.texts.size()));
    if (is_new) values.texts.push_back(point.values[axis]);
    places_.push_back(place->second);
  }
  rows_.push_back({*key, static_cast<std::uint32_t>(point.workload),
                   static_cast<std::uint32_t>(point.program)});
}

}  // namespace nzsim::sweep
