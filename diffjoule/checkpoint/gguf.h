// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "diffjoule/checkpoint/header.h"

namespace diffjoule::checkpoint {

// The header of a .gguf file (versions 2 and 3) from its first bytes. Shapes come out in PyTorch's order; the real
// shapes that ComfyUI's converter stores beside reshaped tensors win. Refuses what is cut off (an error of code
// unavailable asks for more bytes), counts and lengths beyond the bytes, unknown types and ranges that leave the file.
[[nodiscard]] Result<Header> parse_gguf(std::string_view bytes, std::uint64_t file_bytes);

// From a file; reads as much of its head as the header needs.
[[nodiscard]] Result<Header> read_gguf(const std::string& path);

}  // namespace diffjoule::checkpoint
