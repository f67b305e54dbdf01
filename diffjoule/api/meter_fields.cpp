// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/meter_fields.h"

#include <algorithm>

namespace diffjoule::api {
namespace {

bool is_named(const sensors::DeviceInfo& info, const std::string& name) {
  return !name.empty() && (info.driver == name || info.id.starts_with(name));
}

// "a,b" as two names.
std::vector<std::string> split(const std::vector<std::string>& lists) {
  std::vector<std::string> names;
  for (const std::string& list : lists) {
    for (std::size_t begin = 0; begin <= list.size();) {
      const std::size_t end = std::min(list.find(',', begin), list.size());
      if (end > begin) names.push_back(list.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return names;
}

}  // namespace

std::vector<Field> meter_fields() {
  return {
      {.name = "devices",
       .help = "only these: ids, beginnings of ids or drivers, parted by commas (\"diffjoule devices\" lists them)",
       .placeholder = "LIST",
       .many = true},
      {.name = "sensor",
       .help = "a sensor that is not found by itself: replay:FILE, wall:ADDRESS, model:WHAT=WATTS; may be repeated",
       .placeholder = "SENSOR",
       .many = true},
      {.name = "assume",
       .kind = Field::Kind::flag,
       .help = "where nothing can be measured, a model's energy, marked as assumed"},
      {.name = "period",
       .help = "between samples, such as 100ms, at least 10ms; else each sensor's own",
       .placeholder = "TIME"},
  };
}

Result<sensors::Found> sensors_of(const Request& request, os::Clock& clock) {
  sensors::Surroundings surroundings = sensors::real_surroundings(clock);
  surroundings.requests = request.texts("sensor");
  sensors::Found found = sensors::find_all(surroundings);
  if (found.devices.empty() && request.flag("assume")) {
    surroundings.requests.emplace_back(assumed_sensor);
    found = sensors::find_all(surroundings);
  }
  return chosen_devices(std::move(found), split(request.texts("devices")));
}

Result<sensors::Found> chosen_devices(sensors::Found found, const std::vector<std::string>& names) {
  if (names.empty()) return found;
  std::string all;
  for (const auto& device : found.devices) all += (all.empty() ? "" : ", ") + device->info().id;
  for (const std::string& name : names) {
    const auto is_meant = [&name](const auto& device) { return is_named(device->info(), name); };
    if (std::none_of(found.devices.begin(), found.devices.end(), is_meant))
      return fail(ErrorCode::not_found, "no device \"" + name + "\" here; there " +
                                            (all.empty() ? "is none (\"diffjoule devices\" says why)" : "are: " + all));
  }
  const auto is_unwanted = [&names](const auto& device) {
    const auto names_it = [&device](const std::string& name) { return is_named(device->info(), name); };
    return std::none_of(names.begin(), names.end(), names_it);
  };
  found.devices.erase(std::remove_if(found.devices.begin(), found.devices.end(), is_unwanted), found.devices.end());
  return found;
}

}  // namespace diffjoule::api
