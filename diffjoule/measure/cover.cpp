// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/cover.h"

#include <algorithm>

namespace diffjoule::measure {

Cover::Cover(std::vector<Stretch> stretches) {
  std::sort(stretches.begin(), stretches.end(), [](const Stretch& a, const Stretch& b) { return a.begin < b.begin; });
  for (const Stretch& s : stretches) {
    if (s.end <= s.begin) continue;
    if (!stretches_.empty() && s.begin <= stretches_.back().end) {
      stretches_.back().end = std::max(stretches_.back().end, s.end);
    } else {
      stretches_.push_back(s);
    }
  }
}

os::Instant Cover::begin() const { return stretches_.empty() ? os::Instant{} : stretches_.front().begin; }
os::Instant Cover::end() const { return stretches_.empty() ? os::Instant{} : stretches_.back().end; }

Duration Cover::elapsed() const {
  Duration sum;
  for (const Stretch& s : stretches_) sum += s.end - s.begin;
  return sum;
}

std::size_t Cover::first_that_ends_after(os::Instant t) const {
  return static_cast<std::size_t>(
      std::partition_point(stretches_.begin(), stretches_.end(), [t](const Stretch& s) { return s.end <= t; }) -
      stretches_.begin());
}

bool Cover::contains(os::Instant t) const {
  const std::size_t i = first_that_ends_after(t);
  return i < stretches_.size() && stretches_[i].begin <= t;
}

std::vector<Stretch> Cover::parts(os::Instant from, os::Instant to) const {
  std::vector<Stretch> found;
  for (std::size_t i = first_that_ends_after(from); i < stretches_.size() && stretches_[i].begin < to; ++i)
    found.push_back({std::max(from, stretches_[i].begin), std::min(to, stretches_[i].end)});
  return found;
}

Duration Cover::within(os::Instant from, os::Instant to) const {
  Duration sum;
  for (std::size_t i = first_that_ends_after(from); i < stretches_.size() && stretches_[i].begin < to; ++i)
    sum += std::min(to, stretches_[i].end) - std::max(from, stretches_[i].begin);
  return sum;
}

}  // namespace diffjoule::measure
