// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/engines/out_of_memory.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace diffjoule::engines {

bool says_out_of_memory(std::string_view last_words) {
  // In lower case.
  static constexpr std::array<std::string_view, 16> ways{
      "out of memory",               // CUDA, HIP, XPU, MPS, Vulkan, the kernel
      "outofmemoryerror",            // PyTorch's exception
      "cublas_status_alloc_failed",  // cuBLAS
      "cudnn_status_alloc_failed",   // cuDNN
      "cuda_error_out_of_memory",    //
      "erroroutofdevicememory",      // Vulkan: vk::OutOfDeviceMemoryError and VK_ERROR_...
      "error_out_of_device_memory",  //
      "error_out_of_host_memory",    //
      "bad_alloc",                   // C++
      "memoryerror",                 // Python
      "can't allocate memory",       // PyTorch's CPU allocator
      "cannot allocate memory",      // ENOMEM
      "failed to allocate",          // ggml
      "not enough memory",           // PyTorch on Windows and older CPUs' allocators
      "alloc_tensor_range: failed",  // ggml
      "resource_exhausted",          // XLA
  };
  std::string text(last_words);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return std::any_of(ways.begin(), ways.end(),
                     [&text](std::string_view way) { return text.find(way) != std::string::npos; });
}

}  // namespace diffjoule::engines
