// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// A meter at the wall, or in a rack, that somebody reads for us: by a line protocol (wall_line.h) over TCP or a local
// socket, or as a page of Prometheus metrics. On request only. Nothing here waits: a read takes what has come and gives
// the last value, and one that is too old is none.
#include <chrono>
#include <cmath>

#include "diffjoule/error/contract.h"
#include "diffjoule/io/openmetrics.h"
#include "diffjoule/sensors/http_page.h"
#include "diffjoule/sensors/request.h"
#include "diffjoule/sensors/stream.h"
#include "diffjoule/sensors/wall_line.h"

namespace diffjoule::sensors {
namespace {

const Duration stale_after = 5.0 * second;  // a value older than this is no value
const Duration again_after = 1.0 * second;  // between two connections, or two pages
const Duration answer_within = 2.0 * second;
constexpr std::size_t longest_line = 1 << 16, longest_page = 8 << 20;
constexpr std::chrono::milliseconds first_words{500};  // how long the search for devices listens

// What a metric's name says that it is: "plug_energy_joules_total" is joules.
struct Unit {
  Measurand measurand;
  double scale;
  bool told = true;
};

std::optional<Unit> unit_of(std::string_view metric) {
  if (metric.ends_with("_total")) metric.remove_suffix(6);
  struct Row {
    const char* end;
    Unit unit;
  };
  for (const Row& row : {Row{"millijoules", {Measurand::energy, 1e-3}},
                         {"joules", {Measurand::energy, 1.0}},
                         {"kilowatt_hours", {Measurand::energy, 3.6e6}},
                         {"kwh", {Measurand::energy, 3.6e6}},
                         {"watt_hours", {Measurand::energy, 3600.0}},
                         {"_wh", {Measurand::energy, 3600.0}},
                         {"milliwatts", {Measurand::power, 1e-3}},
                         {"kilowatts", {Measurand::power, 1e3}},
                         {"watts", {Measurand::power, 1.0}}}) {
    if (metric.ends_with(row.end)) return row.unit;
  }
  if (metric.find("energy") != std::string_view::npos) return std::nullopt;
  return Unit{Measurand::power, 1.0, false};
}

class WallMeter final : public Device {
 public:
  WallMeter(std::string request, WallAddress address, Stream stream, const os::Clock& clock)
      : address_(std::move(address)), stream_(std::move(stream)), clock_(clock), next_(clock.now()) {
    info_.driver = "wall";
    info_.id = "wall:" + request;
    info_.name = "wall meter at " + request;
  }

  // Says what the page's metric is. An error: it cannot be watts or joules.
  Status choose(const std::string& metric) {
    auto selector = io::parse_metric_selector(metric);
    if (!selector) return forward(selector);
    const auto unit = unit_of(selector->name);
    if (!unit)
      return fail(ErrorCode::invalid_argument, "metric \"" + selector->name +
                                                   "\" is an energy whose unit its name does "
                                                   "not say; one in joules, watt_hours or kwh is wanted");
    if (!unit->told) info_.remarks.push_back(selector->name + " is taken to be watts: its name does not say");
    selector_ = std::move(*selector);
    unit_ = *unit;
    return {};
  }

  // Listens for the first words, then says which channels there are.
  void introduce(Found& found) {
    const auto until = std::chrono::steady_clock::now() + first_words;
    while (!power_ && !energy_ && std::chrono::steady_clock::now() < until) {
      pump();
      if (!stream_.is_open()) break;
      if (!power_ && !energy_) stream_.wait(first_words / 10);
    }
    const bool http = address_.kind == WallAddress::Kind::http;
    const bool energy = http ? unit_.measurand == Measurand::energy : energy_.has_value();
    const auto add = [&](const char* name, Measurand measurand) {
      Channel c{.name = name, .measurand = measurand, .part = Part::wall};
      if (http) c.update_period = again_after;
      info_.channels.push_back(std::move(c));
    };
    if (http ? !energy : power_ || !energy) add("power", Measurand::power);
    if (energy) add("energy", Measurand::energy);
    if (power_ || energy_) return;
    const std::string why = trouble_.empty() ? stream_.trouble() : trouble_;
    found.advice.push_back(info_.id + (why.empty() ? " has said nothing yet" : " does not answer: " + why) +
                           "; it is tried again while measuring");
    info_.remarks.push_back(why.empty() ? "it has said nothing yet" : "no answer yet: " + why);
  }

  [[nodiscard]] const DeviceInfo& info() const override { return info_; }

