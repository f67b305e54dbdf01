// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "diffjoule/measure/meter.h"
#include "diffjoule/store/entry.h"

// Places and runs for the store's tests.
namespace diffjoule::store {

// An empty folder of this test alone.
inline std::string fresh_folder() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string path = testing::TempDir() + "diffjoule_store_" + std::to_string(::getpid()) + "_" +
                           test->test_suite_name() + "_" + test->name();
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

inline Entry made_entry(const std::string& id, Duration started = 1.8e9 * second) {
  Entry e;
  e.id = id;
  e.host = "here";
  e.command = "sleep 5";
  e.program = "diffjoule test";
  e.started = started;
  return e;
}

inline Entry ended_entry(const std::string& id, Duration started = 1.8e9 * second) {
  Entry e = made_entry(id, started);
  e.elapsed = 5.0 * second;
  e.energy = Estimate<Energy>{500.0 * joule, 3.0 * joule};
  e.phases = {{"denoise", 2, 4.0 * second, 450.0 * joule}, {"decode", 1, 1.0 * second, std::nullopt}};
  return e;
}

inline io::Document made_document(const std::string& id) {
  return io::Document().set("id", id).set("energy_j", 500.25).set("missing", io::Document());
}

// A card with an energy counter and a power channel.
inline sensors::DeviceInfo made_card() {
  sensors::DeviceInfo d;
  d.driver = "scripted";
  d.id = "GPU-1";
  d.name = "a card";
  d.channels = {{"energy", sensors::Measurand::energy, sensors::Part::gpu, 0.1 * second, {}, 1e-3},
                {"power", sensors::Measurand::power, sensors::Part::gpu, 0.1 * second, 0.025 * second, 1e-3}};
  return d;
}

// Joules at 100 W and the watts, one tick.
inline void tick(measure::Sink& sink, os::Instant time, double energy, double power = 100.0) {
  const std::size_t channels[] = {0, 1};
  const sensors::Reading readings[] = {{energy}, {power}};
  sink.take({0, time, channels, readings});
}

// What a sink was given.
class Heard final : public measure::Sink {
 public:
  struct One {
    std::size_t device, channel;
    os::Instant time;
    sensors::Reading reading;
  };
  void take(const measure::Tick& t) override {
    for (std::size_t i = 0; i < t.channels.size(); ++i) all.push_back({t.device, t.channels[i], t.time, t.readings[i]});
  }
  [[nodiscard]] std::vector<One> of(std::size_t channel) const {
    std::vector<One> some;
    for (const One& o : all) {
      if (o.channel == channel) some.push_back(o);
    }
    return some;
  }
  std::vector<One> all;
};

}  // namespace diffjoule::store
