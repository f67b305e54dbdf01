// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// diffjoule-replay: runs operator graphs on random numbers through oneDNN, in a program of its own so that diffjoule
// does not load it. Requests of docs/reference/engine-protocol.md on standard input, answers on standard output.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "diffjoule/io/json.h"
#include "replayer/options.h"
#include "replayer/session.h"

namespace {

// A thread of GCC's OpenMP that waits for another spins for some milliseconds before it sleeps. Where cores are shared,
// that keeps the one it waits for off its core: here it sleeps after some microseconds. Read when the library is
// loaded, so this program starts itself once more; whoever sets one of the variables decides.
void sleep_early(char** argv) {
  if (std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  if (setenv("GOMP_SPINCOUNT", "1000", 1) == 0) (void)execv("/proc/self/exe", argv);  // goes on as it is if that fails
}

}  // namespace

int main(int argc, char** argv) {
  sleep_early(argv);
  const auto options = diffjoule::replayer::options_of({argv + 1, argv + argc});
  if (!options) {
    std::fprintf(stderr, "diffjoule-replay: %s\n", options.error().message().c_str());
    return 2;
  }
  diffjoule::os::SystemClock clock;
  diffjoule::replayer::Session session(*options, clock, [](const diffjoule::io::Document& event) {
    std::cout << diffjoule::io::to_json_line(event) << '\n' << std::flush;
  });
  for (std::string request; std::getline(std::cin, request);) {
    if (!request.empty()) session.hear(request);
  }
  return 0;
}
