// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/toml.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <sstream>

namespace diffjoule::io {
namespace {

Document converted(const toml::node& node) {
  if (const auto* table = node.as_table()) {
    Document object = Document::Object{};
    for (const auto& [key, value] : *table) object.set(std::string(key.str()), converted(value));
    return object;
  }
  if (const auto* list = node.as_array()) {
    Document array = Document::Array{};
    for (const auto& value : *list) array.push(converted(value));
    return array;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  if (const auto* boolean = node.as_boolean()) return boolean->get();
  std::ostringstream text;
  if (const auto* date = node.as_date()) text << date->get();
  if (const auto* time = node.as_time()) text << time->get();
  if (const auto* moment = node.as_date_time()) text << moment->get();
  return text.str();
}

}  // namespace

Result<Document> parse_toml(std::string_view text) {
  const toml::parse_result result = toml::parse(text);
  if (result.failed()) {
    const toml::parse_error& error = result.error();
    return fail(ErrorCode::invalid_data, "TOML line " + std::to_string(error.source().begin.line) + ", column " +
                                             std::to_string(error.source().begin.column) + ": " +
                                             std::string(error.description()));
  }
  return converted(result.table());
}

}  // namespace diffjoule::io
