// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace diffjoule::api {

// Of the program, from the file VERSION.
[[nodiscard]] std::string_view version();

}  // namespace diffjoule::api
