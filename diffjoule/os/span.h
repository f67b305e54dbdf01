// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "diffjoule/os/clock.h"

namespace diffjoule::os {

// A stretch of time that was entered and perhaps left.
struct Span {
  std::string name;
  Instant begin, end;
};

}  // namespace diffjoule::os
