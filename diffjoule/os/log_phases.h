// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/os/clock.h"
#include "diffjoule/os/span.h"

// Phases read off what a program prints.
namespace diffjoule::os {

// "NAME=REGEX" (ECMAScript, found anywhere in a line's first 1000 characters). A line that matches begins phase NAME,
// which lasts until a line matches another pattern or the program ends; NAME "-" only ends. Where REGEX has a group
// that holds a number, that is how long the phase took, in the unit of the second group (s, ms; absent: s), and the
// line is its end.
class LogPhases {
 public:
  // `sets`: names of built-in patterns ("sd.cpp").
  [[nodiscard]] static Result<LogPhases> from(const std::vector<std::string>& patterns,
                                              const std::vector<std::string>& sets);
  LogPhases(LogPhases&&) noexcept;
  LogPhases& operator=(LogPhases&&) noexcept;
  ~LogPhases();

  void see(std::string_view line, Instant now);
  // All of them; what is still open ends at `end`, and nothing begins before `begin`.
  [[nodiscard]] std::vector<Span> spans(Instant begin, Instant end);
  // Patterns that no line matched, for people.
  [[nodiscard]] std::vector<std::string> notes() const;

  [[nodiscard]] static std::vector<std::string> set_names();

 private:
  class Impl;
  explicit LogPhases(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace diffjoule::os
