// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "diffjoule/api/verb.h"

namespace diffjoule::cli {

// What `diffjoule --help` prints: all verbs.
[[nodiscard]] std::string overview();

// What `diffjoule VERB --help` prints: every field.
[[nodiscard]] std::string help_page(const api::Verb& verb);

}  // namespace diffjoule::cli
