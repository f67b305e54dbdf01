// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/phase_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "diffjoule/io/json.h"

namespace diffjoule::measure {
namespace {

constexpr int patience_ms = 50;  // for a meter whose queue is full

// The longest beginning that fits and does not end inside a UTF-8 character.
std::string_view cut(std::string_view name) {
  if (name.size() <= longest_phase_name) return name;
  const auto continues = [&name](std::size_t i) { return (static_cast<unsigned char>(name[i]) & 0xc0) == 0x80; };
  std::size_t size = longest_phase_name;
  while (size > 0 && continues(size)) --size;
  return name.substr(0, size > 0 ? size : longest_phase_name);
}

}  // namespace

Result<std::unique_ptr<PhaseClient>> PhaseClient::connect(std::string_view address) {
  constexpr std::string_view scheme = "unix:";
  sockaddr_un to{};
  const std::string_view path = address.starts_with(scheme) ? address.substr(scheme.size()) : std::string_view{};
  if (path.empty() || path.size() >= sizeof to.sun_path)
    return fail(ErrorCode::invalid_argument, std::string(phases_variable) + " is \"" + std::string(address) +
                                                 "\", expected unix:/PATH of at most " +
                                                 std::to_string(sizeof to.sun_path - 1) + " characters");
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, path.data(), path.size());
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0 || ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    const int why = errno;
    if (descriptor >= 0) close(descriptor);
    return fail(ErrorCode::not_found, "no meter listens at " + std::string(address) + ": " + std::strerror(why));
  }
  return std::unique_ptr<PhaseClient>(new PhaseClient(descriptor));
}

PhaseClient::~PhaseClient() { close(descriptor_); }

bool PhaseClient::begin(std::string_view name, std::uint64_t id, os::Instant now) const {
  return send("begin", name, &id, now);
}
bool PhaseClient::end(std::string_view name, std::uint64_t id, os::Instant now) const {
  return send("end", name, &id, now);
}
bool PhaseClient::mark(std::string_view name, os::Instant now) const { return send("mark", name, nullptr, now); }

bool PhaseClient::send(const char* event, std::string_view name, const std::uint64_t* id, os::Instant now) const {
  io::Document mark;
  mark.set("v", 1).set("event", event).set("name", cut(name));
  if (id != nullptr) mark.set("id", static_cast<std::int64_t>(*id));
  mark.set("t_ns", now.nanoseconds()).set("pid", static_cast<std::int64_t>(getpid()));
  const std::string text = io::to_json_line(mark);
  for (bool again = true;; again = false) {
    if (::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL) >= 0) return true;
    pollfd ready{descriptor_, POLLOUT, 0};
    if (errno != EAGAIN || !again || poll(&ready, 1, patience_ms) <= 0) return false;
  }
}

}  // namespace diffjoule::measure
