// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "diffjoule/checkpoint/header.h"

namespace diffjoule::checkpoint {

// The header of a .safetensors file: `bytes` are its first bytes (eight of length, then JSON), `file_bytes` its whole
// size. Refuses a length beyond the file or longest_header, unknown types, shapes that do not fit their bytes, ranges
// that overlap or leave the file, and what JSON itself forbids (duplicate keys, nesting, NaN).
[[nodiscard]] Result<Header> parse_safetensors(std::string_view bytes, std::uint64_t file_bytes);

// From a file; reads the header only.
[[nodiscard]] Result<Header> read_safetensors(const std::string& path);

// All shards that a *.safetensors.index.json names, in one header. Shards that are not there are an error that names
// the first.
[[nodiscard]] Result<Header> read_sharded_safetensors(const std::string& index_path);

}  // namespace diffjoule::checkpoint
