#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace nzsim::sweep {

/// One design point.
struct Point {
  /// Place in the plan, from 0.
  std::uint64_t index = 0;
  /// 32 hexadecimal digits: hash of the resolved machine, the resolved network, the options of the
  /// run and the version of nzsim. Equal points have equal keys, whatever sweep they are of.
  std::string key;
  /// Index in `SweepConfig::workloads`.
  std::size_t workload = 0;
  /// JSON text of the value of each axis, in the order of `SweepConfig::axes`.
  std::vector<std::string> values;
  /// Points that share one compiled program have the same number: what the compiler sees of them is
  /// the same. Counted from 0 in the order of the plan.
  std::uint64_t program = 0;
};

/// The bits of a key: tables of millions of points have no room for its text.
struct PointKey {
  std::array<std::uint64_t, 2> halves{};

  /// Nothing where `text` is not 32 lower-case hexadecimal digits.
  [[nodiscard]] static std::optional<PointKey> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  bool operator==(const PointKey&) const = default;
};

/// Keys are hashes already.
struct PointKeyHash {
  std::size_t operator()(const PointKey& key) const noexcept {
    return key.halves[0] ^ key.halves[1];
  }
};

/// The points of a plan. Keeps some 30 bytes of each, whatever its values are, and makes a `Point`
/// where one is asked for.
class PointList {
 public:
  class Iterator;

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }

  /// `index` must be below `size()`, as for `std::vector`.
  [[nodiscard]] Point operator[](std::size_t index) const;
  [[nodiscard]] Point front() const { return (*this)[0]; }
  [[nodiscard]] Point back() const { return (*this)[size() - 1]; }

  /// Parts of the point at `index` that cost less than all of it.
  [[nodiscard]] const PointKey& key(std::size_t index) const { return rows_[index].key; }
  [[nodiscard]] std::size_t workload(std::size_t index) const { return rows_[index].workload; }
  [[nodiscard]] std::uint64_t program(std::size_t index) const { return rows_[index].program; }

  /// `point.index` must be `size()`; all points have equally many values.
  void push_back(const Point& point);

  [[nodiscard]] Iterator begin() const;
  [[nodiscard]] Iterator end() const;

 private:
  struct Row {
    PointKey key;
    std::uint32_t workload = 0;
    std::uint32_t program = 0;
  };
  /// The different values that an axis has in the list.
  struct Values {
    std::vector<std::string> texts;
    std::unordered_map<std::string, std::uint32_t> places;
  };

  std::vector<Row> rows_;
  std::vector<Values> axes_;
  /// [points][axes]: places in `axes_`.
  std::vector<std::uint32_t> places_;
};

/// Goes through a list; points are made as it does.
class PointList::Iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = Point;
  using difference_type = std::ptrdiff_t;
  using pointer = const Point*;
  using reference = Point;

  Iterator(const PointList& list, std::size_t index) : list_(&list), index_(index) {}
  Point operator*() const { return (*list_)[index_]; }
  Iterator& operator++() {
    ++index_;
    return *this;
  }
  bool operator==(const Iterator& other) const { return index_ == other.index_; }

 private:
  const PointList* list_;
  std::size_t index_;
};

inline PointList::Iterator PointList::begin() const { return {*this, 0}; }
inline PointList::Iterator PointList::end() const { return {*this, size()}; }

}  // namespace nzsim::sweep
