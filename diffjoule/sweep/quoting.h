// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

// Words that survive whoever parses them again.
namespace diffjoule::sweep {

// One word of a POSIX shell (and bash) that comes out as `word`, whatever it holds but a NUL.
[[nodiscard]] std::string shell_word(std::string_view word);

// A command line of such words.
[[nodiscard]] std::string shell_line(const std::vector<std::string>& words);

// A value in an "#SBATCH --name=value" line that sbatch (slurm 22.05: double quotes, backslash before '"' and '\')
// takes as `word`, which must not hold a line feed.
[[nodiscard]] std::string sbatch_word(std::string_view word);

}  // namespace diffjoule::sweep
