// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/end_watch.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "diffjoule/os/signals.h"

namespace diffjoule::api {

class EndWatch::Impl {
 public:
  Impl(std::unique_ptr<os::SignalWatch> signals, int done, std::function<void(int)> tell)
      : signals_(std::move(signals)), done_(done), tell_(std::move(tell)), thread_([this] { watch(); }) {}
  ~Impl() {
    over_ = true;
    eventfd_write(done_, 1);
    thread_.join();
    close(done_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  os::Alarm alarm_;
  std::atomic<int> asked_ = 0;

 private:
  void watch() {
    constexpr Duration long_time = 3600.0 * second;
    while (!over_) {
      const auto signal = signals_->wait(long_time, done_);
      if (!signal) continue;
      constexpr int by_signal = 128;  // as a shell has it
      if (asked_ != 0) _exit(by_signal + *signal);
      asked_ = *signal;
      alarm_.ring();
      tell_(*signal);
    }
  }

  std::unique_ptr<os::SignalWatch> signals_;
  int done_;
  std::function<void(int)> tell_;
  std::atomic<bool> over_ = false;
  std::thread thread_;  // last: starts when all else is there
};

EndWatch::EndWatch(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EndWatch::~EndWatch() = default;

Result<std::unique_ptr<EndWatch>> EndWatch::begin(std::function<void(int)> tell) {
  auto signals = os::SignalWatch::begin();
  if (!signals) return forward(signals);
  const int done = eventfd(0, EFD_CLOEXEC);
  if (done < 0) return fail(ErrorCode::unavailable, std::string("watching for Ctrl-C: ") + std::strerror(errno));
  return std::unique_ptr<EndWatch>(new EndWatch(std::make_unique<Impl>(std::move(*signals), done, std::move(tell))));
}

os::Alarm& EndWatch::alarm() { return impl_->alarm_; }

std::optional<int> EndWatch::asked() const {
  const int signal = impl_->asked_;
  return signal == 0 ? std::nullopt : std::optional(signal);
}

}  // namespace diffjoule::api
