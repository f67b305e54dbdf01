// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/device_sheet.h"

#include <filesystem>

#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"
#include "diffjoule/store/place.h"
#include "diffjoule/sweep/calibration.h"

namespace diffjoule::api {

Result<std::string> calibration_path(const std::string& device, os::Clock& clock) {
  auto store = store::default_place(sensors::real_surroundings(clock).environment);
  if (!store) return forward(store);
  return (std::filesystem::path(*store).parent_path() / "devices" / sweep::file_name_of(device)).string();
}

Result<sweep::Probes> probe(const MeteredEngine& o, Duration budget, os::Clock& clock) {
  const std::vector<sweep::ProbePlan> plans = sweep::probes_for(o.device, budget);
  if (o.meter) return sweep::run_probes(*o.engine, plans, *o.meter);
  auto none = measure::Meter::open({}, clock, {});
  if (!none) return forward(none);
  return sweep::run_probes(*o.engine, plans, **none);
}

Result<DeviceSheet> device_sheet(const MeteredEngine& o, const Context& context, os::Clock& clock) {
  if (const auto path = calibration_path(o.device.name, clock); path && std::filesystem::exists(*path)) {
    auto read = io::read_file(*path)
                    .and_then([](const std::string& text) { return io::parse_json(text); })
                    .and_then(sweep::calibrated_law_from);
    if (!read) return forward(read, *path);
    return DeviceSheet{std::move(read->device), "calibrated: " + *path};
  }
  if (auto spec = GpuCatalogue(context.data).find(o.device.name)) return DeviceSheet{std::move(*spec), "the catalogue"};
  auto probes = probe(o, 10.0 * second, clock);
  if (!probes) return forward(probes, "what " + o.device.name + " can do");
  auto sheet = sweep::data_sheet(o.device, probes->results, {}, assumed_power_limit);
  if (!sheet) return forward(sheet);
  return DeviceSheet{std::move(*sheet), "probed now (diffjoule calibrate would keep it)"};
}

}  // namespace diffjoule::api
