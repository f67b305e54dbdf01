// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/byte_loops.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>

#include "diffjoule/replay/clones.h"

namespace diffjoule::replay {
namespace {

constexpr std::size_t block = std::size_t{16} * 1024;  // of what is written (or read, where that is more) at a time

constexpr std::int64_t few = 4;  // pieces that one thread does alone, sooner than it wakes the others

// A number that depends on every word, so that reading is not left out.
std::uint64_t sum_of(const std::byte* from, std::size_t bytes) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i + sizeof sum <= bytes; i += sizeof sum) {
    std::uint64_t word = 0;
    std::memcpy(&word, from + i, sizeof word);
    sum += word;
  }
  return sum;
}

// Where byte `at` of `whole` lies in `other_whole`, at a multiple of 8.
std::size_t place_in(std::size_t at, std::size_t whole, std::size_t other_whole) {
  if (at >= whole) return other_whole;
  const WideInteger place = static_cast<WideInteger>(at) * other_whole / whole;
  return static_cast<std::size_t>(place) / 8 * 8;
}

struct Span {
  std::size_t begin, end;
  [[nodiscard]] std::size_t size() const { return end - begin; }
};

void write_span(const std::byte* from, std::size_t reads, std::byte* to, Span out) {
  for (std::size_t at = out.begin; at < out.end && reads > 0;) {  // fewer bytes read than written: again
    const std::size_t n = std::min(reads, out.end - at);
    std::memcpy(to + at, from, n);
    at += n;
  }
}

DIFFJOULE_CLONED(quantise_floats, (const float* from, std::uint8_t* to, std::size_t n), (from, to, n), {
  for (std::size_t i = 0; i < n; ++i) {
    const float scaled = from[i] * 24.0F + 128.5F;
    const float low = scaled > 0.0F ? scaled : 0.0F;
    to[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(low < 255.0F ? low : 255.0F));
  }
})

DIFFJOULE_CLONED(quantise_halves, (const std::uint16_t* from, std::uint8_t* to, std::size_t n), (from, to, n), {
  for (std::size_t i = 0; i < n; ++i) {
    const float scaled = std::bit_cast<float>(static_cast<std::uint32_t>(from[i]) << 16U) * 24.0F + 128.5F;
    const float low = scaled > 0.0F ? scaled : 0.0F;
    to[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(low < 255.0F ? low : 255.0F));
  }
})

}  // namespace

void move_bytes(const std::byte* from, ByteCount reads, std::byte* to, ByteCount writes) {
  const auto in = static_cast<std::size_t>(reads.exact()), out = static_cast<std::size_t>(writes.exact());
  const auto pieces = static_cast<std::int64_t>((std::max(in, out) + block - 1) / block);
  std::uint64_t sum = 0;
#pragma omp parallel for schedule(static) reduction(+ : sum) if (pieces > few)
  for (std::int64_t piece = 0; piece < pieces; ++piece) {
    const std::size_t larger = std::max(in, out), begin = static_cast<std::size_t>(piece) * block,
                      end = std::min(begin + block, larger);
    const Span read{place_in(begin, larger, in), place_in(end, larger, in)},
        write{place_in(begin, larger, out), place_in(end, larger, out)};
    write_span(from + read.begin, std::min(read.size(), write.size()), to, write);
    if (read.size() > write.size()) sum += sum_of(from + read.begin + write.size(), read.size() - write.size());
  }
  static std::atomic<std::uint64_t> seen;
  seen.store(sum, std::memory_order_relaxed);
}

void look_up_rows(const std::byte* table, const RowLookup& lookup, std::byte* to) {
  constexpr std::uint64_t multiplier = 0x9E3779B97F4A7C15U;  // of Fibonacci hashing: Knuth, volume 3
  const bool shared = lookup.rows * lookup.width > few * static_cast<std::int64_t>(block);
#pragma omp parallel for schedule(static) if (shared)
  for (std::int64_t row = 0; row < lookup.rows; ++row) {
    const std::uint64_t hash = (static_cast<std::uint64_t>(row) * multiplier) >> 20U;
    const auto place = static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(lookup.table_rows));
    std::memcpy(to + row * lookup.width, table + place * lookup.width, static_cast<std::size_t>(lookup.width));
  }
}

void quantise(const std::byte* from, DType dtype, std::size_t elements, std::byte* to) {
  const auto pieces = static_cast<std::int64_t>((elements + block - 1) / block);
#pragma omp parallel for schedule(static) if (pieces > few)
  for (std::int64_t piece = 0; piece < pieces; ++piece) {
    const std::size_t begin = static_cast<std::size_t>(piece) * block, n = std::min(block, elements - begin);
    auto* out = reinterpret_cast<std::uint8_t*>(to) + begin;
    if (dtype == DType::float32) {
      quantise_floats(reinterpret_cast<const float*>(from) + begin, out, n);
    } else {
      quantise_halves(reinterpret_cast<const std::uint16_t*>(from) + begin, out, n);
    }
  }
}

}  // namespace diffjoule::replay
