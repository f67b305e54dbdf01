// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/import_lint.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/io/csv.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

struct Cards {
  double count = 1.0;
  std::string name;
};

// "8 x NAME", "NAME"; with several GPUs in the id, "NAME x 8".
Cards cards_of(const sensors::DeviceInfo& device) {
  const std::size_t front = device.name.find(" x ");
  if (front != std::string::npos) {
    if (const auto count = io::csv_number(device.name.substr(0, front)); count && *count >= 1.0)
      return {*count, device.name.substr(front + 3)};
  }
  const std::size_t back = device.id.rfind(" x ");
  if (back != std::string::npos) {
    if (const auto count = io::csv_number(device.id.substr(back + 3)); count && *count >= 1.0)
      return {*count, device.name};
  }
  return {1.0, device.name};
}

// The highest limit and the lowest idle of the cards that may be meant.
void widen(GpuSpec& gpu, const GpuCatalogue& gpus) {
  for (const std::string& name : gpu.variants) {
    const auto variant = gpus.find(name);
    if (!variant) continue;
    if (variant->power_limit && gpu.power_limit) gpu.power_limit = std::max(*gpu.power_limit, *variant->power_limit);
    if (variant->idle && gpu.idle) gpu.idle = std::min(*gpu.idle, *variant->idle);
  }
}

void against_data_sheet(const measure::PartEnergy& part, const sensors::DeviceInfo& device, const GpuCatalogue& gpus,
                        std::vector<ImportFinding>& findings) {
  if (part.part != sensors::Part::gpu || !part.mean_power || device.name.empty()) return;
  const Cards cards = cards_of(device);
  auto gpu = gpus.find(cards.name);
  if (!gpu) return;
  widen(*gpu, gpus);
  const std::string mean = cards.name + ": a mean power of " + to_text(*part.mean_power);
  // 5 %: what power sensors may be off.
  if (gpu->power_limit && *part.mean_power > 1.05 * cards.count * *gpu->power_limit)
    findings.push_back({mean + " is above the limit of " + to_text(cards.count * *gpu->power_limit),
                        "more cards than said, another card, or mJ taken for J"});
  if (gpu->idle && *part.mean_power < 0.5 * cards.count * *gpu->idle)
    findings.push_back({mean + " is below half of idle, " + to_text(cards.count * *gpu->idle),
                        "a counter that steps more slowly than the window, idle subtracted, or kJ taken for J"});
}

void look_at(const measure::Phase& phase, const store::Record& record, const GpuCatalogue& gpus,
             std::vector<ImportFinding>& findings) {
  const std::string where = phase.name == "run" ? "" : phase.name + ": ";
  if (!std::isfinite(phase.elapsed.in(second)) || phase.elapsed < Duration())
    findings.push_back({where + "a duration of " + to_text(phase.elapsed), "a clock that went back"});
  for (const measure::PartEnergy& part : phase.parts) {
    if (!part.energy) continue;
    const double joules = part.energy->value.in(joule);
    if (!std::isfinite(joules) || joules <= 0.0)
      findings.push_back(
          {where + "an energy of " + to_text(part.energy->value), "a counter that was reset, or is stuck"});
    for (const sensors::DeviceInfo& device : record.measurement.devices) {
      if (device.id == part.device) against_data_sheet(part, device, gpus, findings);
    }
  }
}

}  // namespace

std::vector<ImportFinding> lint_import(const store::Record& record, const GpuCatalogue& gpus) {
  std::vector<ImportFinding> findings;
  look_at(record.measurement.whole, record, gpus, findings);
  for (const measure::Phase& phase : record.measurement.phases) look_at(phase, record, gpus, findings);
  return findings;
}

}  // namespace diffjoule::api
