// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// NVIDIA Jetson boards: INA3221 chips on I2C, each measuring three rails; Documentation/hwmon/ina3221.rst of the
// kernel. A rail's power is its voltage times its current. VDD_IN is what the module takes in all; other rails are
// inside it.
#include "diffjoule/sensors/kernel_device.h"

namespace diffjoule::sensors {
namespace {

constexpr double shunt_step = 40e-6;  // V: INA3221 data sheet, SBOS576, shunt voltage least significant bit

bool is_total(const std::string& rail) { return rail == "VDD_IN" || rail == "POM_5V_IN"; }

// What the least step of the current makes of the power at this rail's voltage.
double resolution_of(const KernelTree& tree, const std::string& folder, const std::string& number) {
  const auto shunt_micro_ohm = tree.whole(folder + "/shunt" + number + "_resistor");
  const auto voltage_mv = tree.whole(folder + "/in" + number + "_input");
  if (!shunt_micro_ohm || !voltage_mv || *shunt_micro_ohm <= 0 || *voltage_mv <= 0) return 0.0;
  return shunt_step / (static_cast<double>(*shunt_micro_ohm) * 1e-6) * static_cast<double>(*voltage_mv) * 1e-3;
}

std::vector<KernelChannel> rails_of(const KernelTree& tree, const std::string& folder) {
  std::vector<KernelChannel> channels;
  const double interval_ms = static_cast<double>(tree.whole(folder + "/update_interval").value_or(0));
  for (const std::string number : {"1", "2", "3"}) {  // the fourth is a sum of shunt voltages
    const auto rail = tree.text(folder + "/in" + number + "_label");
    if (!rail || rail->empty() || *rail == "NC") continue;
    Channel c{
        .name = "power." + *rail, .measurand = Measurand::power, .part = is_total(*rail) ? Part::platform : Part::rail};
    c.update_period = interval_ms * 1e-3 * second;
    c.resolution = resolution_of(tree, folder, number);
    channels.push_back({std::move(c),
                        {.pattern = folder + "/in" + number + "_input",
                         .scale = 1e-6,  // mV x mA
                         .factor = folder + "/curr" + number + "_input"}});
  }
  return channels;
}

Found find(const Surroundings& surroundings) {
  const KernelTree tree(surroundings.root);
  const std::string model = tree.text("proc/device-tree/model").value_or("");
  Found found;
  for (const char* layout : {"sys/bus/i2c/drivers/ina3221*/*/hwmon/hwmon*", "sys/bus/i2c/drivers/ina3221*/*/hwmon*"}) {
    for (const std::string& folder : tree.matches(layout)) {
      auto channels = rails_of(tree, folder);
      if (channels.empty()) continue;
      std::string address = folder.substr(0, folder.find("/hwmon"));
      address = address.substr(address.rfind('/') + 1);
      DeviceInfo info{.driver = "jetson",
                      .id = "ina3221:" + address,
                      .name = model.empty() ? "INA3221 " + address : model + ", INA3221 " + address};
      bool total = false;
      for (const KernelChannel& c : channels) total = total || c.channel.part == Part::platform;
      info.remarks.push_back(total ? "VDD_IN is the total: the other rails are inside it and are not added"
                                   : "no rail here is the total of the board: the rails are parts of it");
      auto device = std::make_unique<KernelDevice>(tree, std::move(info), std::move(channels));
      if (device->forbidden()) found.advice.push_back("sudo chmod o+r " + *device->forbidden() + " opens this rail");
      found.devices.push_back(std::move(device));
    }
  }
  return found;
}

}  // namespace

Driver jetson() { return {"jetson", "power rails of NVIDIA Jetson boards (INA3221)", find}; }

}  // namespace diffjoule::sensors
