// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/store/database.h"

// The tables of a store, version 1.
//
//   measurement  one row a run: indexed columns and, once it ended, the whole record as JSON
//   device       what was read, as JSON, by position
//   phase        time and energy by name, of ended runs
//   span         windows as they were entered and left, on the run's monotonic clock
//   readings     what the sensors said, a batch a row (readings.h)
namespace diffjoule::store {

inline constexpr int schema_version = 1;

// Makes the tables in an empty database and leaves those of this version alone. Databases of other programs and of
// other versions are refused, with advice. `may_write`: sets the journal to WAL, each commit on the disk before it
// returns.
[[nodiscard]] Status prepare_schema(Database& database, bool may_write);

}  // namespace diffjoule::store
