// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "diffjoule/engines/engine.h"
#include "diffjoule/hardware/gpu.h"
#include "diffjoule/law/observation.h"
#include "diffjoule/measure/meter.h"
#include "diffjoule/units/estimate.h"

// Single operators over and over, which tell what a device does at its best: the corners of its energy roofline (Choi,
// Bedard, Fowler and Vuduc, "A roofline model of energy", IPDPS 2013).
namespace diffjoule::sweep {

struct ProbePlan {
  std::string name;  // "linear 1024", "stream", "start"
  engines::Probe probe;
};

struct ProbeResult {
  ProbePlan plan;
  Duration call;  // of one
  std::uint64_t calls = 0;
  FlopRate rate;               // zero where nothing is multiplied
  Bandwidth bandwidth;         // of the bytes that the convention counts
  std::optional<Power> power;  // mean, of all counted parts
};

// Matrix products over sizes in every arithmetic the device has, a convolution, an attention, a stream, and an operator
// so small that only its start takes time; larger on GPUs. Together they take about `budget`.
[[nodiscard]] std::vector<ProbePlan> probes_for(const engines::Device& device, Duration budget);

// Runs them. Of an engine that cannot probe, its error; a probe that fails by itself (too little memory) is left out
// and said in `notes`.
struct Probes {
  std::vector<ProbeResult> results;
  std::vector<std::string> notes;
};
[[nodiscard]] Result<Probes> run_probes(engines::Engine& engine, const std::vector<ProbePlan>& plans,
                                        measure::Meter& meter);

// What the device was seen to do, as a data sheet: the best rate of each arithmetic, the best bandwidth, the highest
// power and the idle one. `assumed_limit` stands in where no power was measured. An error where no matrix product ran.
[[nodiscard]] Result<GpuSpec> data_sheet(const engines::Device& device, const std::vector<ProbeResult>& results,
                                         std::optional<Power> idle, Power assumed_limit);

// A probe as a law sees it: one operator, called as often as it was.
[[nodiscard]] law::Observation observation_of(const ProbeResult& result, const GpuSpec& sheet);

}  // namespace diffjoule::sweep
