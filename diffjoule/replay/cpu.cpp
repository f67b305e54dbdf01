// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/cpu.h"

#include <omp.h>
#include <unistd.h>

#include <fstream>
#include <oneapi/dnnl/dnnl.hpp>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace diffjoule::replay {
namespace {

// What follows "KEY...:" on the first such line; empty if none.
std::string value_in(const char* file, const std::string& key) {
  std::ifstream in(file);
  for (std::string text; std::getline(in, text);) {
    const std::size_t colon = text.find(':');
    if (text.rfind(key, 0) != 0 || colon == std::string::npos) continue;
    const std::size_t begin = text.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : text.substr(begin);
  }
  return "";
}

}  // namespace

std::string processor_name() {
  const std::string name = value_in("/proc/cpuinfo", "model name");
  return name.empty() ? "processor" : name;
}

ByteCount available_memory() {
  const std::string kibibytes = value_in("/proc/meminfo", "MemAvailable");
  return kibibytes.empty() ? ByteCount() : ByteCount(static_cast<WideInteger>(std::stoull(kibibytes)) * 1024);
}

ByteCount last_level_cache() {
  for (const int level : {_SC_LEVEL4_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE, _SC_LEVEL2_CACHE_SIZE}) {
    if (const long size = sysconf(level); size > 0) return ByteCount(static_cast<WideInteger>(size));
  }
  return {};
}

std::vector<DType> native_arithmetic() {
  std::vector<DType> types{DType::float32};
  const auto isa = static_cast<unsigned>(dnnl::get_effective_cpu_isa());  // larger sets hold the bits of smaller ones
  const auto has = [isa](dnnl::cpu_isa set) {
    return (isa & static_cast<unsigned>(set)) == static_cast<unsigned>(set);
  };
  if (has(dnnl::cpu_isa::avx512_core_bf16)) types.push_back(DType::bfloat16);
  if (has(dnnl::cpu_isa::avx512_core_vnni) || has(dnnl::cpu_isa::avx2_vnni)) types.push_back(DType::int8);
  return types;
}

int start_threads(int threads) {
  if (threads > 0) omp_set_num_threads(threads);
  omp_set_dynamic(0);
#if defined(__x86_64__)
#pragma omp parallel
  _mm_setcsr(_mm_getcsr() | 0x8040U);  // flush to zero, denormals are zero
#endif
  return omp_get_max_threads();
}

Alone::Alone(bool alone) {
  if (!alone) return;
  others_ = omp_get_max_threads();
  omp_set_num_threads(1);
}
Alone::~Alone() {
  if (others_ > 0) omp_set_num_threads(others_);
}

}  // namespace diffjoule::replay
