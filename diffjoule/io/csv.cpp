// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "diffjoule/error/suggest.h"

namespace diffjoule::io {
namespace {

constexpr std::size_t largest = std::size_t{1} << 30;

std::string_view trimmed(std::string_view field) {
  while (!field.empty() && (field.front() == ' ' || field.front() == '\t')) field.remove_prefix(1);
  while (!field.empty() && (field.back() == ' ' || field.back() == '\t')) field.remove_suffix(1);
  return field;
}

template <class Number>
std::optional<Number> whole_field(std::string_view field) {
  field = trimmed(field);
  if (field.starts_with('+') && !field.starts_with("+-")) field.remove_prefix(1);
  Number value{};
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc{} || end != field.data() + field.size()) return std::nullopt;
  return value;
}

}  // namespace

// Walks over the text once. Doubled quotes are closed up in place, so that every field is a view of the same text.
class CsvScanner {
 public:
  CsvScanner(std::string text, BadRecords bad) : text_(std::make_shared<std::string>(std::move(text))), bad_(bad) {
    at_ = text_->data();
    end_ = at_ + text_->size();
    if (std::string_view(*text_).starts_with("\xEF\xBB\xBF")) at_ += 3;
  }

  Result<Csv> scan() {
    table_.text_ = text_;
    if (Status header = read_header(); !header) return forward(header);
    const std::size_t width = table_.header_.size();
    while (next_record()) {
      if (problem_.empty() && record_.size() != width)
        problem_ = "found " + std::to_string(record_.size()) + " fields, expected " + std::to_string(width);
      if (problem_.empty()) {
        table_.fields_.insert(table_.fields_.end(), record_.begin(), record_.end());
        table_.lines_.push_back(record_line_);
      } else if (bad_ == BadRecords::skip) {
        table_.skipped_.push_back({record_line_, problem_});
      } else {
        return fail(ErrorCode::invalid_data, "line " + std::to_string(record_line_) + ": " + problem_);
      }
    }
    return std::move(table_);
  }

 private:
  Status read_header() {
    if (!next_record()) return fail(ErrorCode::invalid_data, "found no line, expected a header of column names");
    if (!problem_.empty())
      return fail(ErrorCode::invalid_data, "line " + std::to_string(record_line_) + ": " + problem_);
    std::vector<std::string_view> sorted = record_;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end())
      return fail(ErrorCode::invalid_data, "line " + std::to_string(record_line_) + ": found two columns named \"" +
                                               std::string(*twice) + "\", expected one");
    table_.header_ = record_;
    return {};
  }

  [[nodiscard]] bool line_ends() const { return at_ == end_ || *at_ == '\n' || *at_ == '\r'; }

  void step_over_line_end() {
    if (at_ == end_) return;
    if (*at_ == '\r' && at_ + 1 != end_ && at_[1] == '\n') ++at_;
    ++at_;
    ++line_;
  }

  // False at the end of the text. Sets record_, record_line_ and problem_ (empty: the record is well formed).
  bool next_record() {
    while (at_ != end_ && line_ends()) step_over_line_end();
    record_.clear();
    problem_.clear();
    record_line_ = line_;
    if (at_ == end_) return false;
    while (true) {
      record_.push_back(at_ != end_ && *at_ == '"' ? quoted_field() : plain_field());
      if (!problem_.empty()) {
        while (!line_ends()) ++at_;
        break;
      }
      if (at_ == end_ || *at_ != ',') break;
      ++at_;
    }
    step_over_line_end();
    return true;
  }

  std::string_view plain_field() {
    const char* begin = at_;
    // One comparison for nearly every byte: all that matter are below '-'.
    while (at_ != end_) {
      const char c = *at_;
      if (static_cast<unsigned char>(c) <= ',') {
        if (c == ',' || c == '\n' || c == '\r') break;
        if (c == '"') return refuse("a quote inside a field that is not quoted");
        if (c == '\0') return refuse("a NUL byte");
      }
      ++at_;
    }
    return {begin, static_cast<std::size_t>(at_ - begin)};
  }

  std::string_view quoted_field() {
    char* write = ++at_;
    const char* begin = write;
    for (; at_ != end_; ++at_) {
      char c = *at_;
      if (c == '\0') return refuse("a NUL byte");
      if (c == '"') {
        if (at_ + 1 == end_ || at_[1] != '"') break;
        ++at_;
      } else if (c == '\n' || (c == '\r' && !(at_ + 1 != end_ && at_[1] == '\n'))) {
        ++line_;
      }
      *write++ = c;
    }
    if (at_ == end_) return refuse("a quote that is never closed");
    ++at_;
    if (!line_ends() && *at_ != ',') return refuse("text after a closing quote");
    return {begin, static_cast<std::size_t>(write - begin)};
  }

  std::string_view refuse(std::string_view found) {
    problem_ = "column " + std::to_string(record_.size() + 1);
    if (record_.size() < table_.header_.size())
      problem_ += " (\"" + std::string(table_.header_[record_.size()]) + "\")";
    problem_ += ": found " + std::string(found);
    return {};
  }

  std::shared_ptr<std::string> text_;
  BadRecords bad_;
  char* at_ = nullptr;
  char* end_ = nullptr;
  std::size_t line_ = 1;
  std::size_t record_line_ = 1;
  std::vector<std::string_view> record_;
  std::string problem_;
  Csv table_;
};

