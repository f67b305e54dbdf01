// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"
#include "diffjoule/sweep/trial.h"

// A trial as a tree of plain values: the member "trial" of its measurement in the store, and what answers show. Units
// are in the names; what is missing is null.
namespace diffjoule::sweep {

[[nodiscard]] io::Document to_document(const Trial& trial);
[[nodiscard]] Result<Trial> trial_from(const io::Document& document);

}  // namespace diffjoule::sweep
