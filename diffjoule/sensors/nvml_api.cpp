// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/nvml_api.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <initializer_list>

namespace diffjoule::sensors::nvidia {
namespace {

// The first of these names that the library has: newest first.
template <class Function>
void resolve(const os::SharedLibrary& library, Function*& slot, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    slot = library.find<Function>(name);
    if (slot != nullptr) return;
  }
}

void resolve_devices(const os::SharedLibrary& from, Api& api) {
  resolve(from, api.init, {"nvmlInit_v2", "nvmlInit"});
  resolve(from, api.shutdown, {"nvmlShutdown"});
  resolve(from, api.error_string, {"nvmlErrorString"});
  resolve(from, api.driver_version, {"nvmlSystemGetDriverVersion"});
  resolve(from, api.device_count, {"nvmlDeviceGetCount_v2", "nvmlDeviceGetCount"});
  resolve(from, api.device_at, {"nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex"});
  resolve(from, api.uuid, {"nvmlDeviceGetUUID"});
  resolve(from, api.name, {"nvmlDeviceGetName"});
  resolve(from, api.pci_info, {"nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2", "nvmlDeviceGetPciInfo"});
  resolve(from, api.compute_capability, {"nvmlDeviceGetCudaComputeCapability"});
  resolve(from, api.mig_mode, {"nvmlDeviceGetMigMode"});
  resolve(from, api.mig_slots, {"nvmlDeviceGetMaxMigDeviceCount"});
  resolve(from, api.mig_device_at, {"nvmlDeviceGetMigDeviceHandleByIndex"});
}

void resolve_readings(const os::SharedLibrary& from, Api& api) {
  resolve(from, api.field_values, {"nvmlDeviceGetFieldValues"});
  resolve(from, api.total_energy, {"nvmlDeviceGetTotalEnergyConsumption"});
  resolve(from, api.power_usage, {"nvmlDeviceGetPowerUsage"});
  resolve(from, api.enforced_power_limit, {"nvmlDeviceGetEnforcedPowerLimit"});
  resolve(from, api.clock, {"nvmlDeviceGetClockInfo"});
  resolve(from, api.temperature, {"nvmlDeviceGetTemperature"});
  resolve(from, api.temperature_v, {"nvmlDeviceGetTemperatureV"});
  resolve(from, api.clock_reasons,
          {"nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons"});
  resolve(from, api.utilization, {"nvmlDeviceGetUtilizationRates"});
  resolve(from, api.compute_processes,
          {"nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetComputeRunningProcesses_v2",
           "nvmlDeviceGetComputeRunningProcesses"});
  resolve(from, api.process_samples, {"nvmlDeviceGetProcessUtilization"});
}

double as_number(const FieldValue& answer) {
  switch (answer.type) {
    case ValueType::real:
      return answer.value.real;
    case ValueType::unsigned_int:
      return answer.value.unsigned_int;
    case ValueType::unsigned_long:
      return static_cast<double>(answer.value.unsigned_long);
    case ValueType::unsigned_long_long:
      return static_cast<double>(answer.value.unsigned_long_long);
    case ValueType::signed_long_long:
      return static_cast<double>(answer.value.signed_long_long);
    case ValueType::signed_int:
      return answer.value.signed_int;
    case ValueType::unsigned_short:
      return answer.value.unsigned_short;
  }
  return std::nan("");  // a type newer than this table
}

}  // namespace

Result<Api> load(const std::string& library) {
  auto opened = os::SharedLibrary::open(library);
  if (!opened) return forward(opened);
  for (const char* needed : {"nvmlShutdown", "nvmlDeviceGetUUID"}) {
    auto function = opened->need<void()>(needed);
    if (!function) return forward(function);
  }
  Api api;
  resolve_devices(*opened, api);
  resolve_readings(*opened, api);
  if (api.init == nullptr || api.device_count == nullptr || api.device_at == nullptr) {
    return fail(ErrorCode::unavailable,
                "\"" + library + "\" has no nvmlInit or cannot count devices: another library of that name");
  }
  api.library = *opened;
  return api;
}

Absence absence(Return code) {
  switch (code) {
    case success:
      return Absence::none;
    case invalid_argument:  // how older drivers answer for a field or scope that they do not know
    case not_supported:
    case function_not_found:
    case argument_version_mismatch:
    case deprecated:
      return Absence::not_supported;
    case no_permission:
      return Absence::no_permission;
    case uninitialized:
    case driver_not_loaded:
    case gpu_is_lost:
    case reset_required:
    case library_driver_mismatch:
    case gpu_not_found:
      return Absence::lost;
    default:
      return Absence::failed;
  }
}

std::string words(const Api& api, Return code) {
  const char* text = api.error_string != nullptr ? api.error_string(code) : nullptr;
  return std::string(text != nullptr ? text : "NVML error") + " (" + std::to_string(code) + ")";
}

Reading number(const FieldValue& answer) {
  if (const Absence why = absence(answer.status); why != Absence::none) return {.absence = why};
  const double value = as_number(answer);
  if (!std::isfinite(value) || value < 0.0) return {.absence = Absence::failed};
  return {.value = value};
}

Processes compute_processes(const Api& api, Handle device) {
  if (api.compute_processes == nullptr) return {.code = function_not_found, .pids = {}};
  constexpr std::size_t widest = 64;                   // bytes an entry, more than any version had
  constexpr unsigned char untouched = 0xa5;            // a byte that an entry does not end in: those are zeros or ones
  constexpr std::size_t known_sizes[] = {16, 24, 32};  // v1; v2 and most v3; v3 of 535.43
  for (unsigned room = 128; room <= 8192; room *= 4) {
    std::vector<unsigned char> bytes(room * widest, untouched);
    unsigned count = room;
    const Return code = api.compute_processes(device, &count, bytes.data());
    if (code == insufficient_size) continue;
    if (code != success) return {.code = code, .pids = {}};
    if (count == 0) return {.code = success, .pids = {}};
    if (count > room) return {.code = unknown, .pids = {}};
    const auto last = std::find_if(bytes.rbegin(), bytes.rend(), [](unsigned char b) { return b != untouched; });
    const auto written = static_cast<std::size_t>(bytes.rend() - last);
    const auto* size = std::find_if(std::begin(known_sizes), std::end(known_sizes),
                                    [&](std::size_t s) { return written > (count - 1) * s && written <= count * s; });
    if (size == std::end(known_sizes)) return {.code = unknown, .pids = {}};
    Processes found{.code = success, .pids = {}};
    for (unsigned i = 0; i < count; ++i) {
      unsigned pid = 0;
      std::memcpy(&pid, bytes.data() + i * *size, sizeof pid);
      found.pids.push_back(static_cast<int>(pid));
    }
    return found;
  }
  return {.code = insufficient_size, .pids = {}};
}

}  // namespace diffjoule::sensors::nvidia
