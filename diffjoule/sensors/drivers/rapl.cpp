// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// RAPL, the energy counters of Intel and AMD processors, through the kernel's powercap zones:
// Documentation/power/powercap/powercap.rst of the kernel. A device is a package with what is inside it (cores, uncore)
// and beside it (dram); psys, the whole platform, is a device of its own.
#include <charconv>
#include <map>
#include <set>

#include "diffjoule/sensors/kernel_device.h"

namespace diffjoule::sensors {
namespace {

constexpr const char* zones_folder = "sys/class/powercap";
// Intel SDM volume 3, "RAPL interfaces": counters advance about each millisecond, by 2^-14 J unless the model says
// otherwise.
const Duration update_period = 1e-3 * second;
constexpr double resolution = 1.0 / 16384.0;

struct Zone {
  std::string folder;  // "intel-rapl:0:1", in zones_folder
  std::string name;    // "package-0", "core", "dram"
};

// "package-1-die-0" in its parts.
struct PackageName {
  int package;
  int die;
};
std::optional<PackageName> package_of(std::string_view name) {
  const auto take = [&name](std::string_view word, int& into) {
    if (!name.starts_with(word)) return false;
    name.remove_prefix(word.size());
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), into);
    if (error != std::errc{}) return false;
    name.remove_prefix(static_cast<std::size_t>(end - name.data()));
    return true;
  };
  PackageName found{0, 0};
  if (!take("package-", found.package)) return std::nullopt;
  if (!name.empty() && (!take("-die-", found.die) || !name.empty())) return std::nullopt;
  return found;
}

Part part_of(const std::string& name) {
  if (name == "core") return Part::cpu_core;
  if (name == "uncore") return Part::cpu_uncore;
  if (name == "dram") return Part::dram;
  if (name == "psys") return Part::platform;
  return package_of(name) ? Part::cpu_package : Part::rail;
}

// One processor's line of /proc/cpuinfo; empty where there is none.
std::string cpuinfo(const KernelTree& tree, std::string_view key) {
  const std::string text = tree.text("proc/cpuinfo").value_or("");
  std::size_t at = text.starts_with(key) ? 0 : text.find("\n" + std::string(key));
  if (at == std::string::npos) return "";
  at = text.find(": ", at);
  return at == std::string::npos ? "" : text.substr(at + 2, text.find('\n', at) - at - 2);
}

// How many dies the kernel's topology gives a socket; 0: it does not say.
std::size_t dies_of(const KernelTree& tree, int package) {
  std::set<std::int64_t> dies;
  for (const std::string& path : tree.matches("sys/devices/system/cpu/cpu*/topology/die_id")) {
    const std::string folder = path.substr(0, path.rfind('/'));
    const auto die = tree.whole(path);
    if (die && tree.whole(folder + "/physical_package_id") == package) dies.insert(*die);
  }
  return dies.size();
}

class Finder {
 public:
  explicit Finder(const Surroundings& s) : tree_(s.root) {
    const std::string vendor = cpuinfo(tree_, "vendor_id");
    amd_ = vendor == "AuthenticAMD" || vendor == "HygonGenuine";
    x86_ = amd_ || vendor == "GenuineIntel";
    model_ = cpuinfo(tree_, "model name");
  }

  Found find() {
    // "intel-rapl:0" is a zone, "intel-rapl:0:1" is inside it; "intel-rapl" alone holds them all. MSR zones first.
    for (const char* type : {"intel-rapl:", "intel-rapl-mmio:"}) {
      for (const std::string& folder : tree_.entries(zones_folder, type)) {
        if (folder.find(':', std::string(type).size()) == std::string::npos) add_zone(folder);
      }
    }
    if (found_.devices.empty() && x86_) {
      found_.advice.push_back(
          "no energy counters of the processor: a virtual machine hides them; on a machine of its own, `sudo modprobe "
          "intel_rapl_msr` shows them");
    }
    return std::move(found_);
  }

