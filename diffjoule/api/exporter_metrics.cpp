// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/exporter_metrics.h"

#include <algorithm>
#include <map>

namespace diffjoule::api {
namespace {

using io::MetricFamily;
using io::MetricLabels;
using io::MetricType;

constexpr const char* image_phase = "image";

// "cpu package" as part of a name.
std::string stem_of(sensors::Part part) {
  std::string stem = sensors::name(part);
  std::replace(stem.begin(), stem.end(), ' ', '_');
  return "diffjoule_" + stem;
}

bool is_of_gpu(sensors::Part part) {
  return part == sensors::Part::gpu || part == sensors::Part::gpu_memory || part == sensors::Part::module;
}

MetricLabels labels_of(const sensors::DeviceInfo& device, const measure::RunningPart& part, const std::string& model) {
  const bool gpu = is_of_gpu(part.part);
  MetricLabels labels{{gpu ? "gpu_uuid" : "device", device.id}, {gpu ? "gpu_name" : "device_name", device.name}};
  if (!part.rail.empty()) labels.emplace_back("rail", part.rail);
  if (!model.empty()) labels.emplace_back("model", model);
  if (device.assumed) labels.emplace_back("assumed", "true");
  if (device.partition) labels.emplace_back("partition", "true");
  return labels;
}

// Families in the order in which they were first asked for; samples of one family stay together.
class Families {
 public:
  MetricFamily& of(const std::string& name, MetricType type, const std::string& unit, const std::string& help) {
    const auto [place, added] = index_.emplace(name, all_.size());
    if (added) all_.push_back({name, type, help, unit, {}});
    return all_[place->second];
  }
  void counter(const std::string& name, const std::string& unit, const std::string& help, MetricLabels labels,
               double value) {
    of(name, MetricType::counter, unit, help).samples.push_back({name + "_total", std::move(labels), value, {}});
  }
  void gauge(const std::string& name, const std::string& unit, const std::string& help, MetricLabels labels,
             double value) {
    of(name, MetricType::gauge, unit, help).samples.push_back({name, std::move(labels), value, {}});
  }
  std::vector<MetricFamily> all() && { return std::move(all_); }

 private:
  std::map<std::string, std::size_t> index_;
  std::vector<MetricFamily> all_;
};

MetricLabels with(MetricLabels labels, const std::string& name, const std::string& value) {
  labels.emplace_back(name, value);
  return labels;
}

void add_part(Families& families, const measure::RunningPart& part, const MetricLabels& labels) {
  const std::string stem = stem_of(part.part), what = sensors::name(part.part);
  if (part.energy)
    families.counter(stem + "_joules", "joules", "Energy of the " + what + " since the exporter started.", labels,
                     part.energy->in(joule));
  if (part.power) families.gauge(stem + "_watts", "watts", "Power of the " + what + ".", labels, part.power->in(watt));
  if (part.unused)
    families.counter(stem + "_idle_joules", "joules", "Of its energy, what was drawn while its utilization read 0.",
                     labels, part.unused->in(joule));
  for (const auto& [phase, energy] : part.phases)
    families.counter(stem + "_phase_joules", "joules", "Of its energy, what was drawn in finished phases.",
                     with(labels, "phase", phase), energy.in(joule));
  families.counter(stem + "_gaps", "", "Readings that could not be joined to the one before: no energy is added there.",
                   labels, static_cast<double>(part.gaps));
}

void add_images(Families& families, const measure::RunningTotals& totals, const MetricLabels& labels,
                const ImageEnergy& images) {
  const auto counts = totals.phase_counts();
  const auto counted = counts.find(image_phase);
  const std::uint64_t in_phases = counted == counts.end() ? 0 : counted->second;
  const std::uint64_t made = std::max(in_phases, images.marked);
  families.counter("diffjoule_images", "", "Images said to be done, by phases or marks named image.", labels,
                   static_cast<double>(made));
  if (images.predicted)
    families.gauge("diffjoule_predicted_joules_per_image", "", "GPU energy of an image by the law.", labels,
                   images.predicted->in(joule));
  const auto show = [&](const std::string& basis, Energy energy, std::uint64_t count) {
    families.gauge("diffjoule_measured_joules_per_image", "",
                   "GPU energy of an image: of phases named image, else all since the exporter started (basis).",
                   with(labels, "basis", basis), energy.in(joule) / static_cast<double>(count));
  };
  // Joules and images of the same population: phases that are known, else all energy and all marks.
  const auto phases = totals.gpu_phases();
  if (const auto known = phases.find(image_phase); known != phases.end())
    return show("phase", known->second.energy, known->second.count);
  std::optional<Energy> all;
  for (const measure::RunningPart& part : totals.parts()) {
    if (part.part == sensors::Part::gpu && part.energy) all = all.value_or(Energy()) + *part.energy;
  }
  if (all && images.marked > 0) show("all", *all, images.marked);
}

}  // namespace

std::vector<MetricFamily> families_of(const measure::RunningTotals& totals, const std::string& model,
                                      const ImageEnergy& images) {
  Families families;
  // Family by family: parts of the same kind on several devices are neighbours.
  for (const measure::RunningPart& part : totals.parts())
    add_part(families, part, labels_of(totals.devices()[part.device], part, model));
  const auto throttled = totals.throttled();
  for (std::size_t device = 0; device < throttled.size(); ++device) {
    for (const auto& [reason, time] : throttled[device])
      families.counter("diffjoule_gpu_throttled_seconds", "seconds",
                       "Time in which the clock was held back, by reason.",
                       with(labels_of(totals.devices()[device], {}, model), "reason", reason), time.in(second));
  }
  MetricLabels labels;
  if (!model.empty()) labels.emplace_back("model", model);
  for (const auto& [phase, count] : totals.phase_counts())
    families.counter("diffjoule_phases", "", "Finished phases.", with(labels, "phase", phase),
                     static_cast<double>(count));
  families.counter("diffjoule_phases_left_out", "", "Phases whose energy is not known, or not of all parts.", {},
                   static_cast<double>(totals.phases_left_out()));
  add_images(families, totals, labels, images);
  return std::move(families).all();
}

}  // namespace diffjoule::api
