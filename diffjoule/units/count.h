// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "diffjoule/units/units.h"

// Exact counts. 128 bits, so that no workload overflows one and counting cannot fail; they become quantities (doubles)
// only by an explicit as_quantity().
namespace diffjoule {

__extension__ using WideInteger = unsigned __int128;

template <class Tag>
class Count {
 public:
  constexpr Count() = default;
  explicit constexpr Count(WideInteger n) : n_(n) {}

  [[nodiscard]] constexpr WideInteger exact() const { return n_; }
  [[nodiscard]] constexpr double rounded() const { return static_cast<double>(n_); }

  constexpr Count& operator+=(Count other) {
    n_ += other.n_;
    return *this;
  }
  friend constexpr Count operator+(Count a, Count b) { return Count(a.n_ + b.n_); }
  friend constexpr Count operator-(Count a, Count b) { return Count(a.n_ - b.n_); }
  friend constexpr Count operator*(WideInteger times, Count c) { return Count(times * c.n_); }
  friend constexpr auto operator<=>(Count, Count) = default;

 private:
  WideInteger n_ = 0;
};

using FlopCount = Count<struct FlopTag>;            // floating-point operations; one multiply-add is two
using ByteCount = Count<struct ByteTag>;            // bytes
using ParameterCount = Count<struct ParameterTag>;  // learnable parameters, or elements of a checkpoint
using ElementCount = Count<struct ElementTag>;      // elements of tensors
using CallCount = Count<struct CallTag>;            // operator calls

[[nodiscard]] constexpr Flops as_quantity(FlopCount c) { return c.rounded() * flop; }
[[nodiscard]] constexpr Bytes as_quantity(ByteCount c) { return c.rounded() * byte; }

// Decimal digits of a 128-bit number.
[[nodiscard]] inline std::string to_decimal(WideInteger n) {
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(n % 10)));
    n /= 10;
  } while (n != 0);
  return digits;
}

}  // namespace diffjoule
