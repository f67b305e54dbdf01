// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "diffjoule/io/document.h"

// Weights files made in memory: headers with offsets, and no weights.
namespace diffjoule::checkpoint {

inline std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i) & 0xFFU));
  return text;
}

// Length field and JSON.
inline std::string safetensors_head(const std::string& json) { return little_endian(json.size(), 8) + json; }

struct MadeFile {
  std::string head;
  std::uint64_t file_bytes;
};

// A safetensors header in BF16 of {"name": [extent, ...], ...}.
inline MadeFile safetensors_of(const io::Document& shapes, const std::string& prefix = "") {
  std::string json = "{";
  std::uint64_t at = 0;
  for (const auto& [name, shape] : *shapes.object()) {
    std::string text;
    std::uint64_t bytes = 2;
    for (const io::Document& extent : *shape.array()) {
      text += (text.empty() ? "" : ",") + std::to_string(*extent.integer());
      bytes *= static_cast<std::uint64_t>(*extent.integer());
    }
    json += (at == 0 && json.size() == 1 ? "\"" : ",\"") + prefix + name + "\":{\"dtype\":\"BF16\",\"shape\":[" + text +
            "],\"data_offsets\":[" + std::to_string(at) + "," + std::to_string(at + bytes) + "]}";
    at += bytes;
  }
  const std::string head = safetensors_head(json + "}");
  return {head, head.size() + at};
}

}  // namespace diffjoule::checkpoint
