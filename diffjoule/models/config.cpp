// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/config.h"

#include <cmath>

#include "diffjoule/io/json.h"

namespace diffjoule::models {
namespace {

std::string found_text(const io::Document& value) {
  std::string text = io::to_json_line(value);
  return text.size() > 80 ? text.substr(0, 77) + "..." : text;
}

// Sides of patches are multiplied with each other and a width; products stay below 2^63.
std::int64_t most_of(std::string_view key) {
  constexpr std::int64_t largest_patch = 4096;
  return key.find("patch_size") == std::string_view::npos ? Config::largest : largest_patch;
}

std::string range_text(std::string_view key, std::int64_t least) {
  return "a whole number from " + std::to_string(least) + " to " + std::to_string(most_of(key));
}

// A whole number in range; 320.0 counts as 320.
std::optional<std::int64_t> whole(std::string_view key, const io::Document& value, std::int64_t least) {
  if (!value.is_number()) return std::nullopt;
  const double number = value.number();
  if (!(number >= static_cast<double>(least)) || number > static_cast<double>(most_of(key)) ||
      std::floor(number) != number)
    return std::nullopt;
  return static_cast<std::int64_t>(number);
}

}  // namespace

void Config::unsupported(std::string_view key, const std::string& found) {
  if (problem_) return;
  problem_ = Error(ErrorCode::unavailable,
                   "config key \"" + std::string(key) + "\": " + found + " makes a network that is not counted yet");
}

void Config::refuse(std::string_view key, const std::string& found, const std::string& expected) {
  if (!problem_)
    problem_ = Error(ErrorCode::invalid_data,
                     "config key \"" + std::string(key) + "\": found " + found + ", expected " + expected);
}

bool Config::is_null(std::string_view key) const {
  const io::Document* value = find(key);
  return value == nullptr || value->is_null();
}

std::int64_t Config::integer(std::string_view key, std::int64_t otherwise, std::int64_t least) {
  if (is_null(key)) return otherwise;
  const std::optional<std::int64_t> number = whole(key, *find(key), least);
  if (!number) refuse(key, found_text(*find(key)), range_text(key, least));
  return number.value_or(otherwise);
}

double Config::number(std::string_view key, double otherwise) {
  if (is_null(key)) return otherwise;
  if (find(key)->is_number() && std::isfinite(find(key)->number())) return find(key)->number();
  refuse(key, found_text(*find(key)), "a number");
  return otherwise;
}

bool Config::flag(std::string_view key, bool otherwise) {
  if (is_null(key)) return otherwise;
  if (const bool* b = find(key)->boolean()) return *b;
  refuse(key, found_text(*find(key)), "true or false");
  return otherwise;
}

std::string Config::text(std::string_view key, std::string_view otherwise) {
  if (is_null(key)) return std::string(otherwise);
  if (const std::string* s = find(key)->text()) return *s;
  refuse(key, found_text(*find(key)), "text");
  return std::string(otherwise);
}

std::vector<std::int64_t> Config::integers(std::string_view key, std::vector<std::int64_t> otherwise,
                                           std::size_t repeat, std::int64_t least) {
  if (is_null(key)) return otherwise;
  const io::Document& value = *find(key);
  if (repeat > 0 && value.is_number()) {
    if (const auto number = whole(key, value, least)) return std::vector<std::int64_t>(repeat, *number);
  }
  std::vector<std::int64_t> numbers;
  if (const io::Document::Array* list = value.array()) {
    for (const io::Document& element : *list) {
      if (const auto number = whole(key, element, least)) numbers.push_back(*number);
    }
    if (numbers.size() == list->size() && (repeat == 0 || numbers.size() == repeat)) return numbers;
  }
  refuse(key, found_text(value),
         (repeat == 0 ? std::string("a list") : "one, or a list of " + std::to_string(repeat) + ",") +
             " of: " + range_text(key, least));
  return otherwise;
}

std::vector<std::string> Config::texts(std::string_view key, std::vector<std::string> otherwise) {
  if (is_null(key)) return otherwise;
  std::vector<std::string> words;
  if (const io::Document::Array* list = find(key)->array()) {
    for (const io::Document& element : *list) {
      if (element.text() != nullptr) words.push_back(*element.text());
    }
    if (words.size() == list->size()) return words;
  }
  refuse(key, found_text(*find(key)), "a list of words");
  return otherwise;
}

}  // namespace diffjoule::models
