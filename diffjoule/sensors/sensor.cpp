// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/sensor.h"

#include <cstdlib>

namespace diffjoule::sensors {

const char* name(Measurand measurand) {
  switch (measurand) {
    case Measurand::energy:
      return "energy";
    case Measurand::power:
      return "power";
    case Measurand::power_limit:
      return "power limit";
    case Measurand::temperature:
      return "temperature";
    case Measurand::clock:
      return "clock";
    case Measurand::utilization:
      return "utilization";
    case Measurand::throttle_reasons:
      return "throttle reasons";
    case Measurand::throttled_time:
      return "throttled time";
  }
  return "";
}

const char* name(Part part) {
  switch (part) {
    case Part::gpu:
      return "gpu";
    case Part::gpu_memory:
      return "gpu memory";
    case Part::module:
      return "module";
    case Part::cpu_package:
      return "cpu package";
    case Part::cpu_core:
      return "cpu cores";
    case Part::cpu_uncore:
      return "cpu uncore";
    case Part::dram:
      return "dram";
    case Part::platform:
      return "platform";
    case Part::rail:
      return "rail";
    case Part::wall:
      return "wall";
  }
  return "";
}

const char* name(Absence absence) {
  switch (absence) {
    case Absence::none:
      return "there";
    case Absence::not_supported:
      return "not supported";
    case Absence::no_permission:
      return "no permission";
    case Absence::lost:
      return "device lost";
    case Absence::failed:
      return "read failed";
  }
  return "";
}

Found find_all(const Surroundings& surroundings) {
  Found all;
  for (const Driver& driver : all_drivers()) {
    Found found = driver.find(surroundings);
    for (auto& device : found.devices) all.devices.push_back(std::move(device));
    for (const std::string& advice : found.advice) all.advice.push_back(driver.name + ": " + advice);
  }
  return all;
}

Surroundings real_surroundings(os::Clock& clock) {
  Surroundings s;
  s.clock = &clock;
  s.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  return s;
}

}  // namespace diffjoule::sensors
