// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "diffjoule/error/result.h"

// HTTP, both ways. The only place that sees the library for it.
namespace diffjoule::exporter {

// Serves a request of the verb exporter until a signal or its end; the exit code. Says on standard error where.
[[nodiscard]] Result<int> serve(const std::string& request);

// Writes the body of a GET to standard output; other answers than 200 are errors that quote the server.
[[nodiscard]] Result<int> fetch(const std::string& url);

}  // namespace diffjoule::exporter
