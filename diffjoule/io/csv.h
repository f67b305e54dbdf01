// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/error/result.h"

// Comma-separated tables as RFC 4180 describes them: a header line, then records of as many fields. Quoted fields may
// hold commas, doubled quotes and line ends; lines end in LF, CRLF or CR; a byte-order mark and blank lines are
// skipped. Refused: a record of another length, a quote that never ends, a quote or text where none may stand, NUL
// bytes, a column named twice, more than 1 GiB. Messages begin with "line 7: "; the caller puts the file's name in
// front.
namespace diffjoule::io {

class Csv {
 public:
  // A record that was left out, when asked to leave out.
  struct Skipped {
    std::size_t line;
    std::string reason;  // without "line N: "
  };

  [[nodiscard]] const std::vector<std::string_view>& header() const { return header_; }
  [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const;
  // As above; the error offers the nearest names.
  [[nodiscard]] Result<std::size_t> require(std::string_view name) const;

  [[nodiscard]] std::size_t rows() const { return lines_.size(); }
  [[nodiscard]] std::size_t columns() const { return header_.size(); }
  [[nodiscard]] std::span<const std::string_view> row(std::size_t row) const {
    return std::span(fields_).subspan(row * header_.size(), header_.size());
  }
  [[nodiscard]] std::string_view at(std::size_t row, std::size_t column) const {
    return fields_[row * header_.size() + column];
  }
  // The line of the file on which the record begins; the header's is usually 1.
  [[nodiscard]] std::size_t line(std::size_t row) const { return lines_[row]; }
  [[nodiscard]] const std::vector<Skipped>& skipped() const { return skipped_; }

  // `line 7, column "steps": found "many", expected a whole number`: for values that their reader does not accept.
  [[nodiscard]] Error unexpected(std::size_t row, std::size_t column, std::string_view expected) const;

 private:
  friend class CsvScanner;
  std::shared_ptr<const std::string> text_;  // what all views point into
  std::vector<std::string_view> header_;
  std::vector<std::string_view> fields_;  // records one after the other
  std::vector<std::size_t> lines_;
  std::vector<Skipped> skipped_;
};

enum class BadRecords { refuse, skip };

[[nodiscard]] Result<Csv> parse_csv(std::string text, BadRecords bad = BadRecords::refuse);

// A whole field as a number, spaces around it allowed; nullopt for anything else, also for nan, inf and nothing.
[[nodiscard]] std::optional<double> csv_number(std::string_view field);
[[nodiscard]] std::optional<std::int64_t> csv_integer(std::string_view field);

// Appends one record and a line feed. Fields are quoted where they must be, so that parse_csv() reads them back.
void append_csv(std::string& out, std::span<const std::string_view> fields);
void append_csv(std::string& out, std::span<const std::string> fields);
void append_csv(std::string& out, std::initializer_list<std::string_view> fields);

}  // namespace diffjoule::io
