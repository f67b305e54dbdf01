// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

#include "tests/fakes/nvml/gpu.h"

// The exported face of the fake libnvidia-ml.so.1. Handles are pointers into the script's GPUs (and their slices).
using namespace diffjoule::fakes::nvml;  // NOLINT: this file is all about it
namespace api = diffjoule::sensors::nvidia;

namespace {

struct State {
  std::mutex mutex;
  Script script;
  // A test may move the time in one thread while a sampler reads in another.
  std::atomic<int> open = 0;
  std::atomic<bool> vanished = false;
  std::atomic<double> manual_time = -1.0;
  std::int64_t origin = 0;
  std::map<std::string, int> calls;
};

State& state() {
  static State the;
  return the;
}

std::int64_t monotonic() {
  using std::chrono::steady_clock;
  return std::chrono::duration_cast<std::chrono::nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

double now() {
  const State& s = state();
  const double manual = s.manual_time;
  return manual >= 0.0 ? manual : static_cast<double>(monotonic() - s.origin) * 1e-9;
}

// Whether a call can be answered at all; counts it.
int enter(const char* function) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  ++s.calls[function];
  if (s.open == 0) return api::uninitialized;
  if (now() >= s.script.vanish_after) s.vanished = true;
  return s.vanished ? api::uninitialized : api::success;
}

const Gpu* gpu_of(void* handle) {
  for (const Gpu& gpu : state().script.gpus) {
    if (handle == &gpu) return &gpu;
  }
  return nullptr;
}

// Enters a call about a GPU: its refusal, or 0 with `gpu` set.
int enter(const char* function, void* handle, const char* name, const Gpu*& gpu, bool sensor = true) {
  if (const int code = enter(function); code != 0) return code;
  gpu = gpu_of(handle);
  if (gpu == nullptr) return api::invalid_argument;
  if (sensor) std::this_thread::sleep_for(std::chrono::duration<double>(state().script.latency));
  return refusal(*gpu, name, now());
}

int put(const std::string& text, char* out, unsigned length) {
  if (text.size() + 1 > length) return api::insufficient_size;
  std::memcpy(out, text.c_str(), text.size() + 1);
  return api::success;
}

template <class Number>
int put(const TimeFunction& function, Number* out) {
  *out = static_cast<Number>(std::llround(function.at(now())));
  return api::success;
}

int read_script() {
  State& s = state();
  const char* path = std::getenv("FAKE_NVML_SCRIPT");
  if (path == nullptr) return api::driver_not_loaded;
  try {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    s.script = parse(text.str());
  } catch (const std::exception& wrong) {
    std::fprintf(stderr, "fake NVML: FAKE_NVML_SCRIPT=%s: %s\n", path, wrong.what());
    return api::unknown;
  }
  return s.script.init;
}

int list_processes(const char* function, void* device, unsigned* count, void* infos, std::size_t entry) {
  const Gpu* gpu = nullptr;
  if (const int code = enter(function, device, "processes", gpu); code != 0) return code;
  std::vector<unsigned> pids;
  for (const Process& process : gpu->processes) {
    if (process.when.holds(now())) pids.push_back(process.pid);
  }
  const unsigned room = *count;
  *count = static_cast<unsigned>(pids.size());
  if (pids.size() > room) return api::insufficient_size;
  auto* out = static_cast<unsigned char*>(infos);
  for (std::size_t i = 0; i < pids.size(); ++i, out += entry) {
    const unsigned long long memory = 512ULL << 20, none = 0;
    const unsigned no_instance = 0xffffffff;
    std::memcpy(out, &pids[i], sizeof pids[i]);  // the four bytes after it are padding: not written
    std::memcpy(out + 8, &memory, 8);
    if (entry >= 24) std::memcpy(out + 16, &no_instance, 4);
    if (entry >= 24) std::memcpy(out + 20, &no_instance, 4);
    if (entry >= 32) std::memcpy(out + 24, &none, 8);
  }
  return api::success;
}

}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))
// NOLINTBEGIN(readability-identifier-naming): NVML's names
EXPORT int nvmlInit_v2() {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (s.vanished) {
    s.vanished = false;
    s.open = 0;
    return api::driver_not_loaded;
  }
  if (s.open > 0) {  // counted, as the real one does: the script goes on
    ++s.open;
    return api::success;
  }
  s.calls.clear();
  if (const int code = read_script(); code != 0) return code;
  if (s.origin == 0) {
    const char* given = std::getenv("FAKE_NVML_ORIGIN_NS");
    s.origin = given != nullptr ? std::atoll(given) : monotonic();
  }
  ++s.open;
  return api::success;
}
EXPORT int nvmlInitWithFlags(unsigned) { return nvmlInit_v2(); }
EXPORT int nvmlShutdown() {
  const int code = enter("nvmlShutdown");
  if (state().open > 0) --state().open;
  return code;
}
EXPORT const char* nvmlErrorString(int code) {
  if (code == 0) return "Success";
  if (code == api::uninitialized) return "Uninitialized";
  if (code == api::not_supported) return "Not Supported";
  if (code == api::no_permission) return "Insufficient Permissions";
  if (code == api::driver_not_loaded) return "Driver Not Loaded";
  if (code == api::gpu_is_lost) return "GPU is lost";
  return "Unknown Error";
}
EXPORT int nvmlSystemGetDriverVersion(char* text, unsigned length) {
  if (const int code = enter("nvmlSystemGetDriverVersion"); code != 0) return code;
  return put(state().script.driver_version, text, length);
}
EXPORT int nvmlDeviceGetCount_v2(unsigned* count) {
  if (const int code = enter("nvmlDeviceGetCount_v2"); code != 0) return code;
  *count = static_cast<unsigned>(state().script.gpus.size());
  return api::success;
}
EXPORT int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  if (const int code = enter("nvmlDeviceGetHandleByIndex_v2"); code != 0) return code;
  auto& gpus = state().script.gpus;
  if (index >= gpus.size()) return api::invalid_argument;
  *device = &gpus[index];
  return refusal(gpus[index], "handle", now());
}
EXPORT int nvmlDeviceGetUUID(void* device, char* text, unsigned length) {
  if (const int code = enter("nvmlDeviceGetUUID"); code != 0) return code;
  if (const Gpu* gpu = gpu_of(device)) return put(gpu->uuid, text, length);
  for (const Gpu& gpu : state().script.gpus) {
    for (const std::string& slice : gpu.slices) {
      if (device == &slice) return put(slice, text, length);
    }
  }
  return api::invalid_argument;
}
EXPORT int nvmlDeviceGetName(void* device, char* text, unsigned length) {
  const Gpu* gpu = nullptr;
  const int code = enter("nvmlDeviceGetName", device, "name", gpu, false);
  return code != 0 ? code : put(gpu->name, text, length);
}
EXPORT int nvmlDeviceGetPciInfo_v3(void* device, api::PciInfo* info) {
  const Gpu* gpu = nullptr;
  if (const int code = enter("nvmlDeviceGetPciInfo_v3", device, "pci", gpu, false); code != 0) return code;
  *info = {};
  info->bus = gpu->bus;
  std::snprintf(info->bus_id, sizeof info->bus_id, "00000000:%02X:00.0", gpu->bus);
  return api::success;
}
EXPORT int nvmlDeviceGetCudaComputeCapability(void* device, int* major, int* minor) {
  const Gpu* gpu = nullptr;
  const int code = enter("nvmlDeviceGetCudaComputeCapability", device, "capability", gpu, false);
  if (code != 0) return code;
  *major = gpu->capability_major;
  *minor = gpu->capability_minor;
  return api::success;
}
#ifndef FAKE_NVML_OLD
EXPORT int nvmlDeviceGetFieldValues(void* device, int count, api::FieldValue* values) {
  const Gpu* gpu = nullptr;
  if (const int code = enter("nvmlDeviceGetFieldValues", device, "fields", gpu); code != 0) return code;
  const double time = now();
  for (int i = 0; i < count; ++i) answer(*gpu, time, values[i]);
  return api::success;
}
#endif
EXPORT int nvmlDeviceGetTotalEnergyConsumption(void* device, unsigned long long* millijoules) {
  const Gpu* gpu = nullptr;
  const int code = enter("nvmlDeviceGetTotalEnergyConsumption", device, "energy", gpu);
  if (code != 0) return code;
  const bool module = gpu->total_is_module && gpu->module_power;
  *millijoules = counter_millijoules(gpu->counter, module ? *gpu->module_power : gpu->power, now());
  return api::success;
}
EXPORT int nvmlDeviceGetPowerUsage(void* device, unsigned* milliwatts) {
  const Gpu* gpu = nullptr;
  const int code = enter("nvmlDeviceGetPowerUsage", device, "power.usage", gpu);
  if (code != 0) return code;
  // A mean over a second from Ampere on, except GA100 (compute capability 8.0).
  const bool averaged = gpu->capability_major > 8 || (gpu->capability_major == 8 && gpu->capability_minor > 0);
  *milliwatts = averaged ? average_milliwatts(*gpu, now()) : instant_milliwatts(*gpu, gpu->power, now());
  return api::success;
}
EXPORT int nvmlDeviceGetEnforcedPowerLimit(void* device, unsigned* milliwatts) {
  const Gpu* gpu = nullptr;
  const int code = enter("nvmlDeviceGetEnforcedPowerLimit", device, "power.enforced_limit", gpu);
  if (code == 0) *milliwatts = static_cast<unsigned>(std::llround(gpu->limit.at(now()) * 1e3));
  return code;
}
EXPORT int nvmlDeviceGetClockInfo(void* device, unsigned type, unsigned* megahertz) {
  const Gpu* gpu = nullptr;
  const bool memory = type == api::clock_memory;
  const int code = enter("nvmlDeviceGetClockInfo", device, memory ? "clock.memory" : "clock.sm", gpu);
  return code != 0 ? code : put(memory ? gpu->memory_clock : gpu->sm_clock, megahertz);
}
EXPORT int nvmlDeviceGetTemperature(void* device, unsigned, unsigned* degrees) {
  const Gpu* gpu = nullptr;
  const int code = enter("nvmlDeviceGetTemperature", device, "temperature", gpu);
  return code != 0 ? code : put(gpu->temperature, degrees);
}
#ifdef FAKE_NVML_OLD
EXPORT int nvmlDeviceGetCurrentClocksThrottleReasons(void* device, unsigned long long* reasons) {
#else
EXPORT int nvmlDeviceGetCurrentClocksEventReasons(void* device, unsigned long long* reasons) {
#endif
  const Gpu* gpu = nullptr;
  const int code = enter("nvmlDeviceGetCurrentClocksEventReasons", device, "throttle", gpu);
  return code != 0 ? code : put(gpu->throttle_reasons, reasons);
}
EXPORT int nvmlDeviceGetUtilizationRates(void* device, api::Utilization* rates) {
  const Gpu* gpu = nullptr;
  const int code = enter("nvmlDeviceGetUtilizationRates", device, "utilization", gpu);
  if (code == 0) *rates = {static_cast<unsigned>(std::llround(gpu->utilization.at(now()) * 100.0)), 0};
  return code;
}
EXPORT int nvmlDeviceGetMigMode(void* device, unsigned* current, unsigned* pending) {
  const Gpu* gpu = nullptr;
  if (const int code = enter("nvmlDeviceGetMigMode", device, "mig", gpu, false); code != 0) return code;
  *current = *pending = gpu->slices.empty() ? 0 : 1;
  return api::success;
}
EXPORT int nvmlDeviceGetMaxMigDeviceCount(void* device, unsigned* count) {
  const Gpu* gpu = nullptr;
  if (const int code = enter("nvmlDeviceGetMaxMigDeviceCount", device, "mig", gpu, false); code != 0) return code;
  *count = gpu->slices.empty() ? 0 : 7;
  return api::success;
}
EXPORT int nvmlDeviceGetMigDeviceHandleByIndex(void* device, unsigned index, void** slice) {
  const Gpu* gpu = nullptr;
  if (const int code = enter("nvmlDeviceGetMigDeviceHandleByIndex", device, "mig", gpu, false); code != 0) return code;
  if (index >= gpu->slices.size()) return api::not_found;
  *slice = const_cast<std::string*>(&gpu->slices[index]);
  return api::success;
}
#ifndef FAKE_NVML_OLD
EXPORT int nvmlDeviceGetComputeRunningProcesses_v3(void* device, unsigned* count, void* infos) {
  return list_processes("nvmlDeviceGetComputeRunningProcesses_v3", device, count, infos,
                        state().script.process_entry_bytes);
}
#endif
EXPORT int nvmlDeviceGetComputeRunningProcesses(void* device, unsigned* count, void* infos) {
  return list_processes("nvmlDeviceGetComputeRunningProcesses", device, count, infos, 16);
}
EXPORT int nvmlDeviceGetProcessUtilization(void* device, api::ProcessSample* samples, unsigned* count,
                                           unsigned long long since) {
  const Gpu* gpu = nullptr;
  if (const int code = enter("nvmlDeviceGetProcessUtilization", device, "process_samples", gpu); code != 0) return code;
  const auto timestamp = static_cast<unsigned long long>(now() * 1e6) + 1;
  std::vector<api::ProcessSample> there;
  for (const Process& process : gpu->processes) {
    if (!process.when.holds(now()) || !process.sm || timestamp <= since) continue;
    there.push_back({process.pid, timestamp, static_cast<unsigned>(std::llround(*process.sm * 100.0)), 0, 0, 0});
  }
  const unsigned room = *count;
  *count = static_cast<unsigned>(there.size());
  if (samples == nullptr || there.size() > room) return api::insufficient_size;
  std::copy(there.begin(), there.end(), samples);
  return there.empty() ? api::not_found : api::success;
}
EXPORT void fake_nvml_set_time(double time) { state().manual_time = time; }
EXPORT int fake_nvml_calls(const char* function) {
  const std::lock_guard lock(state().mutex);
  return state().calls[function];
}
EXPORT int fake_nvml_open() { return state().open; }
// NOLINTEND(readability-identifier-naming)
