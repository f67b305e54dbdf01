// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "diffjoule/error/result.h"
#include "diffjoule/stats/matrix.h"

// What every linear fit asks of its input, and the words for it.
//
// A design has one row for each observation and one column for each term. Names and weights may be left out (empty);
// weights are inverse variances up to a common factor, so they are finite and above zero.
namespace diffjoule::stats {

// Sizes agree, there is at least one row and one column, and every number is finite; else an error that names the
// row (counted from 1) and the column.
[[nodiscard]] Status check_design(const Matrix& x, std::span<const double> y, std::span<const double> weights,
                                  std::span<const std::string> names);

// The column's own name, or "column 3" where it has none.
[[nodiscard]] std::string column_name(std::span<const std::string> names, std::size_t column);

// The value of a column that has the same in every row, else nothing.
[[nodiscard]] std::optional<double> constant_value(const Matrix& x, std::size_t column);

// At most six digits, for messages.
[[nodiscard]] std::string short_number(double value);

}  // namespace diffjoule::stats
