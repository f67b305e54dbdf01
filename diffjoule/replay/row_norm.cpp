// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/row_norm.h"

#include <array>
#include <bit>
#include <cmath>

#include "diffjoule/replay/clones.h"
#include "diffjoule/replay/cpu.h"

namespace diffjoule::replay {
namespace {

constexpr std::size_t lanes = 32;  // sums that are added to side by side

struct Sums {
  std::array<float, lanes> plain{}, squares{};
};

DIFFJOULE_CLONED(add_floats, (Sums & sums, const float* x, std::size_t n), (sums, x, n), {
  for (std::size_t i = 0; i + lanes <= n; i += lanes) {
    for (std::size_t j = 0; j < lanes; ++j) {
      sums.plain[j] += x[i + j];
      sums.squares[j] += x[i + j] * x[i + j];
    }
  }
  for (std::size_t i = n / lanes * lanes; i < n; ++i) {
    sums.plain[0] += x[i];
    sums.squares[0] += x[i] * x[i];
  }
})

DIFFJOULE_CLONED(add_halves, (Sums & sums, const std::uint16_t* x, std::size_t n), (sums, x, n), {
  for (std::size_t i = 0; i + lanes <= n; i += lanes) {
    for (std::size_t j = 0; j < lanes; ++j) {
      const float v = std::bit_cast<float>(static_cast<std::uint32_t>(x[i + j]) << 16U);
      sums.plain[j] += v;
      sums.squares[j] += v * v;
    }
  }
  for (std::size_t i = n / lanes * lanes; i < n; ++i) {
    const float v = std::bit_cast<float>(static_cast<std::uint32_t>(x[i]) << 16U);
    sums.plain[0] += v;
    sums.squares[0] += v * v;
  }
})

struct Scale {
  float factor, shift;
};

DIFFJOULE_CLONED(scale_floats, (const Scale& s, const float* x, float* y, std::size_t n), (s, x, y, n), {
  for (std::size_t i = 0; i < n; ++i) y[i] = x[i] * s.factor + s.shift;
})

DIFFJOULE_CLONED(scale_halves, (const Scale& s, const std::uint16_t* x, std::uint16_t* y, std::size_t n), (s, x, y, n),
                 {
                   for (std::size_t i = 0; i < n; ++i) {
                     const float v = std::bit_cast<float>(static_cast<std::uint32_t>(x[i]) << 16U) * s.factor + s.shift;
                     y[i] = static_cast<std::uint16_t>((std::bit_cast<std::uint32_t>(v) + 0x8000U) >> 16U);
                   }
                 })

Scale scale_of(const Sums& sums, std::size_t n) {
  double plain = 0.0, squares = 0.0;
  for (std::size_t j = 0; j < lanes; ++j) {
    plain += sums.plain[j];
    squares += sums.squares[j];
  }
  const double mean = plain / static_cast<double>(n), variance = squares / static_cast<double>(n) - mean * mean;
  const double factor = 1.0 / std::sqrt(std::fmax(0.0, variance) + 1e-5);
  return {static_cast<float>(factor), static_cast<float>(-mean * factor)};
}

}  // namespace

void normalise_rows(const std::byte* from, DType dtype, const Rows& rows, std::byte* to) {
  const auto width = static_cast<std::size_t>(rows.width);
  const bool shared = rows.rows * rows.width >= shared_elements;
#pragma omp parallel for schedule(static) if (shared)
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    const std::size_t at = static_cast<std::size_t>(row) * width;
    Sums sums;
    if (dtype == DType::float32) {
      const float* x = reinterpret_cast<const float*>(from) + at;
      add_floats(sums, x, width);
      scale_floats(scale_of(sums, width), x, reinterpret_cast<float*>(to) + at, width);
    } else {
      const auto* x = reinterpret_cast<const std::uint16_t*>(from) + at;
      add_halves(sums, x, width);
      scale_halves(scale_of(sums, width), x, reinterpret_cast<std::uint16_t*>(to) + at, width);
    }
  }
}

}  // namespace diffjoule::replay
