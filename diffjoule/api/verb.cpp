// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/verb.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/error/suggest.h"
#include "diffjoule/io/json.h"

namespace diffjoule::api {
namespace {

using Kind = Field::Kind;

tl::unexpected<Error> unexpected(const Field& field, const io::Document& found, const std::string& expected) {
  std::string text = io::to_json_line(found);
  if (text.size() > 80) text = text.substr(0, 77) + "...";
  return fail(ErrorCode::invalid_argument, field.name + ": found " + text + ", expected " + expected);
}

std::string range_of(const Field& field, const std::string& what) {
  std::string text = what;
  if (field.least) text += " from " + io::to_json_line(*field.least);
  if (field.most) text += (field.least ? " to " : " up to ") + io::to_json_line(*field.most);
  if (field.least && !field.most) text += " up";
  return text;
}

bool in_range(const Field& field, double value) {
  return std::isfinite(value) && !(field.least && value < *field.least) && !(field.most && value > *field.most);
}

Status check_text(const Field& field, const io::Document& value) {
  if (value.text() == nullptr) return unexpected(field, value, field.placeholder.empty() ? "text" : field.placeholder);
  if (field.choices.empty() ||
      std::find(field.choices.begin(), field.choices.end(), *value.text()) != field.choices.end())
    return {};
  std::string all;
  for (const std::string& choice : field.choices) all += (all.empty() ? "" : ", ") + choice;
  return unexpected(field, value, "one of " + all);
}

Status check_value(const Field& field, const io::Document& value) {
  switch (field.kind) {
    case Kind::text:
      return check_text(field, value);
    case Kind::flag:
      return value.boolean() != nullptr ? Status{} : unexpected(field, value, "true or false");
    case Kind::integer:
      if (value.integer() != nullptr && in_range(field, value.number())) return {};
      return unexpected(field, value, range_of(field, "a whole number"));
    case Kind::real:
      if (value.is_number() && in_range(field, value.number())) return {};
      return unexpected(field, value, range_of(field, "a number"));
  }
  return {};
}

Status check_field(const Field& field, const io::Document& value) {
  if (!field.many) return check_value(field, value);
  if (value.array() == nullptr) return unexpected(field, value, "a list");
  for (const io::Document& element : *value.array()) {
    if (auto status = check_value(field, element); !status) return status;
  }
  return {};
}

}  // namespace

std::optional<std::string> Request::text(std::string_view field) const {
  const io::Document* found = members_.find(field);
  return found == nullptr || found->text() == nullptr ? std::nullopt : std::optional<std::string>(*found->text());
}

std::optional<std::int64_t> Request::integer(std::string_view field) const {
  const io::Document* found = members_.find(field);
  return found == nullptr || found->integer() == nullptr ? std::nullopt
                                                         : std::optional<std::int64_t>(*found->integer());
}

std::optional<double> Request::real(std::string_view field) const {
  const io::Document* found = members_.find(field);
  return found == nullptr || !found->is_number() ? std::nullopt : std::optional<double>(found->number());
}

bool Request::flag(std::string_view field) const {
  const io::Document* found = members_.find(field);
  return found != nullptr && found->boolean() != nullptr && *found->boolean();
}

std::vector<std::string> Request::texts(std::string_view field) const {
  std::vector<std::string> all;
  const io::Document* found = members_.find(field);
  if (found == nullptr || found->array() == nullptr) return all;
  for (const io::Document& element : *found->array()) all.push_back(*element.text());
  return all;
}

Result<const Verb*> verb_named(const std::string& name) {
  std::vector<std::string> known;
  for (const Verb& verb : all_verbs()) {
    if (verb.name == name) return &verb;
    known.push_back(verb.name);
  }
  return fail(ErrorCode::not_found, unknown_name("verb", name, known, "diffjoule --help"));
}

Result<Request> check(const Verb& verb, const io::Document& request) {
  io::Document members = io::Document::Object{};
  std::vector<std::string> known;
  for (const Field& field : verb.fields) known.push_back(field.name);
  if (request.object() != nullptr) {
    for (const auto& [key, value] : *request.object()) {
      const std::string& name = key;  // clang 14 captures no structured binding
      const auto field =
          std::find_if(verb.fields.begin(), verb.fields.end(), [&name](const Field& f) { return f.name == name; });
      if (field == verb.fields.end())
        return fail(ErrorCode::invalid_argument,
                    unknown_name("field of " + verb.name, name, known, "diffjoule " + verb.name + " --help"));
      if (value.is_null()) continue;
      if (auto status = check_field(*field, value); !status) return forward(status, verb.name);
      members.set(name, value);
    }
  } else if (!request.is_null()) {
    return fail(ErrorCode::invalid_argument, verb.name + ": the request is " + request.kind() + ", expected an object");
  }
  for (const Field& field : verb.fields) {
    if (field.required && members.find(field.name) == nullptr) {
      return fail(
          ErrorCode::invalid_argument,
          verb.name + ": " + (field.positional ? field.placeholder : "--" + field.name) + " is missing: " + field.help);
    }
  }
  return Request(std::move(members));
}

Result<Answer> call(const std::string& name, const io::Document& request, const Context& context) {
  auto verb = verb_named(name);
  if (!verb) return forward(verb);
  auto checked = check(**verb, request);
  if (!checked) return forward(checked);
  return (*verb)->run(*checked, context);
}

}  // namespace diffjoule::api
