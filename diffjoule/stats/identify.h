// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "diffjoule/stats/matrix.h"

// Which columns of a design the data can tell apart, and why the others cannot have a coefficient.
//
// Columns are taken in order, each scaled to unit (weighted) length and freed twice from the span of the columns kept
// so far (Gram-Schmidt; twice is enough: Parlett, The Symmetric Eigenvalue Problem, 1980, sec. 6.9). What is left
// shorter than `tolerance` is refused. So earlier columns win, always the same ones, and a refused column comes with
// the combination of kept columns that it equals on this data. Contract: the design passed check_design().
namespace diffjoule::stats {

struct Unidentified {
  std::string name;
  std::string reason;               // "equals 2 * "a" - 0.5 * "b" in all 12 rows"
  std::size_t column = 0;           // in the design that was given
  std::vector<double> combination;  // of the kept columns, one factor each, zero for those kept later
};

struct IdentifiedColumns {
  std::vector<std::size_t> kept;
  std::vector<Unidentified> refused;
};

// Of a column's unit length: 1e7 times a double's rounding, and far below what a real, if faint, difference leaves.
inline constexpr double identification_tolerance = 1e-9;

[[nodiscard]] IdentifiedColumns identify_columns(const Matrix& x, std::span<const double> weights,
                                                 std::span<const std::string> names,
                                                 double tolerance = identification_tolerance);

}  // namespace diffjoule::stats
