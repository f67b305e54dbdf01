// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace diffjoule::engines {

// Whether the last words of a program are those of one that found no memory: PyTorch, CUDA, ggml, oneDNN, C++, Python
// and the kernel say it in their own ways.
[[nodiscard]] bool says_out_of_memory(std::string_view last_words);

}  // namespace diffjoule::engines
