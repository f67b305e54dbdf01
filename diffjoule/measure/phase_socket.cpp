// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/phase_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "diffjoule/io/json.h"
#include "diffjoule/measure/phase_client.h"

namespace diffjoule::measure {
namespace {

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace

void PhaseMarks::take(std::string_view datagram, os::Instant now, os::Instant earliest) {
  const auto parsed = io::parse_json(datagram);
  const io::Document* event = parsed ? parsed->find("event") : nullptr;
  const io::Document* name = parsed ? parsed->find("name") : nullptr;
  const io::Document* version = parsed ? parsed->find("v") : nullptr;
  const bool known = event != nullptr && event->text() != nullptr &&
                     (*event->text() == "begin" || *event->text() == "end" || *event->text() == "mark");
  const bool understood = known && name != nullptr && name->text() != nullptr && !name->text()->empty() &&
                          name->text()->size() <= longest_phase_name && version != nullptr &&
                          version->integer() != nullptr && *version->integer() == 1;
  if (!understood) {
    if (malformed_++ == 0) first_malformed_ = std::string(datagram.substr(0, 80));
    return;
  }
  const auto number = [&](const char* key) {
    const io::Document* found = parsed->find(key);
    return found == nullptr ? nullptr : found->integer();
  };
  const std::int64_t *pid = number("pid"), *id = number("id"), *time = number("t_ns");
  Open mark{*name->text(), pid == nullptr ? 0 : *pid, id == nullptr ? 0 : *id, id != nullptr, now};
  if (time != nullptr) {
    const os::Instant said = os::Instant::at_nanoseconds(*time);
    if (said >= earliest && said <= now) mark.begin = said;
    if (mark.begin != said) ++misdated_;
  }
  if (*event->text() == "mark") {
    if (moments_.size() < most_names || moments_.count(mark.name) != 0) ++moments_[mark.name];
  } else if (*event->text() == "end") {
    end(mark);
  } else {
    open_.push_back(std::move(mark));
    if (open_.size() <= most_open) return;
    open_.pop_front();  // a program that died never ends what it began
    ++beyond_;
  }
}

void PhaseMarks::end(const Open& mark) {
  const auto found = std::find_if(open_.rbegin(), open_.rend(), [&mark](const Open& o) {
    return o.pid == mark.pid && o.has_id == mark.has_id && (mark.has_id ? o.id == mark.id : o.name == mark.name);
  });
  if (found == open_.rend()) {
    ++unmatched_;
    return;
  }
  if (done_.size() < most_spans && mark.begin >= found->begin) {
    done_.push_back({found->name, found->begin, mark.begin});
  } else {
    ++beyond_;
  }
  open_.erase(std::next(found).base());
}

std::vector<Span> PhaseMarks::spans() { return std::exchange(done_, {}); }

std::vector<Span> PhaseMarks::spans(os::Instant all_until) {
  for (const Open& open : open_) done_.push_back({open.name, open.begin, std::max(open.begin, all_until)});
  cut_off_ += open_.size();
  open_.clear();
  return spans();
}

std::vector<std::string> PhaseMarks::notes() const {
  std::vector<std::string> all;
  if (malformed_ > 0)
    all.push_back(counted(malformed_, "phase mark was", "phase marks were") +
                  " not understood, the first: " + first_malformed_);
  if (unmatched_ > 0)
    all.push_back(counted(unmatched_, "end of a phase had", "ends of phases had") + " no beginning and was ignored");
  if (cut_off_ > 0)
    all.push_back(counted(cut_off_, "phase was", "phases were") + " not ended by the program: cut off at its end");
  if (misdated_ > 0)
    all.push_back(counted(misdated_, "phase mark has", "phase marks have") +
                  " a time outside the run (another clock?): its arrival was taken");
  if (beyond_ > 0)
    all.push_back(counted(beyond_, "phase mark was", "phase marks were") +
                  " left out: too many, or an end before its "
                  "beginning");
  return all;
}

Result<std::unique_ptr<PhaseSocket>> PhaseSocket::open(const os::Clock& clock, const std::string& folder) {
  auto made = std::unique_ptr<PhaseSocket>(new PhaseSocket(clock));
  std::error_code error;
  std::string base = folder.empty() ? std::filesystem::temp_directory_path(error).string() : folder;
  sockaddr_un at{};
  const std::string name = "/diffjoule-XXXXXX/phases";
  // A socket's path is short; where the folder for temporary files is too deep, the usual one is taken.
  if (base.empty() || base.size() + name.size() >= sizeof at.sun_path) base = "/tmp";
  std::string pattern = base + "/diffjoule-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr)  // readable by us only
    return fail(ErrorCode::unavailable,
                "making a folder for the phases socket in " + base + ": " + std::strerror(errno));
  made->folder_ = pattern;
  if (auto bound = made->bind_to(pattern + "/phases"); !bound) return forward(bound);
  return made;
}

Result<std::unique_ptr<PhaseSocket>> PhaseSocket::open_at(const os::Clock& clock, const std::string& path) {
  if (PhaseClient::connect("unix:" + path))
    return fail(ErrorCode::unavailable, "somebody else listens for phases at " + path);
  std::error_code error;
  if (std::filesystem::is_socket(path, error)) std::filesystem::remove(path, error);
  auto made = std::unique_ptr<PhaseSocket>(new PhaseSocket(clock));
  if (auto bound = made->bind_to(path); !bound) return forward(bound);
  return made;
}

Status PhaseSocket::bind_to(const std::string& path) {
  sockaddr_un at{};
  if (path.empty() || path.size() >= sizeof at.sun_path)
    return fail(ErrorCode::invalid_argument, "the path of a phases socket has 1 to " +
                                                 std::to_string(sizeof at.sun_path - 1) + " characters, found \"" +
                                                 path + "\"");
  at.sun_family = AF_UNIX;
  std::memcpy(at.sun_path, path.data(), path.size());
  descriptor_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor_ < 0 || bind(descriptor_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
    return fail(ErrorCode::unavailable, "making the phases socket " + path + ": " + std::strerror(errno));
  path_ = path;
  return {};
}

PhaseSocket::~PhaseSocket() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!path_.empty()) unlink(path_.c_str());
  if (!folder_.empty()) rmdir(folder_.c_str());
}

void PhaseSocket::listen() {
  std::array<char, longest_mark + 1> bytes;
  for (;;) {
    const ssize_t count = recv(descriptor_, bytes.data(), bytes.size(), 0);
    if (count < 0) return;
    marks_.take(std::string_view(bytes.data(), static_cast<std::size_t>(count)), clock_.now(), opened_);
  }
}

}  // namespace diffjoule::measure
