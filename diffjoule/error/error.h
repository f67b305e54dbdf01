// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

// What went wrong, in words for the person at the terminal.
//
// The message says what was being done, quotes the offending value and offers a next step; every layer that lets an
// error through may put what *it* was doing in front with context().
namespace diffjoule {

enum class ErrorCode {
  invalid_argument,  // the request cannot be meant: unknown name, value out of range
  invalid_data,      // a file or table is not what it should be
  not_found,         // a file or an entry does not exist
  unavailable,       // the machine or the data cannot answer this
  exhausted,         // it needs more memory than there is
  unidentifiable,    // the data do not determine what was asked for
};

class Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  [[nodiscard]] ErrorCode code() const { return code_; }
  [[nodiscard]] const std::string& message() const { return message_; }

  // The same error with "what: " in front.
  [[nodiscard]] Error context(const std::string& what) && {
    message_ = what + ": " + message_;
    return std::move(*this);
  }

 private:
  ErrorCode code_;
  std::string message_;
};

}  // namespace diffjoule
