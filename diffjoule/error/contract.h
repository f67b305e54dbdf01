// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

// A broken contract is a bug in this program: it prints where and aborts. User input must never reach one; check it
// and return an Error first.
namespace diffjoule {

inline void expect(bool holds, const char* contract, std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::fprintf(stderr, "diffjoule: broken contract: %s (%s:%u)\n", contract, where.file_name(),
               static_cast<unsigned>(where.line()));
  std::abort();
}

}  // namespace diffjoule
