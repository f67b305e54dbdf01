// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "diffjoule/io/embedded.h"

namespace diffjoule::engines {

// The Python modules of diffusers/, built into the program; each imports only those before it.
[[nodiscard]] const std::vector<io::EmbeddedFile>& diffusers_scripts();

}  // namespace diffjoule::engines
