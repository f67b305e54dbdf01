// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// How a linear layer's weights lie in memory when that is not the dtype of the arithmetic: weight-only quantisation.
// Blocks of `elements` numbers take `bytes` bytes, scales included. GGUF types: ggml's block structs; nf4: Dettmers et
// al., "QLoRA", 2023 (4 bits and a float32 scale for 64 numbers); fp8 and int8: one byte, their per-tensor or per-row
// scales are below a thousandth and left out.
namespace diffjoule {

enum class WeightFormat : std::uint8_t {
  as_arithmetic,
  fp8,
  int8,
  nf4,
  q8_0,
  q6_k,
  q5_k,
  q5_1,
  q5_0,
  q4_k,
  q4_1,
  q4_0,
  q3_k,
  q2_k
};

struct WeightBlock {
  std::string_view name;
  std::uint64_t elements, bytes;
};

// By the order of WeightFormat; the first stands for the dtype itself and has no size of its own.
inline constexpr std::array<WeightBlock, 14> weight_blocks{{{"as-dtype", 1, 0},
                                                            {"fp8", 1, 1},
                                                            {"int8", 1, 1},
                                                            {"nf4", 64, 36},
                                                            {"q8_0", 32, 34},
                                                            {"q6_k", 256, 210},
                                                            {"q5_k", 256, 176},
                                                            {"q5_1", 32, 24},
                                                            {"q5_0", 32, 22},
                                                            {"q4_k", 256, 144},
                                                            {"q4_1", 32, 20},
                                                            {"q4_0", 32, 18},
                                                            {"q3_k", 256, 110},
                                                            {"q2_k", 256, 84}}};

[[nodiscard]] constexpr const WeightBlock& block_of(WeightFormat format) {
  return weight_blocks[static_cast<std::size_t>(format)];
}

[[nodiscard]] constexpr std::optional<WeightFormat> weight_format_named(std::string_view name) {
  for (std::size_t i = 0; i < weight_blocks.size(); ++i) {
    if (weight_blocks[i].name == name) return static_cast<WeightFormat>(i);
  }
  return std::nullopt;
}

}  // namespace diffjoule
