// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "diffjoule/os/clock.h"
#include "diffjoule/units/units.h"

// What can be asked for energy on this machine. A driver (one file in drivers/, `Driver nvml();`) finds devices; a
// device has channels; a channel gives readings. What is not there is a missing reading with its reason, never zero.
namespace diffjoule::sensors {

enum class Measurand {
  energy,            // J since some moment: only differences mean something
  power,             // W, of the moment or of `averaging_window`
  power_limit,       // W
  temperature,       // degrees Celsius
  clock,             // Hz
  utilization,       // 0..1
  throttle_reasons,  // set of bits, see throttle.h
  throttled_time,    // s since some moment, one channel a reason
};

// What the joules belong to. Parts overlap (module holds gpu, platform holds all): they are never added blindly.
enum class Part { gpu, gpu_memory, module, cpu_package, cpu_core, cpu_uncore, dram, platform, rail, wall };

[[nodiscard]] const char* name(Measurand measurand);
[[nodiscard]] const char* name(Part part);

// Values are in the SI base unit of the measurand.
struct Channel {
  std::string name;  // of its own on the device: "energy", "power.instant"
  Measurand measurand = Measurand::power;
  Part part = Part::gpu;
  Duration update_period = {};                        // a new value so often; zero: not known
  Duration averaging_window = {};                     // of a power; zero: the moment
  double resolution = 0.0;                            // the least difference it can show
  std::optional<double> wraps_at = std::nullopt;      // a cumulative value starts again at zero after this one
  bool may_wrap = false;                              // it wraps, nobody says where: a decrease is a gap, not a reset
  double relative_uncertainty = 0.0;                  // standard, of the gain, where a source states one
  std::optional<std::string> missing = std::nullopt;  // why it cannot be read here; such a channel is listed, not read
};

enum class Absence : unsigned char { none, not_supported, no_permission, lost, failed };
[[nodiscard]] const char* name(Absence absence);

struct Reading {
  double value = 0.0;
  Absence absence = Absence::none;
  [[nodiscard]] bool there() const { return absence == Absence::none; }
};

// A process that uses a device.
struct Occupant {
  int pid = 0;
  std::optional<double> utilization = std::nullopt;  // its share of the device, 0..1, where the driver tells
};

struct DeviceInfo {
  std::string driver;       // the registry's name: "nvml"
  std::string id;           // stable over boots: a GPU's UUID, "rapl:package-0"
  std::string name;         // as people know it: "NVIDIA H100 80GB HBM3"
  std::string bus_id = {};  // PCI, "0000:3b:00.0"; empty where there is none
  bool assumed = false;     // a model, not a sensor: all it says is marked
  bool partition = false;   // a slice (MIG) of a device whose energy is that of the whole card
  std::vector<Channel> channels = {};
  std::vector<std::string> remarks = {};  // "the energy counter is not supported: power is integrated instead"
};

class Device {
 public:
  virtual ~Device() = default;
  [[nodiscard]] virtual const DeviceInfo& info() const = 0;
  // One reading for each channel named by its index in info().channels, in that order. Never blocks longer than the
  // driver does, never throws; called from one thread at a time.
  virtual void read(std::span<const std::size_t> channels, std::span<Reading> out) = 0;
  // Who computes on it; nullopt where nobody can tell.
  [[nodiscard]] virtual std::optional<std::vector<Occupant>> occupants() { return std::nullopt; }
};

// The outside world as drivers see it; tests hand in another one.
struct Surroundings {
  os::Clock* clock = nullptr;
  std::string root = "/";                          // before every path of /sys, /proc and /dev
  std::string nvml_library = "libnvidia-ml.so.1";  // as dlopen takes it
  std::string amdsmi_library = "libamd_smi.so";
  std::function<std::optional<std::string>(const std::string& name)> environment = {};  // getenv
  // What the user asked for by name: a recording to replay, an address of a wall meter, a model's watts.
  std::vector<std::string> requests = {};  // "replay:FILE", "wall:tcp://127.0.0.1:5555", "model:cpu=65"
};

// What a driver found. `advice`: what would make more available, in words a user can act on ("RAPL is readable by root
// only: chmod o+r /sys/class/powercap/intel-rapl:0/energy_uj"); empty where nothing is missing.
struct Found {
  std::vector<std::unique_ptr<Device>> devices;
  std::vector<std::string> advice;
};

struct Driver {
  std::string name;
  std::string summary;
  Found (*find)(const Surroundings& surroundings);
};

// The members of drivers/, by name of file.
[[nodiscard]] const std::vector<Driver>& all_drivers();

// Every driver's devices and advice (each with its driver's name in front).
[[nodiscard]] Found find_all(const Surroundings& surroundings);

// The process's own world.
[[nodiscard]] Surroundings real_surroundings(os::Clock& clock);

}  // namespace diffjoule::sensors
