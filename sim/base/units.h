#pragma once

#include <compare>
#include <cstdint>

namespace nzsim {

/// A number with a unit in its type. Quantities of one unit add, subtract and compare; a plain
/// number scales them. `value()` leaves the unit behind.
template <class Tag, class Representation = std::uint64_t>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(Representation value) : value_(value) {}

  [[nodiscard]] constexpr Representation value() const { return value_; }

  constexpr Quantity& operator+=(Quantity other) {
    value_ += other.value_;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    value_ -= other.value_;
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return a += b; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return a -= b; }
  friend constexpr Quantity operator*(Quantity a, Representation factor) {
    return Quantity{a.value_ * factor};
  }
  friend constexpr auto operator<=>(const Quantity&, const Quantity&) = default;

 private:
  Representation value_ = 0;
};

/// Clock cycles of the domain that the context names.
using Cycles = Quantity<struct CyclesTag>;
/// Bytes of 8 bits.
using Bytes = Quantity<struct BytesTag>;
/// Arithmetic operations; a multiply-accumulate is two.
using Operations = Quantity<struct OperationsTag>;
/// Energy in 1e-12 J.
using Picojoules = Quantity<struct PicojoulesTag, double>;

}  // namespace nzsim
