// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// No sensor but a model: thermal design power times utilisation. Only on request ("model", "model:cpu=65",
// "model:cpu=65,gpu=300"), and always marked as assumed: real power is neither zero at idle nor linear in utilisation.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "diffjoule/error/contract.h"
#include "diffjoule/error/result.h"
#include "diffjoule/sensors/kernel_device.h"
#include "diffjoule/sensors/request.h"

namespace diffjoule::sensors {
namespace {

// Where nobody told the TDP. From 192 threads at 360 W (EPYC 9654) to 16 at 105 W (Ryzen 7 7700X): 2 to 7 W a thread.
const Power assumed_per_thread = 4.0 * watt, least_assumed = 15.0 * watt, most_assumed = 350.0 * watt;
// Our judgement, not a measurement: how far such a model may be off (one standard deviation).
constexpr double uncertainty_of_told = 0.3, uncertainty_of_assumed = 0.5;

struct Asked {
  bool cpu = false, gpu = false;
  std::optional<Power> cpu_tdp, gpu_tdp;
};

Result<Asked> asked(std::string_view text) {
  Asked a;
  if (text.empty()) a.cpu = true;
  const std::string whole(text);
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(','));
    text.remove_prefix(std::min(item.size() + 1, text.size()));
    const std::string_view key = item.substr(0, item.find('='));
    const std::string_view value = item.substr(std::min(key.size() + 1, item.size()));
    double watts = 0.0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), watts);
    const bool told = error == std::errc{} && end == value.data() + value.size() && watts > 0.0 && watts < 1e5;
    if ((key != "cpu" && key != "gpu") || (!told && !(key == "cpu" && item == "cpu")))
      return fail(ErrorCode::invalid_argument,
                  "\"model:" + whole + "\" is not understood at \"" + std::string(item) +
                      "\"; expected model, model:cpu=WATTS, model:gpu=WATTS or both with a comma between them");
    (key == "cpu" ? a.cpu : a.gpu) = true;
    if (told) (key == "cpu" ? a.cpu_tdp : a.gpu_tdp) = watts * watt;
  }
  return a;
}

// Share of the time that the processors were busy between two looks at /proc/stat.
class CpuTime {
 public:
  explicit CpuTime(const KernelTree& tree) : file_(tree.at("proc/stat")) { (void)utilization(); }

  std::optional<double> utilization() {
    const auto text = file_.text();
    if (text.outcome != os::Attribute::Outcome::fine || !text.value.starts_with("cpu ")) return std::nullopt;
    // user nice system idle iowait irq softirq steal; guest times are inside user already.
    std::array<double, 8> jiffies{};
    const char* at = text.value.data() + 3;
    const char* const end = text.value.data() + text.value.size();
    for (double& one : jiffies) {
      while (at != end && *at == ' ') ++at;
      const auto read = std::from_chars(at, end, one);
      if (read.ec != std::errc{}) break;
      at = read.ptr;
    }
    double total = 0.0;
    for (const double one : jiffies) total += one;
    const double idle = jiffies[3] + jiffies[4];
    const double elapsed = total - total_;
    // Twice within one tick of the kernel's clock: what was last seen still holds.
    if (elapsed <= 0.0 && seen_) return last_;
    if (seen_) last_ = std::clamp(1.0 - (idle - idle_) / elapsed, 0.0, 1.0);
    total_ = total;
    idle_ = idle;
    seen_ = true;
    return last_;
  }

 private:
  os::Attribute file_;
  double total_ = 0.0, idle_ = 0.0;
  bool seen_ = false;
  std::optional<double> last_;
};

// A share of the time, and watts that go with it.
class ModelDevice : public Device {
 public:
  ModelDevice(DeviceInfo info, Power tdp, Part part, double uncertainty) : info_(std::move(info)), tdp_(tdp) {
    info_.driver = "model";
    info_.assumed = true;
    info_.remarks.push_back("assumed, not measured: thermal design power x utilisation");
    Channel power{.name = "power", .measurand = Measurand::power, .part = part};
    power.relative_uncertainty = uncertainty;
    info_.channels.push_back(std::move(power));
    info_.channels.push_back({.name = "utilization", .measurand = Measurand::utilization, .part = part});
  }
  [[nodiscard]] const DeviceInfo& info() const override { return info_; }
  void read(std::span<const std::size_t> channels, std::span<Reading> out) override {
    expect(channels.size() == out.size(), "one reading for each channel");
    const std::optional<double> share = utilization();
    for (std::size_t i = 0; i < channels.size(); ++i) {
      const double factor = channels[i] == 0 ? tdp_.in(watt) : 1.0;
      out[i] = share ? Reading{*share * factor} : Reading{0.0, Absence::failed};
    }
  }

