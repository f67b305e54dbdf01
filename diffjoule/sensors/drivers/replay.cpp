// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// A recording played against the clock: it begins with the first read of any of its devices. A read gives what the
// recorded sensor had said last by then; before its first word and after the end of the recording there is nothing.
#include <algorithm>
#include <memory>

#include "diffjoule/error/contract.h"
#include "diffjoule/io/file.h"
#include "diffjoule/sensors/recording.h"
#include "diffjoule/sensors/request.h"

namespace diffjoule::sensors {
namespace {

// What the devices of one recording share.
struct Playback {
  Recording recording;
  const os::Clock* clock;
  std::optional<os::Instant> start;

  // Time since the recording's first tick.
  Duration now() {
    const os::Instant moment = clock->now();
    if (!start) start = moment;
    return moment - *start;
  }
};

class ReplayedDevice final : public Device {
 public:
  ReplayedDevice(std::shared_ptr<Playback> playback, std::size_t index)
      : playback_(std::move(playback)), info_(playback_->recording.devices[index]) {
    const Duration origin = playback_->recording.ticks.empty() ? Duration{} : playback_->recording.ticks.front().time;
    said_.resize(info_.channels.size());
    for (const RecordedTick& tick : playback_->recording.ticks) {
      if (tick.device != index) continue;
      for (std::size_t i = 0; i < tick.channels.size(); ++i)
        said_[tick.channels[i]].push_back({tick.time - origin, tick.readings[i]});
    }
    info_.remarks.push_back("replayed from a recording" +
                            (playback_->recording.host.empty() ? "" : " of host " + playback_->recording.host));
    if (playback_->recording.cut_off) info_.remarks.push_back("the recording's last line was cut off and is left out");
    for (std::size_t c = 0; c < said_.size(); ++c) {
      if (said_[c].empty() && !info_.channels[c].missing)
        info_.channels[c].missing = "the recording has no reading of it";
    }
  }

  [[nodiscard]] const DeviceInfo& info() const override { return info_; }

  void read(std::span<const std::size_t> channels, std::span<Reading> out) override {
    expect(channels.size() == out.size(), "one reading for each channel");
    const Duration now = playback_->now();
    for (std::size_t i = 0; i < channels.size(); ++i) {
      expect(channels[i] < said_.size(), "a channel of this device");
      out[i] = at(said_[channels[i]], now);
    }
  }

 private:
  struct Said {
    Duration time;
    Reading reading;
  };
  static Reading at(const std::vector<Said>& said, Duration now) {
    if (said.empty()) return {0.0, Absence::not_supported};
    const auto later =
        std::upper_bound(said.begin(), said.end(), now, [](Duration t, const Said& s) { return t < s.time; });
    if (later == said.begin()) return {0.0, Absence::failed};
    // The last word holds for as long as the recorded ones held on the mean.
    const Duration last = said.back().time;
    const Duration hold =
        said.size() > 1 ? (last - said.front().time) / static_cast<double>(said.size() - 1) : 1.0 * second;
    if (now > last + hold) return {0.0, Absence::lost};
    return std::prev(later)->reading;
  }

  std::shared_ptr<Playback> playback_;
  DeviceInfo info_;
  std::vector<std::vector<Said>> said_;  // by channel
};

Found find(const Surroundings& surroundings) {
  Found found;
  for (const std::string& file : requests_for(surroundings, "replay")) {
    auto recording = io::read_file(file).and_then(parse_recording);
    if (!recording) {
      found.advice.push_back("\"" + file + "\" cannot be replayed: " + recording.error().message());
      continue;
    }
    auto playback = std::make_shared<Playback>(Playback{std::move(*recording), surroundings.clock, std::nullopt});
    for (std::size_t i = 0; i < playback->recording.devices.size(); ++i)
      found.devices.push_back(std::make_unique<ReplayedDevice>(playback, i));
  }
  return found;
}

}  // namespace

Driver replay() { return {"replay", "a recording played against the clock (replay:FILE)", find}; }

}  // namespace diffjoule::sensors
