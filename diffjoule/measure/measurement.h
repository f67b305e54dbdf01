// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"
#include "diffjoule/measure/verdict.h"
#include "diffjoule/sensors/sensor.h"
#include "diffjoule/units/estimate.h"
#include "diffjoule/units/units.h"

// The record of what was measured: per phase and device, energy by both instruments with its standard uncertainty, with
// and without idle, and a verdict. What every door shows and the store keeps.
namespace diffjoule::measure {

enum class Instrument { counter, integrated_power, model };
[[nodiscard]] const char* name(Instrument instrument);

// Power while nothing runs. Which idle it is decides what it may be subtracted from.
struct Idle {
  enum class Kind { no_context, context_held, model_resident, unknown };
  Kind kind = Kind::unknown;
  Estimate<Power> power;
  Duration length;                    // of the window it was taken in
  std::optional<double> temperature;  // degrees Celsius, mean
};
[[nodiscard]] const char* name(Idle::Kind kind);

// One part of one device in one phase (or in all of a run).
struct PartEnergy {
  std::string device;  // DeviceInfo::id
  sensors::Part part = sensors::Part::gpu;
  bool counted = true;                          // false: inside another part that is counted (module beside gpu)
  std::optional<Estimate<Energy>> counter;      // difference of the energy counter, edges aligned or interpolated
  std::optional<Estimate<Energy>> integrated;   // integral of power
  std::optional<Estimate<Energy>> energy;       // the better of the two; missing: see `missing`
  Instrument instrument = Instrument::counter;  // which `energy` is
  std::optional<Estimate<Energy>> above_idle;   // energy - idle power x elapsed
  std::string missing = {};                     // why there is no energy
  std::optional<Power> mean_power, highest_power, power_limit;
  std::optional<double> temperature, highest_temperature;  // degrees Celsius
  std::optional<Frequency> clock;                          // mean
  std::map<std::string, double> throttled = {};            // share of the time by reason, 0..1
  std::optional<double> attributed =
      std::nullopt;  // share of the device taken to be this program's, where others used it
  Verdict verdict = {};
  std::string channel = {};  // which, where a device has several of that part (rails)
};

// A named stretch; a phase that was entered several times is one, with its count.
struct Phase {
  std::string name;
  std::uint64_t count = 1;
  Duration elapsed;
  std::vector<PartEnergy> parts;
};

// Counted parts added up; nullopt where one of them is missing and none is there.
struct Totals {
  std::optional<Estimate<Energy>> gpu, cpu, dram, other;
  std::optional<Estimate<Energy>> all;
  std::optional<Estimate<Energy>> above_idle;
};

struct DeviceIdle {
  std::string device;
  sensors::Part part = sensors::Part::gpu;
  std::optional<Idle> before, after;
};

struct Measurement {
  std::string id;                    // of its own in a store: UTC start, host, process
  std::vector<std::string> command;  // as it was run; empty: through the window API
  std::string host;
  Duration started;              // wall clock, since 1970 UTC
  std::optional<int> exit_code;  // of the command
  Duration sampling_period;
  std::vector<sensors::DeviceInfo> devices;
  Phase whole;  // name "run"
  std::vector<Phase> phases;
  std::vector<DeviceIdle> idle;
  Verdict verdict;                     // of the run as a whole
  std::vector<std::string> notes;      // advice of drivers, what was skipped
  Duration own_cpu_time, driver_time;  // the meter's own cost: its CPU time, and the part spent inside drivers
  std::string program;                 // "diffjoule 0.2.0"

  bool ended = true;  // false: read back from a store that was cut off
};

[[nodiscard]] Totals totals(const Phase& phase);

// "diffjoule.measurement" version 1: SI units in the names, missing values null with a reason beside them.
inline constexpr int measurement_version = 1;
[[nodiscard]] io::Document to_document(const Measurement& measurement);
[[nodiscard]] Result<Measurement> measurement_from(const io::Document& document);

}  // namespace diffjoule::measure
