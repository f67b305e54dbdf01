// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/region.h"

#include <sys/mman.h>

#include <algorithm>
#include <utility>

#include "diffjoule/units/text.h"

namespace diffjoule::replay {
namespace {

constexpr std::size_t chunk = std::size_t{64} * 1024;
constexpr std::uint64_t seed = 20240229;

// SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
std::uint64_t next(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9E3779B97F4A7C15U);
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

// Of 64 random bits, those that stay random and those that are set: sign and mantissa are random, the exponent is one
// of two.
struct Mask {
  std::uint64_t random, set;
};
Mask mask_of(Pattern pattern, DType dtype) {
  if (pattern == Pattern::weights) return {0x80FF80FF80FF80FFU, 0x3C003C003C003C00U};
  if (dtype == DType::float32) return {0x80FFFFFF80FFFFFFU, 0x3F0000003F000000U};
  if (dtype == DType::bfloat16) return {0x80FF80FF80FF80FFU, 0x3F003F003F003F00U};
  if (dtype == DType::float16) return {0x87FF87FF87FF87FFU, 0x3800380038003800U};
  return {0, 0};
}

void fill(std::byte* begin, std::size_t size, Mask mask) {
  const auto chunks = static_cast<std::int64_t>((size + chunk - 1) / chunk);
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < chunks; ++i) {
    const std::size_t first = static_cast<std::size_t>(i) * chunk, last = std::min(first + chunk, size);
    std::uint64_t state = seed + first;
    for (std::size_t at = first; at < last; at += sizeof(std::uint64_t))  // sizes are whole pages
      *reinterpret_cast<std::uint64_t*>(begin + at) = (next(state) & mask.random) | mask.set;
  }
}

}  // namespace

Region::Region(Region&& other) noexcept
    : begin_(std::exchange(other.begin_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Region& Region::operator=(Region&& other) noexcept {
  std::swap(begin_, other.begin_);
  std::swap(size_, other.size_);
  return *this;
}

Status Region::take(ByteCount size, Pattern pattern, DType dtype) {
  release();
  if (size.exact() == 0) return {};
  const auto whole = static_cast<std::size_t>(whole_pages(size).exact());
  void* place = mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED)
    return fail(ErrorCode::exhausted, "the system gives no further " + to_text(size) + " of memory");
  (void)madvise(place, whole, MADV_HUGEPAGE);
  begin_ = static_cast<std::byte*>(place);
  size_ = whole;
  fill(begin_, size_, mask_of(pattern, dtype));
  return {};
}

void Region::release() {
  if (begin_ != nullptr) munmap(begin_, size_);
  begin_ = nullptr;
  size_ = 0;
}

}  // namespace diffjoule::replay
