// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Power meters of servers that ACPI describes, through the kernel's acpi_power_meter: Documentation/hwmon/
// acpi_power_meter.rst. What it shows is the mean over an interval that can be minutes.
#include <charconv>
#include <cmath>

#include "diffjoule/sensors/kernel_device.h"

namespace diffjoule::sensors {
namespace {

// "95.0%" of accuracy: the value is within the rest of the truth, taken as a uniform distribution (GUM 4.3.7).
double uncertainty_of(const std::string& accuracy) {
  double percent = 0.0;
  const auto [end, error] = std::from_chars(accuracy.data(), accuracy.data() + accuracy.size(), percent);
  if (error != std::errc{} || end == accuracy.data() || !(percent > 0.0 && percent <= 100.0)) return 0.0;
  return (1.0 - percent / 100.0) / std::sqrt(3.0);
}

std::unique_ptr<KernelDevice> meter_in(const KernelTree& tree, const std::string& folder) {
  const std::string number = folder.substr(folder.rfind('/') + 1);
  const auto name_of = [&](const char* file) {
    return tree.text(folder + "/" + file).value_or(tree.text(folder + "/device/" + file).value_or(""));
  };
  const std::string model = name_of("power1_model_number"), serial = name_of("power1_serial_number");
  DeviceInfo info{.driver = "acpi",
                  .id = "acpi:" + (serial.empty() ? number : serial),
                  .name = model.empty() ? "ACPI power meter" : "ACPI power meter " + model};
  // Some kernels keep the files in the device's own folder.
  const std::string at = tree.has(folder + "/power1_average") ? folder : folder + "/device";
  const auto interval_ms = tree.whole(at + "/power1_average_interval");
  Channel power{.name = "power", .measurand = Measurand::power, .part = Part::platform};
  power.averaging_window = static_cast<double>(interval_ms.value_or(0)) * 1e-3 * second;
  power.update_period = power.averaging_window;
  power.resolution = 1.0;
  power.relative_uncertainty = uncertainty_of(tree.text(at + "/power1_accuracy").value_or(""));
  if (!interval_ms) info.remarks.push_back("the meter does not say over which interval it averages");
  std::vector<KernelChannel> channels{{std::move(power), {.pattern = at + "/power1_average"}}};
  if (tree.has(at + "/power1_cap")) {
    channels.push_back({{.name = "power_limit", .measurand = Measurand::power_limit, .part = Part::platform},
                        {.pattern = at + "/power1_cap"}});
  }
  return std::make_unique<KernelDevice>(tree, std::move(info), std::move(channels));
}

Found find(const Surroundings& surroundings) {
  const KernelTree tree(surroundings.root);
  Found found;
  for (const std::string& folder : tree.matches("sys/class/hwmon/hwmon*")) {
    const auto name = tree.text(folder + "/name");
    if (name != "power_meter" && !(!name && tree.text(folder + "/device/name") == "power_meter")) continue;
    auto meter = meter_in(tree, folder);
    if (meter->forbidden()) found.advice.push_back("sudo chmod o+r " + *meter->forbidden() + " opens the power meter");
    found.devices.push_back(std::move(meter));
  }
  return found;
}

}  // namespace

Driver acpi() { return {"acpi", "power meters of servers (ACPI)", find}; }

}  // namespace diffjoule::sensors
