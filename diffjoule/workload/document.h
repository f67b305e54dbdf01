// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"
#include "diffjoule/workload/workload.h"

// A workload as a tree of plain values: for stores, plans and engines. The names are those of the command line with
// underscores; what follows the model's defaults is left out.
namespace diffjoule {

[[nodiscard]] io::Document to_document(const Workload& workload);

// An unknown member or one of the wrong kind is an error that names it. Limits are check()'s.
[[nodiscard]] Result<Workload> workload_from(const io::Document& document);

// Sets one member by name. `value` as in a document, or text that holds it ("30", "bf16", "yes").
[[nodiscard]] Status set_member(Workload& workload, const std::string& name, const io::Document& value);

// The same for equal workloads and no others.
[[nodiscard]] std::string canonical_key(const Workload& workload);

}  // namespace diffjoule