 private:
  [[nodiscard]] std::string path(const std::string& folder, const char* file) const {
    return std::string(zones_folder) + "/" + folder + "/" + file;
  }

  // Why this zone's energy is in another one that is read; nullopt where it is its own.
  std::optional<std::string> repeated(const std::string& folder, const std::string& name) {
    const auto [same, is_new] = by_name_.try_emplace(name, folder);
    if (!is_new) return "it repeats the zone " + same->second + " of the same name";
    const auto package = package_of(name);
    if (!package) return std::nullopt;
    const auto [first, is_first] = by_package_.try_emplace(package->package, name);
    if (is_first) return std::nullopt;
    if (amd_) return "on AMD each die's zone shows the energy of the whole socket: it repeats " + first->second;
    if (dies_of(tree_, package->package) == 1)
      return "the socket has one die by its topology: it repeats " + first->second;
    return std::nullopt;
  }

  KernelChannel channel_of(const std::string& folder, const std::string& name, const std::string& channel_name) {
    Channel c{.name = channel_name, .measurand = Measurand::energy, .part = part_of(name)};
    c.update_period = update_period;
    c.resolution = resolution;
    const auto range = tree_.whole(path(folder, "max_energy_range_uj"));
    if (range && *range > 0) {
      c.wraps_at = static_cast<double>(*range) * 1e-6;
    } else {
      c.may_wrap = true;
    }
    return {std::move(c), {.pattern = path(folder, "energy_uj")}};
  }

  void add_zone(const std::string& folder) {
    const std::string name = tree_.text(path(folder, "name")).value_or(folder);
    const auto same = repeated(folder, name);
    const bool mmio = folder.starts_with("intel-rapl-mmio:");
    const bool taken = same && by_name_[name] != folder;
    DeviceInfo info{.driver = "rapl",
                    .id = "rapl:" + (taken ? folder : name),
                    .name = model_.empty() ? name : model_ + ", " + name};
    if (same && mmio) return;  // always there beside the MSR's: worth no device
    std::vector<KernelChannel> channels{channel_of(folder, name, "energy")};
    if (same) {
      info.remarks.push_back("not counted: " + *same);
      channels.front().channel.missing = *same;
    }
    for (const std::string& other : tree_.entries(zones_folder, "intel-rapl-mmio:")) {
      if (!mmio && !same && tree_.text(path(other, "name")) == name)
        info.remarks.push_back(other + " repeats this zone and is not counted");
    }
    std::map<std::string, int> names;
    for (const std::string& inner : tree_.entries(zones_folder, folder + ":")) {
      if (same) break;
      std::string inner_name = tree_.text(path(inner, "name")).value_or(inner);
      if (names[inner_name]++ > 0) inner_name += "-" + std::to_string(names[inner_name]);
      channels.push_back(channel_of(inner, inner_name, "energy." + inner_name));
    }
    for (const KernelChannel& c : channels) {
      if (c.channel.may_wrap)
        info.remarks.push_back(c.channel.name + " wraps, nobody says where: a decrease is a gap in the measurement");
    }
    auto device = std::make_unique<KernelDevice>(tree_, std::move(info), std::move(channels));
    if (device->forbidden()) {
      found_.advice.push_back("the energy counters of " + name + " are readable by root only: `sudo chmod o+r " +
                              tree_.at(zones_folder) + "/" + folder + "*/energy_uj` opens them until the next boot");
    }
    found_.devices.push_back(std::move(device));
  }

  KernelTree tree_;
  bool amd_ = false, x86_ = false;
  std::string model_;
  std::map<std::string, std::string> by_name_;
  std::map<int, std::string> by_package_;
  Found found_;
};

Found find(const Surroundings& surroundings) { return Finder(surroundings).find(); }

}  // namespace

Driver rapl() { return {"rapl", "energy counters of Intel and AMD processors (powercap)", find}; }

}  // namespace diffjoule::sensors
