// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>
#include <vector>

// One run of the program: the answer on `out`, the story on `err`.
namespace diffjoule::cli {

struct Surroundings {
  bool utf8 = true;  // what the terminal shows
  std::FILE* out = stdout;
  std::FILE* err = stderr;
  bool may_become = false;  // another program, where that is the answer; else it is run
};

// The exit code: 0 done, 1 answered in part, 2 could not - also when `out` does not take the whole answer. Of a verb
// that runs a command: the command's, or 125 where the verb could not.
[[nodiscard]] int run(const std::vector<std::string>& arguments, const Surroundings& surroundings);

// Whether the environment's LC_ALL, LC_CTYPE and LANG (nullptr: not set) stand for UTF-8.
[[nodiscard]] bool is_utf8(const char* lc_all, const char* lc_ctype, const char* lang);

}  // namespace diffjoule::cli
