// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/request.h"

#include <algorithm>
#include <array>

namespace diffjoule::sensors {
namespace {

constexpr std::array<std::string_view, 3> asked_for{"model", "replay", "wall"};  // others look for themselves

std::string_view driver_of(std::string_view request) { return request.substr(0, request.find(':')); }

}  // namespace

std::vector<std::string> requests_for(const Surroundings& surroundings, std::string_view driver) {
  std::vector<std::string> found;
  for (const std::string& request : surroundings.requests) {
    if (driver_of(request) != driver) continue;
    found.push_back(request.size() == driver.size() ? "" : request.substr(driver.size() + 1));
  }
  return found;
}

Result<Found> find_asked(const Surroundings& surroundings) {
  Surroundings plain = surroundings;
  plain.requests.clear();
  Found all = find_all(plain);
  for (const std::string& request : surroundings.requests) {
    const std::string_view wanted = driver_of(request);
    const auto& drivers = all_drivers();
    const auto is_it = [wanted](const Driver& d) { return d.name == wanted; };
    const auto driver = std::find_if(drivers.begin(), drivers.end(), is_it);
    if (driver == drivers.end() || std::find(asked_for.begin(), asked_for.end(), wanted) == asked_for.end())
      return fail(ErrorCode::invalid_argument,
                  "sensor \"" + request +
                      "\" is not known; expected replay:FILE, wall:tcp://HOST:PORT, wall:unix:PATH, "
                      "wall:http://HOST:PORT/metrics#METRIC, model, model:cpu=WATTS or model:gpu=WATTS");
    plain.requests = {request};
    Found one = driver->find(plain);
    if (one.devices.empty()) {
      std::string reason = one.advice.empty() ? "it has no devices" : one.advice.front();
      return fail(ErrorCode::unavailable, "sensor \"" + request + "\": " + reason);
    }
    for (auto& device : one.devices) all.devices.push_back(std::move(device));
    for (const std::string& advice : one.advice) all.advice.push_back(driver->name + ": " + advice);
  }
  return all;
}

}  // namespace diffjoule::sensors
