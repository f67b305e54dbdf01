// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "diffjoule/error/result.h"
#include "diffjoule/os/clock.h"

// Ctrl-C for work that goes on for hours in steps which must not be torn: the first request for an end (INT, TERM, HUP,
// QUIT) rings an alarm, the second ends this process at once. Begin it before the first thread.
namespace diffjoule::api {

class EndWatch {
 public:
  // `tell` is called in another thread, once, with the signal's number.
  [[nodiscard]] static Result<std::unique_ptr<EndWatch>> begin(std::function<void(int)> tell);
  ~EndWatch();
  EndWatch(const EndWatch&) = delete;
  EndWatch& operator=(const EndWatch&) = delete;

  [[nodiscard]] os::Alarm& alarm();
  // The signal by which somebody asked.
  [[nodiscard]] std::optional<int> asked() const;

 private:
  class Impl;
  explicit EndWatch(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace diffjoule::api
