// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// The one tree value behind JSON, TOML, requests and answers. Objects keep the order in which members were added.
namespace diffjoule::io {

class Document {
 public:
  using Array = std::vector<Document>;
  using Member = std::pair<std::string, Document>;
  using Object = std::vector<Member>;

  Document() = default;                                      // null
  Document(bool b) : value_(b) {}                            // NOLINT: documents are made of plain values
  Document(std::int64_t i) : value_(i) {}                    // NOLINT
  Document(int i) : value_(static_cast<std::int64_t>(i)) {}  // NOLINT
  Document(double d) : value_(d) {}                          // NOLINT
  Document(std::string s) : value_(std::move(s)) {}          // NOLINT
  Document(std::string_view s) : value_(std::string(s)) {}   // NOLINT
  Document(const char* s) : value_(std::string(s)) {}        // NOLINT
  Document(Array a) : value_(std::move(a)) {}                // NOLINT
  Document(Object o) : value_(std::move(o)) {}               // NOLINT

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(value_); }

  // The value if it is of that kind, else nullptr.
  [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&value_); }
  [[nodiscard]] const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value_); }
  [[nodiscard]] const double* real() const { return std::get_if<double>(&value_); }
  [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&value_); }
  [[nodiscard]] const Array* array() const { return std::get_if<Array>(&value_); }
  [[nodiscard]] const Object* object() const { return std::get_if<Object>(&value_); }
  [[nodiscard]] Array* array() { return std::get_if<Array>(&value_); }
  [[nodiscard]] Object* object() { return std::get_if<Object>(&value_); }

  // An integer or a real as a double; nullptr-like nan handling is the caller's: check is_number() first.
  [[nodiscard]] bool is_number() const { return integer() != nullptr || real() != nullptr; }
  [[nodiscard]] double number() const {
    return integer() != nullptr ? static_cast<double>(*integer()) : (real() != nullptr ? *real() : 0.0);
  }

  // The member of an object, or nullptr.
  [[nodiscard]] const Document* find(std::string_view key) const;
  // The member at "a.b.c", or nullptr.
  [[nodiscard]] const Document* at_path(std::string_view dotted) const;

  // Adds or replaces a member; a null document becomes an object.
  Document& set(std::string key, Document value);
  // Appends an element; a null document becomes an array.
  Document& push(Document value);

  // "null", "a boolean", "an integer", ...: for messages about what was found.
  [[nodiscard]] std::string kind() const;

  friend bool operator==(const Document&, const Document&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

}  // namespace diffjoule::io
