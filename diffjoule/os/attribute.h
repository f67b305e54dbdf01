// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

// A small file of the kernel (sysfs, procfs) that is read again and again: it stays open and is read from its start
// each time. One that is not there yet is looked for again at the next read, one that vanished too. Never waits: what
// would block (a pipe) fails.
namespace diffjoule::os {

class Attribute {
 public:
  enum class Outcome : unsigned char {
    fine,
    not_found,
    no_permission,
    not_supported,  // the file is there, its driver says that the device does not have this
    gone,           // it was open and what it belonged to is no more
    not_a_number,
    failed,  // anything else: a folder, an I/O error, a device that sleeps
  };
  struct Whole {
    std::int64_t value = 0;
    Outcome outcome = Outcome::fine;
  };
  struct Text {
    std::string value;  // without line ends and spaces at its end; the first 4096 bytes of a longer one
    Outcome outcome = Outcome::fine;
  };

  explicit Attribute(std::string path) : path_(std::move(path)) {}
  Attribute(Attribute&& other) noexcept;
  Attribute& operator=(Attribute&& other) noexcept;
  ~Attribute();

  // A whole number in decimal with nothing but spaces and line ends after it.
  [[nodiscard]] Whole whole();
  [[nodiscard]] Text text();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  // Fills `into` as far as the file goes; `length` says how far.
  Outcome fetch(std::span<char> into, std::size_t& length);
  void close();

  std::string path_;
  int descriptor_ = -1;
};

// "not found", "no permission", ...
[[nodiscard]] const char* name(Attribute::Outcome outcome);

}  // namespace diffjoule::os
