// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A loop compiled for several instruction sets, of which the best the processor has is taken at every call: the program
// itself is built for the oldest one. (The compilers' own target_clones resolves before sanitizers are awake.)
//
//   DIFFJOULE_CLONED(add, (float* x, std::size_t n), (x, n), { for (...) ...; })
//
// defines void add(float* x, std::size_t n).
#if defined(__x86_64__)
#define DIFFJOULE_CLONED(name, parameters, arguments, ...)                                                        \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) void name##_avx512 parameters __VA_ARGS__         \
      __attribute__((target("avx2,fma"))) void name##_avx2 parameters __VA_ARGS__ void name##_any parameters      \
          __VA_ARGS__ void name parameters {                                                                      \
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) return name##_avx512 arguments; \
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return name##_avx2 arguments;            \
    name##_any arguments;                                                                                         \
  }
#else
#define DIFFJOULE_CLONED(name, parameters, arguments, ...) void name parameters __VA_ARGS__
#endif