 protected:
  virtual std::optional<double> utilization() = 0;
  DeviceInfo info_;

 private:
  Power tdp_;
};

class ModelCpu final : public ModelDevice {
 public:
  ModelCpu(const KernelTree& tree, DeviceInfo info, Power tdp, bool told)
      : ModelDevice(std::move(info), tdp, Part::cpu_package, told ? uncertainty_of_told : uncertainty_of_assumed),
        time_(tree) {
    for (Channel& c : info_.channels) {
      c.update_period = 0.01 * second;  // a tick of /proc/stat, USER_HZ
      if (!tree.has("proc/stat")) c.missing = "there is no " + tree.at("proc/stat");
    }
  }

 private:
  std::optional<double> utilization() override { return time_.utilization(); }
  CpuTime time_;
};

class ModelGpu final : public ModelDevice {
 public:
  ModelGpu(const KernelTree& tree, DeviceInfo info, Power tdp)
      : ModelDevice(std::move(info), tdp, Part::gpu, uncertainty_of_assumed) {
    const auto busy = tree.matches("sys/class/drm/card*/device/gpu_busy_percent");
    if (!busy.empty()) busy_.emplace(tree.at(busy.front()));
    info_.remarks.push_back(busy_ ? "utilisation from " + busy_->path()
                                  : "nothing shows how busy it is: it is taken to be busy all the time");
  }

 private:
  std::optional<double> utilization() override {
    if (!busy_) return 1.0;
    const auto read = busy_->whole();
    if (read.outcome != os::Attribute::Outcome::fine) return std::nullopt;
    return std::clamp(static_cast<double>(read.value) / 100.0, 0.0, 1.0);
  }
  std::optional<os::Attribute> busy_;
};

std::unique_ptr<Device> cpu_of(const KernelTree& tree, std::optional<Power> told) {
  DeviceInfo info{.driver = "model", .id = "model:cpu", .name = "CPU by its utilisation"};
  const std::size_t threads = tree.matches("sys/devices/system/cpu/cpu*/topology").size();
  Power tdp = told.value_or(static_cast<double>(std::max<std::size_t>(threads, 1)) * assumed_per_thread);
  if (told) {
    info.remarks.push_back("thermal design power as told: " + std::to_string(std::lround(told->in(watt))) + " W");
  } else {
    tdp = std::clamp(tdp, least_assumed, most_assumed);
    info.remarks.push_back("nobody told the thermal design power: " + std::to_string(std::lround(tdp.in(watt))) +
                           " W are assumed for " + std::to_string(threads) +
                           " logical processors; tell it with model:cpu=WATTS");
  }
  return std::make_unique<ModelCpu>(tree, std::move(info), tdp, told.has_value());
}

Found find(const Surroundings& surroundings) {
  const KernelTree tree(surroundings.root);
  Found found;
  for (const std::string& request : requests_for(surroundings, "model")) {
    const auto a = asked(request);
    if (!a) {
      found.advice.push_back(a.error().message());
      continue;
    }
    if (a->cpu) found.devices.push_back(cpu_of(tree, a->cpu_tdp));
    if (a->gpu) {
      DeviceInfo info{.driver = "model", .id = "model:gpu", .name = "GPU by its utilisation"};
      info.remarks.push_back("thermal design power as told: " + std::to_string(std::lround(a->gpu_tdp->in(watt))) +
                             " W");
      found.devices.push_back(std::make_unique<ModelGpu>(tree, std::move(info), *a->gpu_tdp));
    }
  }
  return found;
}

}  // namespace

Driver model() {
  return {"model", "assumed: thermal design power x utilisation (model, model:cpu=WATTS, model:gpu=WATTS)", find};
}

}  // namespace diffjoule::sensors
