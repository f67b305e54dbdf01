// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "diffjoule/sensors/sensor.h"
#include "tests/fakes/nvml/fake_nvml.h"

namespace diffjoule::sensors {

// A machine whose NVML plays a script, and its devices as the driver finds them.
struct NvmlMachine {
  explicit NvmlMachine(const std::string& json, std::map<std::string, std::string> variables = {},
                       const std::string& age = "")
      : fake(json, age) {
    surroundings.root = "/nowhere";
    surroundings.nvml_library = fake.library();
    surroundings.environment = [variables](const std::string& name) -> std::optional<std::string> {
      const auto variable = variables.find(name);
      return variable == variables.end() ? std::nullopt : std::optional<std::string>(variable->second);
    };
    find();
  }

  void find() {
    const auto& drivers = all_drivers();
    const auto driver = std::find_if(drivers.begin(), drivers.end(), [](const Driver& d) { return d.name == "nvml"; });
    found = {};  // the old devices go first, and with them the library's session
    if (driver != drivers.end()) found = driver->find(surroundings);
  }

  [[nodiscard]] const Channel& channel(const std::string& name, std::size_t device = 0) const {
    const auto& channels = found.devices.at(device)->info().channels;
    return channels.at(index(name, device));
  }
  [[nodiscard]] std::size_t index(const std::string& name, std::size_t device = 0) const {
    const auto& channels = found.devices.at(device)->info().channels;
    const auto at = std::find_if(channels.begin(), channels.end(), [&](const Channel& c) { return c.name == name; });
    return static_cast<std::size_t>(at - channels.begin());
  }
  [[nodiscard]] Reading read(const std::string& name, std::size_t device = 0) const {
    const std::size_t one[] = {index(name, device)};
    Reading reading[1];
    found.devices.at(device)->read(one, reading);
    return reading[0];
  }
  [[nodiscard]] Reading read_at(double time, const std::string& name, std::size_t device = 0) const {
    fake.move_to(time);
    return read(name, device);
  }
  [[nodiscard]] bool advises(const std::string& words) const { return contains(found.advice, words); }
  [[nodiscard]] bool remarks(const std::string& words, std::size_t device = 0) const {
    return contains(found.devices.at(device)->info().remarks, words);
  }

  fakes::FakeNvml fake;
  Surroundings surroundings;
  Found found;

 private:
  static bool contains(const std::vector<std::string>& lines, const std::string& words) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(words) != std::string::npos; });
  }
};

}  // namespace diffjoule::sensors
