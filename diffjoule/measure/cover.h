// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "diffjoule/os/clock.h"

// The time a phase takes: stretches that neither overlap nor touch, in order. Spans of one name that overlap (nested
// calls, two threads) are joined, so that no joule is counted twice.
namespace diffjoule::measure {

struct Stretch {
  os::Instant begin, end;
};

class Cover {
 public:
  Cover() = default;
  // Stretches that end before they begin are left out.
  explicit Cover(std::vector<Stretch> stretches);

  [[nodiscard]] const std::vector<Stretch>& stretches() const { return stretches_; }
  [[nodiscard]] bool empty() const { return stretches_.empty(); }
  [[nodiscard]] os::Instant begin() const;
  [[nodiscard]] os::Instant end() const;
  [[nodiscard]] Duration elapsed() const;
  [[nodiscard]] bool contains(os::Instant t) const;
  // How much of `from`..`to` it covers.
  [[nodiscard]] Duration within(os::Instant from, os::Instant to) const;
  // Its parts inside `from`..`to`.
  [[nodiscard]] std::vector<Stretch> parts(os::Instant from, os::Instant to) const;

 private:
  [[nodiscard]] std::size_t first_that_ends_after(os::Instant t) const;

  std::vector<Stretch> stretches_;
};

}  // namespace diffjoule::measure
