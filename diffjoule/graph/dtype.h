// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

// Number formats of tensors. Sizes are in bits, because four-bit weights exist.
namespace diffjoule {

enum class DType { float64, float32, bfloat16, float16, float8, int64, int32, int8, int4, boolean };

[[nodiscard]] constexpr unsigned bits(DType type) {
  switch (type) {
    case DType::float64:
    case DType::int64:
      return 64;
    case DType::float32:
    case DType::int32:
      return 32;
    case DType::bfloat16:
    case DType::float16:
      return 16;
    case DType::float8:
    case DType::int8:
    case DType::boolean:
      return 8;
    case DType::int4:
      return 4;
  }
  return 0;
}

[[nodiscard]] constexpr std::string_view name(DType type) {
  switch (type) {
    case DType::float64:
      return "float64";
    case DType::float32:
      return "float32";
    case DType::bfloat16:
      return "bfloat16";
    case DType::float16:
      return "float16";
    case DType::float8:
      return "float8";
    case DType::int64:
      return "int64";
    case DType::int32:
      return "int32";
    case DType::int8:
      return "int8";
    case DType::int4:
      return "int4";
    case DType::boolean:
      return "boolean";
  }
  return "";
}

// PyTorch's names and the short ones people type ("bf16", "fp16", "half", "fp8", ...); nullopt if unknown.
[[nodiscard]] inline std::optional<DType> dtype_named(std::string_view text) {
  if (text == "float32" || text == "fp32" || text == "f32" || text == "float") return DType::float32;
  if (text == "bfloat16" || text == "bf16") return DType::bfloat16;
  if (text == "float16" || text == "fp16" || text == "f16" || text == "half") return DType::float16;
  if (text == "float8" || text == "fp8" || text == "float8_e4m3fn" || text == "float8_e5m2") return DType::float8;
  if (text == "int8") return DType::int8;
  if (text == "int4") return DType::int4;
  if (text == "float64" || text == "fp64" || text == "double") return DType::float64;
  return std::nullopt;
}

}  // namespace diffjoule
