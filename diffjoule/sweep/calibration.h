// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/hardware/gpu.h"
#include "diffjoule/law/law.h"
#include "diffjoule/sweep/probes.h"
#include "diffjoule/sweep/trial.h"

// What calibrate learnt of a device: a law file (law/law.h) that carries, beside the law, the device it is of. Whoever
// reads law files can read it; predict takes the device from it.
namespace diffjoule::sweep {

// A configuration that was run, and what the law said of it before and after it had seen the calibration's runs.
struct CalibrationCase {
  Configuration configuration;
  Duration measured;
  double spread = 0.0;  // of the repeats, standard deviation as a share
  std::int64_t repeats = 0;
  Duration before, after;
  Duration low, high;   // of `after`, 90 %
  bool unseen = false;  // not among those the law was fitted on
};

struct Calibration {
  GpuSpec device;
  std::string engine;           // its provenance
  bool energy_assumed = false;  // a model's watts, not a sensor's
  law::Law law;
  std::vector<ProbeResult> probes = {};
  std::vector<CalibrationCase> cases = {};
};

[[nodiscard]] io::Document to_document(const Calibration& calibration);

// Device and law; an error for a law file without a device ("device" is what calibrate adds).
struct CalibratedLaw {
  GpuSpec device;
  law::Law law;
  bool energy_assumed = false;
};
[[nodiscard]] Result<CalibratedLaw> calibrated_law_from(const io::Document& document);
// Whether a law file carries a device.
[[nodiscard]] bool has_device(const io::Document& document);

// "amd-epyc-9b14-2-threads.json": of a device's name.
[[nodiscard]] std::string file_name_of(const std::string& device);

}  // namespace diffjoule::sweep
