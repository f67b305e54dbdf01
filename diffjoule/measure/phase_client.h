// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "diffjoule/error/result.h"
#include "diffjoule/os/clock.h"

// Tells a meter outside this process where phases begin and end.
//
// The meter sets DIFFJOULE_PHASES to "unix:/path", a datagram socket. One datagram is one mark, one line of JSON:
//   {"v":1,"event":"begin","name":"denoise","id":7,"t_ns":123456789,"pid":4711}
// `event` is "begin", "end" or "mark" (a moment, such as an image that is done); an end belongs to the begin of the
// same pid and id, or without ids to the latest of the same pid and name; `t_ns` is CLOCK_MONOTONIC, absent: when it
// arrives.
namespace diffjoule::measure {

inline constexpr const char* phases_variable = "DIFFJOULE_PHASES";
inline constexpr std::size_t longest_mark = 4096, longest_phase_name = 200;  // bytes

class PhaseClient {
 public:
  // `address` as in the variable. Safe to use from any thread; a meter that is gone is not an error.
  [[nodiscard]] static Result<std::unique_ptr<PhaseClient>> connect(std::string_view address);
  ~PhaseClient();
  PhaseClient(const PhaseClient&) = delete;
  PhaseClient& operator=(const PhaseClient&) = delete;

  // False where the meter did not take it (gone, or too slow for 50 ms): the program goes on. A name that is too long
  // is cut between two characters.
  bool begin(std::string_view name, std::uint64_t id, os::Instant now) const;
  bool end(std::string_view name, std::uint64_t id, os::Instant now) const;
  bool mark(std::string_view name, os::Instant now) const;

 private:
  explicit PhaseClient(int descriptor) : descriptor_(descriptor) {}
  [[nodiscard]] bool send(const char* event, std::string_view name, const std::uint64_t* id, os::Instant now) const;
  int descriptor_;
};

}  // namespace diffjoule::measure