  void read(std::span<const std::size_t> channels, std::span<Reading> out) override {
    expect(channels.size() == out.size(), "one reading for each channel");
    pump();
    for (std::size_t i = 0; i < channels.size(); ++i) {
      expect(channels[i] < info_.channels.size(), "a channel of this device");
      const auto& last = info_.channels[channels[i]].measurand == Measurand::energy ? energy_ : power_;
      if (!last) {
        out[i] = {0.0, Absence::failed};
      } else if (clock_.now() - last->time > stale_after) {
        out[i] = {0.0, Absence::lost};
      } else {
        out[i] = {last->value};
      }
    }
  }

 private:
  struct Last {
    double value;
    os::Instant time;
  };

  void pump() {
    const os::Instant now = clock_.now();
    const bool http = address_.kind == WallAddress::Kind::http;
    if (!stream_.is_open() && now >= next_) {
      buffer_.clear();
      stream_.open(http ? http_request(address_) : "");
      opened_ = now;
      next_ = now + again_after;
    }
    if (!stream_.is_open()) return;
    const bool goes_on = stream_.pump(buffer_);
    if (http) {
      take_page(goes_on, now);
    } else {
      take_lines(now);
    }
  }

  void take_lines(os::Instant now) {
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = buffer_.find('\n', begin)) != std::string::npos; begin = end + 1) {
      const WallWords words = parse_wall_line(std::string_view(buffer_).substr(begin, end - begin));
      if (words.power) power_ = {words.power->in(watt), now};
      if (words.energy) energy_ = {words.energy->in(joule), now};
    }
    buffer_.erase(0, begin);
    if (buffer_.size() > longest_line) buffer_.clear();
  }

  void take_page(bool goes_on, os::Instant now) {
    if (goes_on && !http_is_whole(buffer_)) {
      if (now - opened_ <= answer_within && buffer_.size() <= longest_page) return;
      trouble_ = buffer_.size() > longest_page ? "the page is larger than 8 MiB" : "no whole answer within 2 s";
      stream_.close();
      return;
    }
    stream_.close();
    if (buffer_.empty()) {
      trouble_ = stream_.trouble();
      return;
    }
    const auto page = http_page(buffer_);
    if (!page) {
      trouble_ = page.error().message();
      return;
    }
    const io::Exposition exposition = io::parse_openmetrics(*page);
    const auto samples = io::chosen(exposition, selector_);
    if (samples.size() != 1) {
      trouble_ = std::to_string(samples.size()) + " values of the page fit " + address_.metric + ", expected one";
      return;
    }
    if (!std::isfinite(samples.front()->value)) return;
    // A value that says when it was taken is as old as that.
    os::Instant taken = now;
    if (const auto time = samples.front()->timestamp) {
      const Duration age = clock_.since_epoch() - *time * second;
      if (age > Duration{}) taken = now - age;
    }
    (unit_.measurand == Measurand::energy ? energy_ : power_) = Last{samples.front()->value * unit_.scale, taken};
    trouble_.clear();
  }

  DeviceInfo info_;
  WallAddress address_;
  Stream stream_;
  const os::Clock& clock_;
  os::Instant next_, opened_;
  std::string buffer_, trouble_;
  io::MetricSelector selector_;
  Unit unit_{Measurand::power, 1.0};
  std::optional<Last> power_, energy_;
};

Result<std::unique_ptr<WallMeter>> meter_at(const std::string& request, const os::Clock& clock) {
  auto address = parse_wall_address(request);
  if (!address) return forward(address);
  auto stream = Stream::to(*address);
  if (!stream) return forward(stream);
  const std::string metric = address->metric;
  auto meter = std::make_unique<WallMeter>(request, std::move(*address), std::move(*stream), clock);
  if (!metric.empty()) {
    if (auto status = meter->choose(metric); !status) return forward(status);
  }
  return meter;
}

Found find(const Surroundings& surroundings) {
  Found found;
  for (const std::string& request : requests_for(surroundings, "wall")) {
    auto meter = meter_at(request, *surroundings.clock);
    if (!meter) {
      found.advice.push_back(meter.error().message());
      continue;
    }
    (*meter)->introduce(found);
    found.devices.push_back(std::move(*meter));
  }
  return found;
}

}  // namespace

Driver wall() {
  return {"wall",
          "a meter at the wall, by lines or Prometheus text (wall:tcp://HOST:PORT, wall:unix:PATH, wall:http://...)",
          find};
}

}  // namespace diffjoule::sensors