Result<Csv> parse_csv(std::string text, BadRecords bad) {
  if (text.size() > largest) return fail(ErrorCode::invalid_data, "found more than 1 GiB of text");
  return CsvScanner(std::move(text), bad).scan();
}

std::optional<std::size_t> Csv::column(std::string_view name) const {
  const auto place = std::find(header_.begin(), header_.end(), name);
  if (place == header_.end()) return std::nullopt;
  return static_cast<std::size_t>(place - header_.begin());
}

Result<std::size_t> Csv::require(std::string_view name) const {
  if (const auto place = column(name)) return *place;
  std::string message = "there is no column \"" + std::string(name) + "\"";
  const std::vector<std::string> known(header_.begin(), header_.end());
  const std::vector<std::string> near = nearest_names(name, known, 1);
  if (!near.empty()) message += "; did you mean \"" + near.front() + "\"?";
  return fail(ErrorCode::invalid_data, message);
}

Error Csv::unexpected(std::size_t row, std::size_t column, std::string_view expected) const {
  const std::string_view found = at(row, column);
  std::string message =
      "line " + std::to_string(line(row)) + ", column \"" + std::string(header_[column]) + "\": found ";
  message += found.empty() ? "nothing" : "\"" + std::string(found.substr(0, 100)) + "\"";
  return {ErrorCode::invalid_data, message + ", expected " + std::string(expected)};
}

std::optional<double> csv_number(std::string_view field) {
  const std::optional<double> value = whole_field<double>(field);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<std::int64_t> csv_integer(std::string_view field) { return whole_field<std::int64_t>(field); }

namespace {

template <class Fields>
void append_record(std::string& out, const Fields& fields) {
  bool first = true;
  for (const std::string_view field : fields) {
    if (!first) out += ',';
    first = false;
    // A record of one empty field would be a blank line.
    const bool quote = field.find_first_of(std::string_view(",\"\r\n")) != std::string_view::npos ||
                       (field.empty() && fields.size() == 1) || field.starts_with("\xEF\xBB\xBF");
    if (!quote) {
      out += field;
      continue;
    }
    out += '"';
    for (const char c : field) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  out += '\n';
}

}  // namespace

void append_csv(std::string& out, std::span<const std::string_view> fields) { append_record(out, fields); }
void append_csv(std::string& out, std::span<const std::string> fields) { append_record(out, fields); }
void append_csv(std::string& out, std::initializer_list<std::string_view> fields) { append_record(out, fields); }

}  // namespace diffjoule::io
