// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "cli/run.h"
#include "diffjoule/os/signals.h"

int main(int argc, char** argv) {
  // A closed pipe is then an error of the write, which is told, and not a silent end.
  diffjoule::os::ignore_broken_pipes();
  diffjoule::cli::Surroundings surroundings;
  surroundings.may_become = true;
  surroundings.utf8 = diffjoule::cli::is_utf8(std::getenv("LC_ALL"), std::getenv("LC_CTYPE"), std::getenv("LANG"));
  return diffjoule::cli::run({argv + (argc > 0 ? 1 : 0), argv + argc}, surroundings);
}
