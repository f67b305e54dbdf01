// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "diffjoule/error/contract.h"
#include "diffjoule/units/count.h"

// The extents of a tensor, outermost first as in PyTorch: up to six, none negative. Negative positions count from the
// end: shape[-1] is the innermost extent.
namespace diffjoule {

class Shape {
 public:
  static constexpr std::size_t most = 6;

  Shape() = default;
  Shape(std::initializer_list<std::int64_t> extents) {
    for (const std::int64_t extent : extents) append(extent);
  }

  void append(std::int64_t extent) {
    expect(rank_ < most && extent >= 0, "a shape has at most six extents, none negative");
    extents_[rank_++] = extent;
  }

  [[nodiscard]] std::size_t rank() const { return rank_; }
  [[nodiscard]] std::int64_t operator[](int position) const { return extents_[place(position)]; }
  [[nodiscard]] const std::int64_t* begin() const { return extents_.data(); }
  [[nodiscard]] const std::int64_t* end() const { return extents_.data() + rank_; }

  // The same shape with one extent replaced.
  [[nodiscard]] Shape with(int position, std::int64_t extent) const {
    expect(extent >= 0, "no extent is negative");
    Shape changed = *this;
    changed.extents_[place(position)] = extent;
    return changed;
  }

  [[nodiscard]] ElementCount elements() const {
    WideInteger n = 1;
    for (const std::int64_t extent : *this) n *= static_cast<WideInteger>(extent);
    return ElementCount(n);
  }

  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  [[nodiscard]] std::size_t place(int position) const {
    const int from_front = position < 0 ? position + static_cast<int>(rank_) : position;
    expect(from_front >= 0 && from_front < static_cast<int>(rank_), "a shape is asked for an extent that it has");
    return static_cast<std::size_t>(from_front);
  }

  std::array<std::int64_t, most> extents_{};
  std::size_t rank_ = 0;
};

// "[1, 77, 768]"
[[nodiscard]] inline std::string to_text(const Shape& shape) {
  std::string text = "[";
  for (const std::int64_t extent : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  return text + "]";
}

}  // namespace diffjoule
