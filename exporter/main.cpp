// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// diffjoule-exporter: what needs HTTP, in a program of its own so that diffjoule does not load it.
//
//   diffjoule-exporter serve REQUEST    a request of the verb exporter, as JSON
//   diffjoule-exporter fetch URL        what a server answers to GET, on standard output (http only)
#include <cstdio>
#include <string>
#include <vector>

#include "exporter/http.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  diffjoule::Result<int> done =
      diffjoule::fail(diffjoule::ErrorCode::invalid_argument,
                      "expected serve REQUEST or fetch URL; \"diffjoule exporter\" is the door");
  if (arguments.size() == 2 && arguments[0] == "serve") done = diffjoule::exporter::serve(arguments[1]);
  if (arguments.size() == 2 && arguments[0] == "fetch") done = diffjoule::exporter::fetch(arguments[1]);
  if (done) return *done;
  std::fprintf(stderr, "diffjoule: %s\n", done.error().message().c_str());
  return 2;
}
