// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/sensors/sensor.h"

// What sensors said, kept as a file of JSON lines: first a header with the devices and their channels, then one line
// for each tick of one device. Values are in SI base units, what was not there is the name of its absence:
//
//   {"format":"diffjoule.recording","version":1,"program":"diffjoule 0.2.0","host":"n1","started_s":1795894385.1,
//    "devices":[{"driver":"rapl","id":"rapl:package-0","channels":[{"name":"energy","measurand":"energy",...}],...}]}
//   {"time_s":0.1,"device":0,"readings":{"energy":17.25,"power":"not supported"}}
//
// Times count from the beginning of the recording. A last line that was cut off is left out.
namespace diffjoule::sensors {

struct RecordedTick {
  Duration time;
  std::size_t device = 0;
  std::vector<std::size_t> channels;
  std::vector<Reading> readings;  // as many
};

struct Recording {
  std::string program, host;
  Duration started;  // wall clock, since 1970 UTC; zero: not known
  std::vector<DeviceInfo> devices;
  std::vector<RecordedTick> ticks;  // in order of time
  bool cut_off = false;             // the last line was not whole
};

inline constexpr int recording_version = 1;

// Errors begin with the line: "line 3: ...".
[[nodiscard]] Result<Recording> parse_recording(std::string_view text);

// The header's line, and one tick's: with line feeds. A writer that goes on writes ticks as they come.
[[nodiscard]] std::string recording_header(const Recording& recording);
[[nodiscard]] std::string recording_line(const std::vector<DeviceInfo>& devices, const RecordedTick& tick);

[[nodiscard]] std::string to_text(const Recording& recording);

}  // namespace diffjoule::sensors
