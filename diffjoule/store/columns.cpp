// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/columns.h"

#include "diffjoule/store/taken.h"

namespace diffjoule::store {

std::string_view Columns::text(std::size_t row, std::string_view name) const {
  const auto column = table_.column(name);
  return column ? trimmed(table_.at(row, *column)) : std::string_view{};
}

Result<std::optional<double>> Columns::number(std::size_t row, std::string_view name) const {
  const std::string_view field = text(row, name);
  if (field.empty()) return std::nullopt;
  if (const auto number = io::csv_number(field)) return number;
  return tl::unexpected<Error>(table_.unexpected(row, *table_.column(name), "a finite number"));
}

Result<double> Columns::amount(std::size_t row, std::string_view name) const {
  auto column = table_.require(name);
  if (!column) return forward(column);
  auto value = number(row, name);
  if (!value) return forward(value);
  if (*value && **value >= 0.0) return **value;
  return tl::unexpected<Error>(table_.unexpected(row, *column, "a number that is not negative"));
}

}  // namespace diffjoule::store
