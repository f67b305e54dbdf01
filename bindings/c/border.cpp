// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/c/border.h"

#include <memory>

#include "diffjoule/io/json.h"

namespace diffjoule::c {
namespace {

struct Named {
  diffjoule_code code;
  const char* name;
};

Named named(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return {DIFFJOULE_INVALID_ARGUMENT, "invalid_argument"};
    case ErrorCode::invalid_data:
      return {DIFFJOULE_INVALID_DATA, "invalid_data"};
    case ErrorCode::not_found:
      return {DIFFJOULE_NOT_FOUND, "not_found"};
    case ErrorCode::unavailable:
    case ErrorCode::exhausted:
      return {DIFFJOULE_UNAVAILABLE, "unavailable"};
    case ErrorCode::unidentifiable:
      return {DIFFJOULE_UNIDENTIFIABLE, "unidentifiable"};
  }
  return {DIFFJOULE_INTERNAL, "internal"};
}

void hand_out(const io::Document& document, const std::string& notes, diffjoule_answer** answer) {
  if (answer != nullptr) *answer = std::make_unique<diffjoule_answer>(io::to_json(document), notes).release();
}

void hand_out_error(const char* name, const std::string& message, diffjoule_answer** answer) {
  io::Document error, document;
  error.set("code", name).set("message", message);
  hand_out(document.set("error", std::move(error)), "", answer);
}

}  // namespace

diffjoule_code give(const io::Document& document, bool partial, const std::string& notes, diffjoule_answer** answer) {
  hand_out(document, notes, answer);
  return partial ? DIFFJOULE_PARTIAL : DIFFJOULE_OK;
}

diffjoule_code refuse(const Error& error, diffjoule_answer** answer) {
  const Named as = named(error.code());
  hand_out_error(as.name, error.message(), answer);
  return as.code;
}

diffjoule_code break_off(const char* what, diffjoule_answer** answer) noexcept {
  try {
    hand_out_error("internal", std::string("a fault of diffjoule, please report it: ") + what, answer);
  } catch (...) {
    return DIFFJOULE_OUT_OF_MEMORY;  // the message is what there is no memory for
  }
  return DIFFJOULE_INTERNAL;
}

Result<io::Document> members_of(const char* json, const std::string& what) {
  if (json == nullptr || *json == '\0') return io::Document(io::Document::Object{});
  auto members = io::parse_json(json);
  if (!members) return forward(members, what);
  if (members->is_null()) return io::Document(io::Document::Object{});
  if (members->object() == nullptr)
    return fail(ErrorCode::invalid_argument, what + ": found " + members->kind() + ", expected a JSON object");
  return members;
}

}  // namespace diffjoule::c
