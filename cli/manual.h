// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace diffjoule::cli {

// The man page, in roff's man macros.
[[nodiscard]] std::string manual(std::string_view version);

}  // namespace diffjoule::cli
