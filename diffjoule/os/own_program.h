// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "diffjoule/error/result.h"

namespace diffjoule::os {

// The path of a program that belongs to this one: beside it (a build folder), or where it was installed to,
// ../libexec/diffjoule from it. An error says where it was looked for.
[[nodiscard]] Result<std::string> own_program(const std::string& name);

}  // namespace diffjoule::os
