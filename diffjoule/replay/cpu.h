// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "diffjoule/graph/dtype.h"
#include "diffjoule/units/count.h"

// The processor that work is replayed on.
namespace diffjoule::replay {

// As the kernel has it: "AMD EPYC 9B14"; "processor" where it says nothing.
[[nodiscard]] std::string processor_name();
// What processes may use without swapping (MemAvailable); zero where the kernel does not say.
[[nodiscard]] ByteCount available_memory();
// Zero where the system does not say.
[[nodiscard]] ByteCount last_level_cache();

// In which dtypes it multiplies with instructions made for them, of those that oneDNN uses; float32 always.
[[nodiscard]] std::vector<DType> native_arithmetic();

// How many threads work from now on, 0: as many as OpenMP likes; returns how many. Numbers too small to be normal are
// zero on all of them: random data must not meet slow arithmetic.
int start_threads(int threads);

// As long as it lasts, this thread works alone: what is too small to be shared, as in PyTorch, whose grain it is.
inline constexpr std::int64_t shared_elements = 32768;
class [[nodiscard]] Alone {
 public:
  explicit Alone(bool alone);
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;
  ~Alone();

 private:
  int others_ = 0;  // 0: they were not sent away
};

}  // namespace diffjoule::replay
