// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"
#include "diffjoule/measure/meter.h"
#include "diffjoule/os/clock.h"
#include "diffjoule/store/entry.h"

// A run on its way into a store: what the sampler sees is on the disk at most a second later, so that kill -9 or a
// power cut loses no more. take() only remembers; a thread of its own writes twice a second. Where the store cannot be
// written (disk full, locked by others), readings wait in memory and are tried again; what does not fit there is
// counted and told by problems(). The measurement itself goes on in every case.
namespace diffjoule::store {

struct RecordingOptions {
  Duration period = 0.5 * second;        // between commits
  Duration patience = 5.0 * second;      // for the lock of another program
  std::size_t most_waiting = 4'000'000;  // bytes of readings kept in memory while the store cannot be written
  bool own_thread = true;                // false: only flush() writes
};

class Recording final : public measure::Sink {
 public:
  // Enters the run in the store at `path`, made where it is missing. `clock` outlives it.
  [[nodiscard]] static Result<std::unique_ptr<Recording>> open(const std::string& path, const Entry& entry,
                                                               const std::vector<sensors::DeviceInfo>& devices,
                                                               os::Clock& clock, RecordingOptions options = {});
  // Without end(), the run counts as cut off from here on.
  ~Recording() override;
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  void take(const measure::Tick& tick) override;
  // A window, when it was left.
  void add(const measure::Span& span);

  // Writes all that waits, now.
  [[nodiscard]] Status flush();
  // The whole record. An error means that the store does not have it: show it or write it elsewhere. May be tried
  // again.
  [[nodiscard]] Status end(const Entry& entry, const io::Document& document);

  // Runs found cut off when the store was opened.
  [[nodiscard]] const std::vector<std::string>& news() const;
  // What could not be stored, and why, in words; empty: everything was.
  [[nodiscard]] std::vector<std::string> problems() const;

 private:
  class Impl;
  explicit Recording(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace diffjoule::store
