// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/measure/measurement.h"

// A measurement in which nothing is at its default.
namespace diffjoule::measure {

[[nodiscard]] inline Measurement made_measurement() {
  Measurement m;
  m.id = "2026-11-28T19:33:05.123Z-host-7";
  m.command = {"python", "image.py", "--steps", "20"};
  m.host = "host";
  m.started = 1795894385.125 * second;
  m.exit_code = 3;
  m.sampling_period = 0.1 * second;
  m.program = "diffjoule 0.2.0";
  m.ended = false;
  sensors::DeviceInfo device;
  device.driver = "nvml";
  device.id = "GPU-1";
  device.name = "NVIDIA H100";
  device.bus_id = "0000:3b:00.0";
  device.partition = true;
  sensors::Channel channel;
  channel.name = "energy";
  channel.measurand = sensors::Measurand::energy;
  channel.part = sensors::Part::module;
  channel.update_period = 0.1 * second;
  channel.averaging_window = 0.025 * second;
  channel.resolution = 0.001;
  channel.wraps_at = 262143.5;
  channel.may_wrap = true;
  channel.relative_uncertainty = 0.02;
  channel.missing = "not supported";
  device.channels = {channel};
  device.remarks = {"power is integrated"};
  m.devices = {device};

  PartEnergy gpu;
  gpu.device = "GPU-1";
  gpu.counter = Estimate<Energy>{1234.5 * joule, 6.5 * joule};
  gpu.integrated = Estimate<Energy>{1230.0 * joule, 9.0 * joule};
  gpu.energy = gpu.counter;
  gpu.above_idle = Estimate<Energy>{634.5 * joule, 7.0 * joule};
  gpu.mean_power = 123.45 * watt;
  gpu.highest_power = 390.0 * watt;
  gpu.power_limit = 400.0 * watt;
  gpu.temperature = 61.5;
  gpu.highest_temperature = 66.0;
  gpu.clock = 1.98e9 * hertz;
  gpu.throttled = {{"power cap", 0.75}};
  gpu.attributed = 0.9;
  gpu.verdict = {{DoubtKind::shared, "1 other process", "stop it"}};
  PartEnergy cpu;
  cpu.device = "rapl:package-0";
  cpu.part = sensors::Part::cpu_package;
  cpu.missing = "readable by root only";
  cpu.channel = "energy";
  m.whole = {"run", 1, 10.0 * second, {gpu, cpu}};
  gpu.instrument = Instrument::integrated_power;
  gpu.counted = false;
  m.phases = {{"step", 50, 8.5 * second, {gpu}}};
  m.idle = {{"GPU-1", sensors::Part::gpu, Idle{Idle::Kind::no_context, {60.0 * watt, 0.5 * watt}, 10.0 * second, 35.0},
             std::nullopt}};
  m.verdict = {{DoubtKind::drifted, "idle moved", "wait"}};
  m.notes = {"rapl: chmod o+r"};
  m.own_cpu_time = 0.0125 * second;
  m.driver_time = 0.01 * second;
  return m;
}

}  // namespace diffjoule::measure
