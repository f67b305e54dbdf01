// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/attribute.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <utility>

namespace diffjoule::os {
namespace {

using Outcome = Attribute::Outcome;

constexpr std::size_t longest = 4096;  // a sysfs attribute is one page at most

Outcome of_open(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
      return Outcome::not_found;
    case EACCES:
    case EPERM:
      return Outcome::no_permission;
    case ENODEV:
    case ENXIO:
      return Outcome::gone;
    default:
      return Outcome::failed;
  }
}

// What a read of an open file says. EPERM is what amdgpu answers while the card sleeps: it is no matter of rights.
Outcome of_read(int error) {
  switch (error) {
    case ENODEV:
    case ENXIO:
    case ESRCH:
    case ENOENT:
    case ESTALE:
      return Outcome::gone;
    case EACCES:
      return Outcome::no_permission;
    case EOPNOTSUPP:
    case ENOSYS:
      return Outcome::not_supported;
    default:
      return Outcome::failed;
  }
}

std::string_view without_end(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\r' || text.back() == '\t' ||
                           text.back() == '\0'))
    text.remove_suffix(1);
  return text;
}

}  // namespace

Attribute::Attribute(Attribute&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

Attribute& Attribute::operator=(Attribute&& other) noexcept {
  if (this == &other) return *this;
  close();
  path_ = std::move(other.path_);
  descriptor_ = std::exchange(other.descriptor_, -1);
  return *this;
}

Attribute::~Attribute() { close(); }

void Attribute::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

Outcome Attribute::fetch(std::span<char> into, std::size_t& length) {
  length = 0;
  if (descriptor_ < 0) descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor_ < 0) return of_open(errno);
  while (length < into.size()) {
    const ssize_t n = ::pread(descriptor_, into.data() + length, into.size() - length, static_cast<off_t>(length));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const Outcome outcome = of_read(errno);
      if (outcome == Outcome::gone) close();  // what comes back under this path is another file
      return outcome;
    }
    if (n == 0) break;
    length += static_cast<std::size_t>(n);
    // A kernel file gives all it has in one read; asking again would make the driver ask the hardware again.
    if (length < into.size()) break;
  }
  return Outcome::fine;
}

Attribute::Whole Attribute::whole() {
  std::array<char, 64> bytes{};
  std::size_t length = 0;
  const Outcome outcome = fetch(bytes, length);
  if (outcome != Outcome::fine) return {0, outcome};
  std::string_view text = without_end(std::string_view(bytes.data(), length));
  if (length == bytes.size()) return {0, Outcome::not_a_number};
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {0, Outcome::not_a_number};
  return {value, Outcome::fine};
}

Attribute::Text Attribute::text() {
  std::array<char, longest> bytes{};
  std::size_t length = 0;
  const Outcome outcome = fetch(bytes, length);
  if (outcome != Outcome::fine) return {{}, outcome};
  return {std::string(without_end(std::string_view(bytes.data(), length))), Outcome::fine};
}

const char* name(Attribute::Outcome outcome) {
  switch (outcome) {
    case Outcome::fine:
      return "fine";
    case Outcome::not_found:
      return "not found";
    case Outcome::no_permission:
      return "no permission";
    case Outcome::not_supported:
      return "not supported";
    case Outcome::gone:
      return "gone";
    case Outcome::not_a_number:
      return "not a number";
    case Outcome::failed:
      return "read failed";
  }
  return "";
}

}  // namespace diffjoule::os
