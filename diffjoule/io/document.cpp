// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/document.h"

#include "diffjoule/error/contract.h"

namespace diffjoule::io {

const Document* Document::find(std::string_view key) const {
  const Object* members = object();
  if (members == nullptr) return nullptr;
  for (const Member& member : *members) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

const Document* Document::at_path(std::string_view dotted) const {
  const Document* here = this;
  while (here != nullptr && !dotted.empty()) {
    const std::size_t dot = dotted.find('.');
    here = here->find(dotted.substr(0, dot));
    dotted = dot == std::string_view::npos ? std::string_view{} : dotted.substr(dot + 1);
  }
  return here;
}

Document& Document::set(std::string key, Document value) {
  if (is_null()) value_ = Object{};
  Object* members = object();
  expect(members != nullptr, "members are set on objects");
  for (Member& member : *members) {
    if (member.first == key) {
      member.second = std::move(value);
      return *this;
    }
  }
  members->emplace_back(std::move(key), std::move(value));
  return *this;
}

Document& Document::push(Document value) {
  if (is_null()) value_ = Array{};
  Array* elements = array();
  expect(elements != nullptr, "elements are pushed to arrays");
  elements->push_back(std::move(value));
  return *this;
}

std::string Document::kind() const {
  if (is_null()) return "null";
  if (boolean() != nullptr) return "a boolean";
  if (integer() != nullptr) return "an integer";
  if (real() != nullptr) return "a number";
  if (text() != nullptr) return "text";
  return array() != nullptr ? "a list" : "an object";
}

}  // namespace diffjoule::io
