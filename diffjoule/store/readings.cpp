// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/readings.h"

#include <bit>

namespace diffjoule::store {
namespace {

constexpr std::size_t size_of_one = 21;

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xffU));
}

std::uint64_t take(std::string_view& from, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value |= std::uint64_t{static_cast<unsigned char>(from[i])} << (8 * i);
  from.remove_prefix(bytes);
  return value;
}

}  // namespace

std::string packed(std::span<const StoredReading> readings) {
  std::string out;
  out.reserve(readings.size() * size_of_one);
  for (const StoredReading& r : readings) {
    put(out, static_cast<std::uint64_t>(r.time.nanoseconds()), 8);
    put(out, r.device, 2);
    put(out, r.channel, 2);
    put(out, static_cast<std::uint64_t>(r.reading.absence), 1);
    put(out, std::bit_cast<std::uint64_t>(r.reading.value), 8);
  }
  return out;
}

Result<std::vector<StoredReading>> unpacked(std::string_view bytes) {
  if (bytes.size() % size_of_one != 0)
    return fail(ErrorCode::invalid_data, "a batch of readings has " + std::to_string(bytes.size()) +
                                             " bytes, expected a multiple of " + std::to_string(size_of_one));
  std::vector<StoredReading> readings;
  readings.reserve(bytes.size() / size_of_one);
  while (!bytes.empty()) {
    StoredReading r;
    r.time = os::Instant::at_nanoseconds(static_cast<std::int64_t>(take(bytes, 8)));
    r.device = static_cast<std::uint16_t>(take(bytes, 2));
    r.channel = static_cast<std::uint16_t>(take(bytes, 2));
    const auto absence = take(bytes, 1);
    if (absence > static_cast<std::uint64_t>(sensors::Absence::failed))
      return fail(ErrorCode::invalid_data, "a reading has absence " + std::to_string(absence) + ", which is not known");
    r.reading.absence = static_cast<sensors::Absence>(absence);
    r.reading.value = std::bit_cast<double>(take(bytes, 8));
    readings.push_back(r);
  }
  return readings;
}

}  // namespace diffjoule::store
