// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/trace.h"

#include <algorithm>

namespace diffjoule::measure {

using sensors::Absence;

Series::Point Series::unpacked(const Entry& entry) {
  return {os::Instant::at_nanoseconds(entry.packed >> 4),
          {entry.value, static_cast<Absence>((entry.packed >> 1) & 7)},
          (entry.packed & 1) != 0};
}

void Series::add(os::Instant time, sensors::Reading reading) {
  if (!reading.there()) reading.value = 0.0;
  const auto packed = [&](bool held) {
    return time.nanoseconds() * 16 + static_cast<std::int64_t>(reading.absence) * 2 + (held ? 1 : 0);
  };
  const auto same = [&](const Entry& e) {
    const Point p = unpacked(e);
    return p.reading.absence == reading.absence && e.value == reading.value;
  };
  const bool continues = !entries_.empty() && same(entries_.back()) &&
                         (longest_silence_ == Duration{} || time - unpacked(entries_.back()).time <= longest_silence_);
  if (!continues) {
    entries_.push_back({packed(false), reading.value});
  } else if (unpacked(entries_.back()).held) {
    entries_.back().packed = packed(true);
  } else {
    entries_.push_back({packed(true), reading.value});
  }
}

void Series::forget(os::Instant before) {
  while (entries_.size() > 1 && unpacked(entries_[1]).time <= before) entries_.pop_front();
  if (!entries_.empty()) entries_.front().packed &= ~std::int64_t{1};  // what it held on to is gone
}

std::vector<Series::Point> Series::points() const {
  std::vector<Point> all;
  all.reserve(entries_.size());
  for (const Entry& e : entries_) all.push_back(unpacked(e));
  return all;
}

std::vector<Series::Point> Series::around(os::Instant from, os::Instant to, std::size_t beyond) const {
  const auto before = [](const Entry& e, os::Instant t) { return unpacked(e).time < t; };
  const auto after = [](os::Instant t, const Entry& e) { return t < unpacked(e).time; };
  auto first = std::lower_bound(entries_.begin(), entries_.end(), from, before);
  auto last = std::upper_bound(first, entries_.end(), to, after);
  first -= static_cast<std::ptrdiff_t>(std::min(beyond, static_cast<std::size_t>(first - entries_.begin())));
  last += static_cast<std::ptrdiff_t>(std::min(beyond, static_cast<std::size_t>(entries_.end() - last)));
  std::vector<Point> found;
  found.reserve(static_cast<std::size_t>(last - first));
  for (; first != last; ++first) found.push_back(unpacked(*first));
  return found;
}

}  // namespace diffjoule::measure
