// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "diffjoule/units/count.h"
#include "diffjoule/units/text.h"

// A table for people: headings with units, cells that know what they are. The same table goes to a terminal, into a
// Markdown page or a CSV file; only the last one shows numbers in full.
namespace diffjoule::report {

class Cell {
 public:
  struct Missing {};
  struct Number {
    double value;
    int digits;  // significant
  };
  struct Percent {
    double fraction;
  };
  struct Whole {
    WideInteger value;
  };
  struct Measure {
    std::string text;
  };

  Cell() : value_(Missing{}) {}
  Cell(std::string text) : value_(std::move(text)) {}         // NOLINT: most cells are words
  Cell(const char* text) : value_(std::string(text)) {}       // NOLINT
  Cell(std::string_view text) : value_(std::string(text)) {}  // NOLINT

  [[nodiscard]] static Cell number(double value, int digits = 3) { return Cell(Content(Number{value, digits})); }
  [[nodiscard]] static Cell percent(double fraction) { return Cell(Content(Percent{fraction})); }
  [[nodiscard]] static Cell whole(WideInteger value) { return Cell(Content(Whole{value})); }
  // A number with its unit in the cell, as it is: "3.21 kJ".
  [[nodiscard]] static Cell measure(std::string text) { return Cell(Content(Measure{std::move(text)})); }
  template <class Quantity>
  [[nodiscard]] static Cell quantity(const Quantity& quantity) {
    return measure(to_text(quantity));
  }

  [[nodiscard]] bool is_missing() const { return std::holds_alternative<Missing>(value_); }
  [[nodiscard]] bool is_text() const { return std::holds_alternative<std::string>(value_); }

  // As people read it ("-" where nothing is there), and in full for machines ("" where nothing is there; percent as a
  // fraction).
  [[nodiscard]] std::string shown() const;
  [[nodiscard]] std::string exact() const;

 private:
  using Content = std::variant<Missing, std::string, Number, Percent, Whole, Measure>;
  explicit Cell(Content value) : value_(std::move(value)) {}
  Content value_;
};

struct Heading {
  std::string name;
  std::string unit = {};  // shown in brackets; empty: none, or in the cells
};

class Table {
 public:
  explicit Table(std::vector<Heading> headings) : headings_(std::move(headings)) {}

  // As many cells as there are headings; fewer are filled up with missing ones.
  Table& add(std::vector<Cell> cells);
  // A line before the next row, as over a sum.
  Table& rule();

  [[nodiscard]] const std::vector<Heading>& headings() const { return headings_; }
  [[nodiscard]] const std::vector<std::vector<Cell>>& rows() const { return rows_; }
  [[nodiscard]] bool has_rule_before(std::size_t row) const;

 private:
  std::vector<Heading> headings_;
  std::vector<std::vector<Cell>> rows_;
  std::vector<std::size_t> rules_;
};

// Columns that hold no text are aligned to the right.
[[nodiscard]] std::string to_console(const Table& table);
[[nodiscard]] std::string to_markdown(const Table& table);
[[nodiscard]] std::string to_csv(const Table& table);

}  // namespace diffjoule::report
