// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "diffjoule/store/database.h"
#include "diffjoule/store/entry.h"
#include "diffjoule/store/store.h"

// Rows of the tables `measurement` and `phase`, for those who write them: Store and Recording.
namespace diffjoule::store {

// `document` may be empty: none yet. Gives the row's number.
[[nodiscard]] Result<std::int64_t> insert_row(Database& database, const Entry& entry, State state,
                                              const std::string& document);
// Sets everything of a row but its id.
[[nodiscard]] Status update_row(Database& database, std::int64_t number, const Entry& entry, State state,
                                const std::string& document);

// Columns of a SELECT that stored_of() reads, after the number.
inline constexpr const char* row_columns =
    "number, id, state, source, host, command, program, started_s, elapsed_s, energy_j, energy_uncertainty_j, "
    "boundary, "
    "doubts, document";
// The row a statement stands on; phases are not read.
[[nodiscard]] Result<Stored> stored_of(const Statement& row);
[[nodiscard]] Result<std::vector<EntryPhase>> phases_of(Database& database, std::int64_t number);

}  // namespace diffjoule::store
