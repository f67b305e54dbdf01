// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace diffjoule::report {

// What the reader's terminal can show. Doors find out and say so; nothing here reads the environment.
struct Style {
  bool utf8 = true;            // else plain ASCII pictures
  std::size_t bar_width = 24;  // characters of a full bar
};

}  // namespace diffjoule::report
