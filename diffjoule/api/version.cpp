// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/version.h"

namespace diffjoule::api {

std::string_view version() { return DIFFJOULE_VERSION; }

}  // namespace diffjoule::api
