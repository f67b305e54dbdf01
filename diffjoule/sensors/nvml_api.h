// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/os/shared_library.h"
#include "diffjoule/sensors/sensor.h"

// NVIDIA's management library as a table of functions, opened at run time. Only what the meter asks for is declared,
// from the documented ABI (NVML API Reference, docs.nvidia.com/deploy/nvml-api, releases 450 to 615; sizes and offsets
// checked against the ctypes declarations of NVIDIA's nvidia-ml-py 13.615). A function that a driver does not have is
// null.
namespace diffjoule::sensors::nvidia {

using Handle = void*;  // nvmlDevice_t
using Return = int;    // nvmlReturn_t

inline constexpr Return success = 0;
inline constexpr Return uninitialized = 1;
inline constexpr Return invalid_argument = 2;
inline constexpr Return not_supported = 3;
inline constexpr Return no_permission = 4;
inline constexpr Return not_found = 6;
inline constexpr Return insufficient_size = 7;
inline constexpr Return driver_not_loaded = 9;
inline constexpr Return function_not_found = 13;
inline constexpr Return gpu_is_lost = 15;
inline constexpr Return reset_required = 16;
inline constexpr Return library_driver_mismatch = 18;
inline constexpr Return argument_version_mismatch = 25;
inline constexpr Return deprecated = 26;
inline constexpr Return gpu_not_found = 28;
inline constexpr Return unknown = 999;

// nvmlValueType_t
enum class ValueType : unsigned {
  real = 0,
  unsigned_int = 1,
  unsigned_long = 2,
  unsigned_long_long = 3,
  signed_long_long = 4,
  signed_int = 5,
  unsigned_short = 6,
};

union Value {
  double real;
  unsigned unsigned_int;
  unsigned long unsigned_long;
  unsigned long long unsigned_long_long;
  long long signed_long_long;
  int signed_int;
  unsigned short unsigned_short;
};

// nvmlFieldValue_t: the first two members are the question, the others the answer.
struct FieldValue {
  unsigned field = 0;
  unsigned scope = 0;
  long long timestamp = 0;  // us of the wall clock
  long long latency = 0;    // us
  ValueType type = ValueType::real;
  Return status = unknown;
  Value value = {};
};

// nvmlFieldValue_t's field ids.
inline constexpr unsigned field_total_energy = 83;  // mJ since the driver was loaded
inline constexpr unsigned field_power_average = 185;
inline constexpr unsigned field_power_instant = 186;
inline constexpr unsigned field_power_limit = 190;  // mW, the one in force
inline constexpr unsigned field_energy = 191;       // mJ, with a scope
inline constexpr unsigned scope_gpu = 0, scope_module = 1, scope_memory = 2;

struct PciInfo {  // nvmlPciInfo_t; older libraries write less of it
  char legacy_bus_id[16];
  unsigned domain, bus, device, device_id, subsystem_id;
  char bus_id[32];
};

struct Utilization {  // percent
  unsigned gpu, memory;
};

struct Temperature {  // nvmlTemperature_v1_t
  unsigned version = 0x100000c;
  unsigned sensor = 0;
  int degrees = 0;
};

struct ProcessSample {  // nvmlProcessUtilizationSample_t, percent
  unsigned pid;
  unsigned long long timestamp;  // us of the wall clock
  unsigned sm, memory, encoder, decoder;
};

inline constexpr unsigned clock_sm = 1, clock_memory = 2;

struct Api {
  std::optional<os::SharedLibrary> library;  // keeps the functions where they are

  Return (*init)() = nullptr;
  Return (*shutdown)() = nullptr;
  const char* (*error_string)(Return) = nullptr;
  Return (*driver_version)(char* text, unsigned length) = nullptr;
  Return (*device_count)(unsigned* count) = nullptr;
  Return (*device_at)(unsigned index, Handle* device) = nullptr;
  Return (*uuid)(Handle, char* text, unsigned length) = nullptr;
  Return (*name)(Handle, char* text, unsigned length) = nullptr;
  Return (*pci_info)(Handle, PciInfo*) = nullptr;
  Return (*compute_capability)(Handle, int* major, int* minor) = nullptr;
  Return (*field_values)(Handle, int count, FieldValue* values) = nullptr;
  Return (*total_energy)(Handle, unsigned long long* millijoules) = nullptr;
  Return (*power_usage)(Handle, unsigned* milliwatts) = nullptr;
  Return (*enforced_power_limit)(Handle, unsigned* milliwatts) = nullptr;
  Return (*clock)(Handle, unsigned type, unsigned* megahertz) = nullptr;
  Return (*temperature)(Handle, unsigned sensor, unsigned* degrees) = nullptr;
  Return (*temperature_v)(Handle, Temperature*) = nullptr;         // from 560
  Return (*clock_reasons)(Handle, unsigned long long*) = nullptr;  // EventReasons from 535, ThrottleReasons before
  Return (*utilization)(Handle, Utilization*) = nullptr;
  Return (*mig_mode)(Handle, unsigned* now, unsigned* pending) = nullptr;
  Return (*mig_slots)(Handle, unsigned* count) = nullptr;
  Return (*mig_device_at)(Handle, unsigned index, Handle* slice) = nullptr;
  Return (*compute_processes)(Handle, unsigned* count, void* infos) = nullptr;  // _v3, _v2 or the first
  Return (*process_samples)(Handle, ProcessSample*, unsigned* count, unsigned long long since) = nullptr;
};

// Opens it and finds what it has. Unavailable: no such library, or one without the few functions without which there
// is nothing to do (init, shutdown, counting and naming devices). Does not call init.
[[nodiscard]] Result<Api> load(const std::string& library);

// What a return code means for the one who wanted a reading; `none` for success.
[[nodiscard]] Absence absence(Return code);
// In words: the library's own where it gives some, with the number.
[[nodiscard]] std::string words(const Api& api, Return code);

// The number of a field's answer in the field's own unit, or why there is none: both its status and its type are
// looked at. A negative or non-finite number is a failed read.
[[nodiscard]] Reading number(const FieldValue& answer);

// Ids of the processes that compute on a device, or the return code. The entries of the list have had 16, 24 and 32
// bytes under the same name (_v3 of 535.43 to 535.86 against others), so their size is seen from how far the list is
// written.
struct Processes {
  Return code = unknown;
  std::vector<int> pids;
};
[[nodiscard]] Processes compute_processes(const Api& api, Handle device);

}  // namespace diffjoule::sensors::nvidia
