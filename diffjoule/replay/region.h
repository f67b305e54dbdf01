// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "diffjoule/error/result.h"
#include "diffjoule/graph/dtype.h"
#include "diffjoule/units/count.h"

// A stretch of memory of its own, filled with random numbers once.
namespace diffjoule::replay {

// Memory comes in pages.
[[nodiscard]] constexpr ByteCount whole_pages(ByteCount n) {
  constexpr WideInteger page = 4096;
  return ByteCount((n.exact() + page - 1) / page * page);
}

enum class Pattern {
  weights,     // bfloat16 numbers of +-[2^-7, 2^-5): as sane where they are read as float32 or as 8-bit integers
  activations  // +-[0.5, 2) in the dtype it is for; zero where that is no real type
};

class Region {
 public:
  Region() = default;
  Region(Region&& other) noexcept;
  Region& operator=(Region&& other) noexcept;
  ~Region() { release(); }

  // Gives up what it has and takes `size` bytes, at a multiple of a page, touched and filled on all threads.
  [[nodiscard]] Status take(ByteCount size, Pattern pattern, DType dtype);
  void release();

  [[nodiscard]] std::byte* begin() const { return begin_; }
  [[nodiscard]] ByteCount size() const { return ByteCount(size_); }

 private:
  std::byte* begin_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace diffjoule::replay
