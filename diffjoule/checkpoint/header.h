// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/graph/shape.h"

// What the header of a weights file says: names, shapes and formats of its tensors. Weights are never read.
namespace diffjoule::checkpoint {

// `elements` numbers stored together take `bytes` bytes.
struct StorageType {
  std::string name;  // "BF16", "Q4_K"
  std::uint64_t elements = 1, bytes = 1;
};

struct StoredTensor {
  std::string name;
  std::vector<std::int64_t> shape;  // PyTorch's order: (out, in, ...)
  StorageType type;
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;
};

struct Header {
  enum class Format { safetensors, gguf } format = Format::safetensors;
  std::vector<StoredTensor> tensors;
  std::map<std::string, std::string> metadata;  // short texts and numbers only
};

// The product of a shape, or an error where it is negative, empty of sense or beyond 2^63.
[[nodiscard]] Result<std::uint64_t> elements_of(const std::vector<std::int64_t>& shape);

// Headers longer than this are refused.
inline constexpr std::uint64_t longest_header = 100ULL << 20U;

}  // namespace diffjoule::checkpoint
