// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/trace.h"

#include "diffjoule/store/store.h"

namespace diffjoule::store {
namespace {

class Collecting final : public measure::Sink {
 public:
  explicit Collecting(measure::Trace& trace) : trace_(trace) {}
  // Store::play() has looked that device and channel exist.
  void take(const measure::Tick& tick) override {
    for (std::size_t i = 0; i < tick.channels.size(); ++i)
      trace_[tick.device].channels[tick.channels[i]].add(tick.time, tick.readings[i]);
  }

 private:
  measure::Trace& trace_;
};

}  // namespace

Result<measure::Trace> Store::trace(const std::string& id) {
  auto known = devices(id);
  if (!known) return forward(known);
  measure::Trace trace;
  for (sensors::DeviceInfo& device : *known) {
    const std::size_t channels = device.channels.size();
    trace.push_back({std::move(device), std::vector<measure::Series>(channels)});
  }
  Collecting sink(trace);
  if (auto played = play(id, sink); !played) return forward(played);
  return trace;
}

}  // namespace diffjoule::store
