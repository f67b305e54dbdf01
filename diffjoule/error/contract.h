// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>

// A broken contract is a bug in this program: it prints where and aborts. User input must never reach one; check it
// and return an Error first.
namespace diffjoule {

// The place is the caller's. (std::source_location needs a compiler newer than clang 14.)
inline void expect(bool holds, const char* contract, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (holds) return;
  std::fprintf(stderr, "diffjoule: broken contract: %s (%s:%d)\n", contract, file, line);
  std::abort();
}

}  // namespace diffjoule
