// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

// A stream of a child on its way through: bytes go on as they came, at once, and somebody may look at the lines.
namespace diffjoule::os {

class Tee {
 public:
  // `from` is read without waiting and closed at its end, `to` is written where it takes something; the lines (ended by
  // line feed or carriage return, cut at `longest_line`) are seen after they were passed on.
  Tee(int from, int to, std::function<void(std::string_view line)> see);
  ~Tee();
  Tee(const Tee&) = delete;
  Tee& operator=(const Tee&) = delete;

  [[nodiscard]] bool wants_to_read() const { return from_ >= 0 && waiting_.size() < most_waiting; }
  [[nodiscard]] bool wants_to_write() const { return !waiting_.empty(); }
  [[nodiscard]] bool open() const { return from_ >= 0; }  // somebody can still write to it
  [[nodiscard]] int from() const { return from_; }
  [[nodiscard]] int to() const { return to_; }

  void read_some();   // when `from` is readable
  void write_some();  // when `to` is writable
  void finish();      // what is in the pipe now and what waits, to its end; then the last line

  static constexpr std::size_t longest_line = 4096;

 private:
  static constexpr std::size_t most_waiting = std::size_t{64} * 1024;
  void look_at(std::string_view bytes);
  void close_from();

  int from_, to_;
  std::function<void(std::string_view)> see_;
  std::string waiting_, line_;
};

}  // namespace diffjoule::os
