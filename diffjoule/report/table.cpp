// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/report/table.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "diffjoule/error/contract.h"
#include "diffjoule/io/csv.h"
#include "diffjoule/report/text.h"

namespace diffjoule::report {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

std::string shortest(double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

std::string title(const Heading& heading) {
  return heading.unit.empty() ? heading.name : heading.name + " (" + heading.unit + ")";
}

// Whether the column is of numbers: something is there and none of it is text.
bool is_numeric(const Table& table, std::size_t column) {
  bool any = false;
  for (const auto& row : table.rows()) {
    if (row[column].is_text()) return false;
    any = any || !row[column].is_missing();
  }
  return any;
}

std::string pipe_escaped(const std::string& text) {
  std::string out;
  for (const char c : one_line(text)) {
    if (c == '|' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string Cell::shown() const {
  return std::visit(
      Overloaded{[](const Missing&) { return std::string("-"); }, [](const std::string& text) { return text; },
                 [](const Number& n) { return to_text(n.value, n.digits); },
                 [](const Percent& p) { return percent_text(p.fraction); },
                 [](const Whole& w) { return to_decimal(w.value); }, [](const Measure& m) { return m.text; }},
      value_);
}

std::string Cell::exact() const {
  return std::visit(
      Overloaded{[](const Missing&) { return std::string(); }, [](const std::string& text) { return text; },
                 [](const Number& n) { return shortest(n.value); },
                 [](const Percent& p) { return shortest(p.fraction); },
                 [](const Whole& w) { return to_decimal(w.value); }, [](const Measure& m) { return m.text; }},
      value_);
}

Table& Table::add(std::vector<Cell> cells) {
  expect(cells.size() <= headings_.size(), "a row has no more cells than the table has headings");
  cells.resize(headings_.size());
  rows_.push_back(std::move(cells));
  return *this;
}

Table& Table::rule() {
  rules_.push_back(rows_.size());
  return *this;
}

bool Table::has_rule_before(std::size_t row) const {
  return std::find(rules_.begin(), rules_.end(), row) != rules_.end();
}

std::string to_console(const Table& table) {
  const std::size_t columns = table.headings().size();
  std::vector<std::size_t> widths(columns);
  std::vector<bool> numeric(columns);
  std::vector<std::vector<std::string>> lines{std::vector<std::string>(columns)};
  for (std::size_t c = 0; c < columns; ++c) {
    lines[0][c] = one_line(title(table.headings()[c]));
    numeric[c] = is_numeric(table, c);
  }
  for (const auto& row : table.rows()) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const Cell& cell : row) line.push_back(one_line(cell.shown()));
  }
  std::string rule;
  for (std::size_t c = 0; c < columns; ++c) {
    for (const auto& line : lines) widths[c] = std::max(widths[c], display_width(line[c]));
    rule += (c == 0 ? "" : "  ") + std::string(widths[c], '-');
  }
  std::string out;
  for (std::size_t r = 0; r < lines.size(); ++r) {
    if (r > 0 && table.has_rule_before(r - 1)) out += rule + "\n";
    std::string text;
    for (std::size_t c = 0; c < columns; ++c) {
      if (c > 0) text += "  ";
      text += numeric[c] ? padded_left(lines[r][c], widths[c]) : padded_right(lines[r][c], widths[c]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
    if (r == 0) out += rule + "\n";
  }
  return out;
}

std::string to_markdown(const Table& table) {
  std::string out = "|";
  for (const Heading& heading : table.headings()) out += " " + pipe_escaped(title(heading)) + " |";
  out += "\n|";
  for (std::size_t c = 0; c < table.headings().size(); ++c) out += is_numeric(table, c) ? "---:|" : "---|";
  out += "\n";
  for (const auto& row : table.rows()) {
    out += "|";
    for (const Cell& cell : row) out += " " + pipe_escaped(cell.shown()) + " |";
    out += "\n";
  }
  return out;
}

std::string to_csv(const Table& table) {
  std::string out;
  std::vector<std::string> fields;
  for (const Heading& heading : table.headings()) fields.push_back(title(heading));
  io::append_csv(out, fields);
  for (const auto& row : table.rows()) {
    fields.clear();
    for (const Cell& cell : row) fields.push_back(cell.exact());
    io::append_csv(out, fields);
  }
  return out;
}

}  // namespace diffjoule::report
