// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <new>
#include <string>

#include "bindings/c/diffjoule.h"
#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"

// What every function of the C door does at the border: answers are made, errors become a code and a document, and no
// exception goes further.
struct diffjoule_answer {
  std::string text, notes;
};

namespace diffjoule::c {

// Both hand the answer out where one is wanted (`answer` not null) and return the code.
diffjoule_code give(const io::Document& document, bool partial, const std::string& notes, diffjoule_answer** answer);
diffjoule_code refuse(const Error& error, diffjoule_answer** answer);
// A fault that is not the caller's.
diffjoule_code break_off(const char* what, diffjoule_answer** answer) noexcept;

// Text of the outside; null is "".
[[nodiscard]] inline std::string text_of(const char* text) { return text == nullptr ? std::string() : text; }

// The members of a request: an object, or nothing at all.
[[nodiscard]] Result<io::Document> members_of(const char* json, const std::string& what);

template <class Function>
diffjoule_code guarded(diffjoule_answer** answer, const Function& function) noexcept {
  if (answer != nullptr) *answer = nullptr;
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return DIFFJOULE_OUT_OF_MEMORY;
  } catch (const std::exception& fault) {
    return break_off(fault.what(), answer);
  } catch (...) {
    return break_off("an exception of unknown type", answer);
  }
}

}  // namespace diffjoule::c
