// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/measure/meter.h"
#include "diffjoule/os/clock.h"

// The meter's end of the phases protocol (phase_client.h): a socket in a private folder, and the spans that were
// marked.
namespace diffjoule::measure {

// What marks add up to. Bounded: finished phases that nobody takes are counted, not kept; of those that are open, the
// oldest make room, as programs die without ending theirs.
class PhaseMarks {
 public:
  // One datagram that arrived at `now`. Times before `earliest` or after now are not believed: arrival counts.
  void take(std::string_view datagram, os::Instant now, os::Instant earliest);

  // Finished spans since the last call; with `all_until`, the open ones too, cut off there and said to be.
  [[nodiscard]] std::vector<Span> spans();
  [[nodiscard]] std::vector<Span> spans(os::Instant all_until);
  // "mark" events by name.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& moments() const { return moments_; }
  // What was not as it should be, for people: malformed marks, ends without begin, phases still open.
  [[nodiscard]] std::vector<std::string> notes() const;

  static constexpr std::size_t most_open = 10'000, most_spans = 100'000, most_names = 10'000;

 private:
  struct Open {
    std::string name;
    std::int64_t pid;
    std::int64_t id;
    bool has_id;
    os::Instant begin;
  };
  void end(const Open& mark);

  std::deque<Open> open_;
  std::vector<Span> done_;
  std::map<std::string, std::uint64_t> moments_;
  std::size_t malformed_ = 0, unmatched_ = 0, beyond_ = 0, misdated_ = 0, cut_off_ = 0;
  std::string first_malformed_;
};

class PhaseSocket {
 public:
  // In a folder of its own under `folder` (empty: the system's for temporary files), both removed at the end.
  [[nodiscard]] static Result<std::unique_ptr<PhaseSocket>> open(const os::Clock& clock,
                                                                 const std::string& folder = "");
  // At that very path, for programs that are started by others; a file there that nobody listens to is replaced.
  [[nodiscard]] static Result<std::unique_ptr<PhaseSocket>> open_at(const os::Clock& clock, const std::string& path);
  ~PhaseSocket();
  PhaseSocket(const PhaseSocket&) = delete;
  PhaseSocket& operator=(const PhaseSocket&) = delete;

  [[nodiscard]] std::string address() const { return "unix:" + path_; }  // for DIFFJOULE_PHASES
  [[nodiscard]] int descriptor() const { return descriptor_; }           // readable when there is a mark
  void listen();                                                         // takes what is there; never waits
  [[nodiscard]] PhaseMarks& marks() { return marks_; }

 private:
  explicit PhaseSocket(const os::Clock& clock) : clock_(clock), opened_(clock.now()) {}
  [[nodiscard]] Status bind_to(const std::string& path);
  const os::Clock& clock_;
  os::Instant opened_;
  std::string folder_, path_;
  int descriptor_ = -1;
  PhaseMarks marks_;
};

}  // namespace diffjoule::measure
