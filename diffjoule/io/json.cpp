// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>

namespace diffjoule::io {
namespace {

constexpr std::size_t deepest = 100;

// Receives the parser's events and grows a Document; refuses what the header says.
class Reader : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return put({}); }
  bool boolean(bool b) override { return put(b); }
  bool number_integer(number_integer_t i) override { return put(static_cast<std::int64_t>(i)); }
  bool number_unsigned(number_unsigned_t i) override {
    if (i > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max()))
      return put(static_cast<double>(i));
    return put(static_cast<std::int64_t>(i));
  }
  bool number_float(number_float_t d, const string_t&) override {
    return std::isfinite(d) ? put(static_cast<double>(d)) : refuse("a number beyond the range of a double");
  }
  bool string(string_t& s) override { return put(std::move(s)); }
  bool binary(binary_t&) override { return refuse("binary data"); }
  bool start_object(std::size_t) override { return open(Document::Object{}); }
  bool key(string_t& k) override {
    if (!is_new(k)) return refuse("the key \"" + k + "\" twice in one object");
    stack_.back().object()->emplace_back(std::move(k), Document());
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Document::Array{}); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) override {
    position_ = position;
    // The library's text begins with its own code and position, "[...] parse error at line 1, column 5: ".
    const std::string text = e.what();
    const std::size_t colon = text.find(": ");
    return refuse(colon == std::string::npos ? text : text.substr(colon + 2));
  }

  Document root;
  std::string reason;
  std::size_t position_ = 0;

 private:
  bool refuse(std::string why) {
    if (reason.empty()) reason = std::move(why);
    return false;
  }
  // Small objects are searched; a set of their keys would cost more than the rest of reading them.
  bool is_new(const std::string& key) {
    constexpr std::size_t few = 16;
    const Document::Object& members = *stack_.back().object();
    if (members.size() < few)
      return std::none_of(members.begin(), members.end(), [&key](const auto& m) { return m.first == key; });
    auto& keys = keys_.back();
    if (keys.empty()) {
      for (const auto& member : members) keys.insert(member.first);
    }
    return keys.insert(key).second;
  }
  bool put(Document value) {
    if (stack_.empty()) {
      root = std::move(value);
    } else if (Document::Array* elements = stack_.back().array()) {
      elements->push_back(std::move(value));
    } else {
      stack_.back().object()->back().second = std::move(value);
    }
    return true;
  }
  bool open(Document container) {
    if (stack_.size() >= deepest) return refuse("nesting deeper than " + std::to_string(deepest));
    stack_.push_back(std::move(container));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    Document done = std::move(stack_.back());
    stack_.pop_back();
    keys_.pop_back();
    return put(std::move(done));
  }

  std::vector<Document> stack_;
  std::vector<std::unordered_set<std::string>> keys_;
};

void write(const Document& document, std::size_t indent, bool lines, std::string& out);

void write_text(const std::string& text, std::string& out) {
  out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void write_real(double value, std::string& out) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  // Plain decimals where people would write them; the shortest text that reads back equal either way.
  const bool plain = value == 0.0 || (std::abs(value) >= 1e-5 && std::abs(value) < 1e15);
  std::array<char, 64> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  out.append(digits.data(), end);
}

void new_line(std::size_t indent, bool lines, std::string& out) {
  if (lines) out.append("\n").append(indent, ' ');
}

void write_object(const Document::Object& members, std::size_t indent, bool lines, std::string& out) {
  out += '{';
  bool first = true;
  for (const auto& [key, value] : members) {
    if (!first) out += lines ? "," : ", ";
    first = false;
    new_line(indent + 2, lines, out);
    write_text(key, out);
    out += ": ";
    write(value, indent + 2, lines, out);
  }
  if (!members.empty()) new_line(indent, lines, out);
  out += '}';
}

void write_array(const Document::Array& elements, std::size_t indent, bool lines, std::string& out) {
  const bool nested = std::any_of(elements.begin(), elements.end(),
                                  [](const Document& e) { return e.array() != nullptr || e.object() != nullptr; });
  lines = lines && nested;
  out += '[';
  bool first = true;
  for (const Document& element : elements) {
    if (!first) out += lines ? "," : ", ";
    first = false;
    new_line(indent + 2, lines, out);
    write(element, indent + 2, lines, out);
  }
  if (!elements.empty()) new_line(indent, lines, out);
  out += ']';
}

void write(const Document& document, std::size_t indent, bool lines, std::string& out) {
  if (const bool* b = document.boolean()) {
    out += *b ? "true" : "false";
  } else if (const std::int64_t* i = document.integer()) {
    out += std::to_string(*i);
  } else if (const double* d = document.real()) {
    write_real(*d, out);
  } else if (const std::string* s = document.text()) {
    write_text(*s, out);
  } else if (const Document::Array* a = document.array()) {
    write_array(*a, indent, lines, out);
  } else if (const Document::Object* o = document.object()) {
    write_object(*o, indent, lines, out);
  } else {
    out += "null";
  }
}

}  // namespace

Result<Document> parse_json(std::string_view text) {
  Reader reader;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &reader)) return std::move(reader.root);
  if (reader.position_ == 0) return fail(ErrorCode::invalid_data, "JSON: " + reader.reason);
  const std::string_view before = text.substr(0, std::min(reader.position_, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return fail(ErrorCode::invalid_data, "JSON line " + std::to_string(line) + ", column " +
                                           std::to_string(before.size() - start) + ": " + reader.reason);
}

std::string to_json(const Document& document) {
  std::string out;
  write(document, 0, true, out);
  return out;
}

std::string to_json_line(const Document& document) {
  std::string out;
  write(document, 0, false, out);
  return out;
}

}  // namespace diffjoule::io
