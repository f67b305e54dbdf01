// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/sampler.h"

#include <algorithm>
#include <ctime>
#include <utility>

namespace diffjoule::measure {

Duration thread_cpu_time() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec)) * second;
}

Sampler::Sampler(Recorder recorder, os::Clock& clock, Hands hands)
    : recorder_(std::move(recorder)), clock_(clock), hands_(std::move(hands)), thread_([this] { run(); }) {}

Sampler::~Sampler() { stop(); }

void Sampler::stop() {
  stopping_ = true;
  alarm_.ring();
  const std::lock_guard lock(stop_mutex_);
  if (thread_.joinable()) thread_.join();
}

void Sampler::follow(os::Instant edge) {
  {
    const std::lock_guard lock(mutex_);
    if (!edge_ || *edge_ < edge) edge_ = edge;
  }
  alarm_.ring();
}

void Sampler::look(os::Instant now) {
  const Duration before = thread_cpu_time();
  for (std::size_t d = 0; d < recorder_.devices().size(); ++d) {
    if (const auto occupants = recorder_.devices()[d]->occupants()) hands_.look(d, now, *occupants);
  }
  looking_time_ += thread_cpu_time() - before;
}

void Sampler::run() {
  os::Instant next_look = clock_.now();
  while (!stopping_) {
    alarm_.reset();
    std::optional<os::Instant> edge;
    {
      const std::lock_guard lock(mutex_);
      std::swap(edge, edge_);
    }
    if (stopping_) break;  // rang before the reset
    if (edge) recorder_.follow(*edge);
    const os::Instant now = clock_.now();
    if (recorder_.next_due() <= now) recorder_.step(hands_.take);
    if (hands_.look && next_look <= now) {
      look(now);
      next_look = now + looking_interval;
    }
    cpu_ns_ = static_cast<std::int64_t>(thread_cpu_time().in(second)*1e9);
    driver_ns_ = static_cast<std::int64_t>((recorder_.driver_time() + looking_time_).in(second)*1e9);
    os::Instant until = std::min(recorder_.next_due(), clock_.now() + 1.0 * second);
    if (hands_.look) until = std::min(until, next_look);
    clock_.wait_until(until, alarm_);
  }
}

}  // namespace diffjoule::measure
