// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <random>
#include <vector>

#include "diffjoule/flops/op_cost.h"
#include "diffjoule/replay/compile.h"

// One kernel with memory of its own, for tests that look at its numbers.
namespace diffjoule::replay {

using Numbers = std::vector<float>;

// Of [-1, 1), the same for the same seed.
inline Numbers random_numbers(std::size_t count, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
  Numbers numbers(count);
  for (float& x : numbers) x = uniform(generator);
  return numbers;
}

inline std::uint16_t half_of(float x) { return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16U); }
inline float from_half(std::uint16_t h) { return std::bit_cast<float>(static_cast<std::uint32_t>(h) << 16U); }

class Workbench {
 public:
  explicit Workbench(const Op& op, DType dtype = DType::float32, Arithmetic arithmetic = Arithmetic::as_graph)
      : op_(op), dtype_(dtype) {
    auto made = compile({op, dtype, 0}, onednn_, arithmetic);
    EXPECT_TRUE(made) << made.error().message();
    kernel_ = std::move(made.value());
    const Needs& n = kernel_->needs();
    for (const ByteCount size : {n.reads, n.second, n.writes, n.weights, n.scratch})
      memory_.emplace_back(static_cast<std::size_t>(size.exact()) / sizeof(Line) + 2);
    places_ = {at(0), at(1), at(2), at(3), at(4)};
  }

  [[nodiscard]] Kernel& kernel() { return *kernel_; }
  [[nodiscard]] const Places& places() const { return places_; }
  [[nodiscard]] const Onednn& onednn() const { return onednn_; }

  // Numbers to a place in the dtype, from an offset in bytes.
  void put(std::byte* place, const Numbers& numbers) const {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (dtype_ == DType::bfloat16) {
        const std::uint16_t half = half_of(numbers[i]);
        std::memcpy(place + i * sizeof half, &half, sizeof half);
      } else {
        std::memcpy(place + i * sizeof(float), &numbers[i], sizeof(float));
      }
    }
  }
  [[nodiscard]] Numbers get(const std::byte* place, std::size_t count) const {
    Numbers numbers(count);
    for (std::size_t i = 0; i < count; ++i) {
      std::uint16_t half = 0;
      std::memcpy(&half, place + i * (dtype_ == DType::bfloat16 ? 2 : 4), sizeof half);
      if (dtype_ == DType::bfloat16) {
        numbers[i] = from_half(half);
      } else {
        std::memcpy(&numbers[i], place + i * sizeof(float), sizeof(float));
      }
    }
    return numbers;
  }
  // The same into and out of a layout that oneDNN chose; float32.
  void put_in_layout(std::byte* place, const MemoryDesc& layout, const Numbers& numbers) {
    Numbers copy = numbers;
    reorder(plain(dims_of(layout), MemoryType::f32), copy.data(), layout, place);
  }
  [[nodiscard]] Numbers get_from_layout(std::byte* place, const MemoryDesc& layout, std::size_t count) {
    Numbers numbers(count);
    reorder(layout, place, plain(dims_of(layout), MemoryType::f32), numbers.data());
    return numbers;
  }

  // Runs it, and holds the FLOPs it did against those that are counted.
  void run() { EXPECT_EQ(kernel_->run(places_), flops::cost_of(op_, dtype_).flops) << kernel_->title(); }

 private:
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  std::byte* at(std::size_t i) { return memory_[i].data()->bytes; }
  void reorder(const MemoryDesc& from, void* source, const MemoryDesc& to, void* sink) {
    dnnl::memory a(from, onednn_.engine, source), b(to, onednn_.engine, sink);
    dnnl::reorder(a, b).execute(onednn_.stream, a, b);
    onednn_.stream.wait();
  }

  Op op_;
  DType dtype_;
  Onednn onednn_;
  KernelPointer kernel_;
  std::vector<std::vector<Line>> memory_;
  Places places_;
};

inline void expect_near(const Numbers& got, const Numbers& wanted, float tolerance) {
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], wanted[i], tolerance) << "element " << i;
}

}  // namespace diffjoule::replay
