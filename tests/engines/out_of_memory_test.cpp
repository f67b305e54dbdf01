// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/engines/out_of_memory.h"

#include <gtest/gtest.h>

namespace diffjoule::engines {
namespace {

TEST(OutOfMemory, IsHeardInTheWordsOfManyPrograms) {
  for (const char* words :
       {"torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB.",
        "RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc",
        "ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4096.00 MiB on device 0: cudaMalloc failed: out of "
        "memory",
        "ggml_gallocr_reserve_n: failed to allocate CUDA0 buffer of size 4294967296",
        "RuntimeError: [enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory: you "
        "tried to allocate 40000000000 bytes. Error code 12 (Cannot allocate memory)",
        "vk::Device::allocateMemory: ErrorOutOfDeviceMemory", "MemoryError"})
    EXPECT_TRUE(says_out_of_memory(words)) << words;
}

TEST(OutOfMemory, IsNotHeardInOthers) {
  for (const char* words : {"", "RuntimeError: mat1 and mat2 shapes cannot be multiplied", "total memory: 24 GiB",
                            "FileNotFoundError: no such file"})
    EXPECT_FALSE(says_out_of_memory(words)) << words;
}

}  // namespace
}  // namespace diffjoule::engines
