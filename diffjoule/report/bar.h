// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/report/style.h"

// Shares of a whole as a small picture:
//
//   denoise  ███████████████████████▌ 97.8 %
//   decode   ▌                         2.1 %
namespace diffjoule::report {

struct Bar {
  std::string label;
  double share = 0.0;  // 0..1; what is outside is drawn as the nearer end
};

// One line a bar, indented by two. A share that is not nothing is never drawn as nothing.
[[nodiscard]] std::string to_console(const std::vector<Bar>& bars, const Style& style);

}  // namespace diffjoule::report
