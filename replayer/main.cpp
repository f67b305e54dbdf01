// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// diffjoule-replay: runs operator graphs on random numbers through oneDNN, in a program of its own so that diffjoule
// does not load it. Requests of docs/reference/engine-protocol.md on standard input, answers on standard output.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "diffjoule/io/json.h"
#include "replayer/options.h"
#include "replayer/session.h"

int main(int argc, char** argv) {
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
