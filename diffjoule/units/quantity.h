// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>

// A number with a dimension. Energy, time, FLOP, byte and CO2e are the base dimensions; everything else is arithmetic:
// Energy / Duration *is* Power, and a ratio of likes is a plain double. Numbers enter as `350.0 * watt` and leave as
// `p.in(watt)`; there is no other door.
namespace diffjoule {

struct Dimension {
  int energy = 0, time = 0, flop = 0, byte = 0, co2e = 0;
  friend constexpr bool operator==(const Dimension&, const Dimension&) = default;
};

constexpr Dimension operator+(Dimension a, Dimension b) {
  return {a.energy + b.energy, a.time + b.time, a.flop + b.flop, a.byte + b.byte, a.co2e + b.co2e};
}
constexpr Dimension operator-(Dimension a, Dimension b) {
  return {a.energy - b.energy, a.time - b.time, a.flop - b.flop, a.byte - b.byte, a.co2e - b.co2e};
}

template <Dimension D>
class Quantity {
 public:
  constexpr Quantity() = default;

  // How many `unit` this is.
  [[nodiscard]] constexpr double in(Quantity unit) const { return amount_ / unit.amount_; }

  // The base units (joule, second, FLOP, byte, gram) are made here; see units.h.
  [[nodiscard]] static constexpr Quantity base_unit() { return Quantity(1.0); }

  constexpr Quantity& operator+=(Quantity other) { return *this = *this + other; }
  constexpr Quantity& operator-=(Quantity other) { return *this = *this - other; }

  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity(a.amount_ + b.amount_); }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity(a.amount_ - b.amount_); }
  friend constexpr Quantity operator*(double factor, Quantity q) { return Quantity(factor * q.amount_); }
  friend constexpr Quantity operator*(Quantity q, double factor) { return Quantity(q.amount_ * factor); }
  friend constexpr Quantity operator/(Quantity q, double divisor) { return Quantity(q.amount_ / divisor); }
  friend constexpr auto operator<=>(Quantity, Quantity) = default;

  template <Dimension E>
  friend constexpr auto operator*(Quantity a, Quantity<E> b) {
    return make<D + E>(a.amount_ * Quantity<E>(b).in(Quantity<E>::base_unit()));
  }
  template <Dimension E>
  friend constexpr auto operator/(Quantity a, Quantity<E> b) {
    return make<D - E>(a.amount_ / Quantity<E>(b).in(Quantity<E>::base_unit()));
  }

 private:
  explicit constexpr Quantity(double amount) : amount_(amount) {}

  template <Dimension R>
  static constexpr auto make(double amount) {
    if constexpr (R == Dimension{}) {
      return amount;
    } else {
      return amount * Quantity<R>::base_unit();
    }
  }

  double amount_ = 0.0;
};

}  // namespace diffjoule
