// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/api/verb.h"

// How a verb's fields look on a command line, in one wording for flags, help, man page and completions.
namespace diffjoule::cli {

// Flags that every verb takes; the door's own. As fields, so that they are shown as those are.
[[nodiscard]] const std::vector<api::Field>& common_flags();

// Those of them that a verb has no field of its own for.
[[nodiscard]] std::vector<api::Field> common_flags_of(const api::Verb& verb);

// Flags that take the place of a verb: --help, --version, --man, --completions.
[[nodiscard]] const std::vector<api::Field>& asking_flags();

// "-o, --output FILE", "--json", "MODEL", "[DATA...]".
[[nodiscard]] std::string spelling(const api::Field& field);

// The field's help, with its range and what may be chosen.
[[nodiscard]] std::string explanation(const api::Field& field);

// "diffjoule predict [MODEL] --gpu GPU [flags]".
[[nodiscard]] std::string usage(const api::Verb& verb);

// What the exit codes mean: code, meaning.
[[nodiscard]] const std::vector<std::pair<std::string, std::string>>& exit_codes();

}  // namespace diffjoule::cli
