// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "diffjoule/io/csv.h"

// Columns of a foreign table, found by name; a column that is not there is as an empty field.
namespace diffjoule::store {

class Columns {
 public:
  explicit Columns(const io::Csv& table) : table_(table) {}

  [[nodiscard]] bool has(std::string_view name) const { return table_.column(name).has_value(); }
  // Without the spaces around it.
  [[nodiscard]] std::string_view text(std::size_t row, std::string_view name) const;
  // nullopt: empty or absent. What is no finite number is an error with line and column.
  [[nodiscard]] Result<std::optional<double>> number(std::size_t row, std::string_view name) const;
  // As above, and it must be there and not negative.
  [[nodiscard]] Result<double> amount(std::size_t row, std::string_view name) const;

 private:
  const io::Csv& table_;
};

}  // namespace diffjoule::store
