// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/scrapes.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/measure/containment.h"
#include "diffjoule/measure/part.h"
#include "diffjoule/store/taken.h"
#include "diffjoule/units/text.h"

namespace diffjoule::store {
namespace {

using Kind = MetricMeaning::Kind;
using sensors::Part;

std::string first_label(const io::MetricSample& sample, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const std::string* value = sample.label(name);
    if (value != nullptr && !value->empty()) return *value;
  }
  return {};
}

bool is_slice(const io::MetricSample& sample) {
  return !first_label(sample, {"GPU_I_ID", "GPU_I_PROFILE", "gpu_instance_id"}).empty();
}

// The zones of powercap as Kepler names them: "package", or "package-0" where they are numbered.
std::optional<Part> part_of_zone(std::string_view zone) {
  static const std::map<std::string_view, Part> known{{"", Part::cpu_package},  {"package", Part::cpu_package},
                                                      {"core", Part::cpu_core}, {"uncore", Part::cpu_uncore},
                                                      {"dram", Part::dram},     {"psys", Part::platform}};
  const auto found = known.find(zone.substr(0, zone.find('-')));
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

// A node at a time: a platform sees the processor of its own node only, and no cards.
void mark_zones(measure::Phase& phase) {
  std::map<std::string, std::vector<measure::PartEnergy>> nodes;
  for (const measure::PartEnergy& p : phase.parts) {
    if (p.part != Part::gpu) nodes[p.device].push_back(p);
  }
  std::erase_if(phase.parts, [](const measure::PartEnergy& p) { return p.part != Part::gpu; });
  for (auto& [device, parts] : nodes) {
    measure::mark_counted(parts, {});
    phase.parts.insert(phase.parts.end(), parts.begin(), parts.end());
  }
}

}  // namespace

bool is_blank(double value) {
  const auto near = [value](double blank) { return value >= blank && value < blank + 16.0; };
  return near(2147483632.0) || near(140737488355328.0) || value >= 9.2233720368547e18;
}

std::optional<MetricMeaning> meaning_of(std::string_view metric) {
  static const std::map<std::string_view, MetricMeaning> known{
      {"DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", {Kind::energy, Part::gpu, 1e-3}},  // mJ
      {"DCGM_FI_DEV_POWER_USAGE", {Kind::power, Part::gpu, 1.0}},
      {"kepler_node_gpu_joules_total", {Kind::energy, Part::gpu, 1.0}},
      {"kepler_node_gpu_active_joules_total", {Kind::above_idle, Part::gpu, 1.0}},
      {"kepler_node_gpu_watts", {Kind::power, Part::gpu, 1.0}},
      {"power_monitor_gpu_power_watts", {Kind::power, Part::gpu, 1.0}},
      {"diffjoule_gpu_joules_total", {Kind::energy, Part::gpu, 1.0}},
      {"diffjoule_gpu_watts", {Kind::power, Part::gpu, 1.0}},
      {"kepler_node_cpu_joules_total", {Kind::energy, Part::cpu_package, 1.0}},
      {"kepler_node_cpu_watts", {Kind::power, Part::cpu_package, 1.0}},
  };
  const auto found = known.find(metric);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

// The series that a sample belongs to; nullptr: of no part that is known.
Scrapes::Seen* Scrapes::series_of(const io::MetricSample& sample, Part part) {
  const bool gpu = part == Part::gpu;
  std::string id = gpu ? first_label(sample, {"UUID", "gpu_uuid", "uuid"}) : std::string(), channel;
  if (id.empty()) {
    const std::string host = first_label(sample, {"Hostname", "hostname", "node_name", "node", "instance"});
    const std::string index = gpu ? first_label(sample, {"gpu", "index"}) : std::string();
    id = (host.empty() ? "" : host + "/") + (gpu ? "gpu" : "cpu") + (index.empty() ? "" : ":" + index);
  }
  if (!gpu) {
    const std::string zone = first_label(sample, {"zone"});
    const auto known = part_of_zone(zone);
    if (!known) {
      unknown_zones_[id + "/" + zone] = {
          id, "zone \"" + zone + "\" is not known: package, core, uncore, dram and psys are"};
      return nullptr;
    }
    part = *known;
    channel = first_label(sample, {"path", "index", "package"});
    if (channel.empty() && zone.find('-') != std::string::npos) channel = zone;
  }
  Seen& seen = seen_[{id, part, channel}];
  if (seen.device.id.empty())
    seen.device = device_of(format_, id, first_label(sample, {"modelName", "gpu_name", "name", "device"}));
  seen.part = part;
  seen.channel = channel;
  return &seen;
}

void Scrapes::add(const io::MetricSample& sample, std::optional<Duration> time, const std::string& where) {
  const auto meaning = meaning_of(sample.name);
  if (!meaning) return;
  Seen* seen = series_of(sample, meaning->part);
  if (seen == nullptr) return;
  seen->device.partition = seen->device.partition || is_slice(sample);
  std::vector<Point>& points = meaning->kind == Kind::energy  ? seen->energy
                               : meaning->kind == Kind::power ? seen->power
                                                              : seen->above_idle;
  if (!std::isfinite(sample.value) || is_blank(sample.value)) return;  // the device is known, its value is not
  // The slices of a card repeat its value: one a scrape is enough.
  if (is_slice(sample) && !points.empty() && points.back().where == where && points.back().time == time) return;
  points.push_back({time, sample.value * meaning->scale, where});
}

void Scrapes::put_counter(const Seen& seen, measure::PartEnergy& part) const {
  for (std::size_t i = 1; i < seen.energy.size(); ++i) {
    if (seen.energy[i].value >= seen.energy[i - 1].value) continue;
    part.missing = "the energy counter fell (" + seen.energy[i].where + "): the driver or the exporter was restarted";
    part.verdict.push_back(
        {measure::DoubtKind::counter_reset, part.missing, "import the times before and after apart"});
    return;
  }
  const Energy energy = (seen.energy.back().value - seen.energy.front().value) * joule;
  const measure::PartEnergy read = read_part(seen.device, seen.part, energy);
  part.counter = part.energy = read.energy;
  const auto& above = seen.above_idle;
  if (above.size() > 1 && above.back().value >= above.front().value)
    part.above_idle = read_part(seen.device, seen.part, (above.back().value - above.front().value) * joule).energy;
}

// A counter that stood still says nothing, as in the meter; nullopt: it moved, or its part may draw nothing and did.
std::optional<measure::Doubt> Scrapes::counter_stuck(const Seen& seen, const std::optional<Integrated>& power) {
  const auto& energy = seen.energy;
  if (energy.size() < 2) return std::nullopt;
  if (std::any_of(energy.begin(), energy.end(), [&](const Point& p) { return p.value != energy.front().value; }))
    return std::nullopt;
  const bool flowed = power && power->energy.value > Energy();
  if (!flowed && measure::zero_is_possible(seen.part)) return std::nullopt;
  return measure::Doubt{
      measure::DoubtKind::counter_stuck,
      "the energy counter stood still over " + std::to_string(energy.size()) + " readings" +
          (flowed ? " while " + to_text(power->mean) + " flowed" : "; such a device cannot draw nothing"),
      "integrated power is used where there is one; a newer driver may help"};
}

// No energy and no reason: there is nothing to take a difference or an integral of.
Result<measure::PartEnergy> Scrapes::part_from(const Seen& seen) const {
  measure::PartEnergy part = missing_part(seen.device, seen.part, "");
  part.channel = seen.channel;
  std::vector<PowerPoint> watts;
  for (const Point& p : seen.power) {
    if (p.time) watts.push_back({*p.time, p.value * watt, p.where});
  }
  std::optional<Integrated> power;
  if (watts.size() > 1) {
    auto integrated = integrate(watts, unstated_accuracy);
    if (!integrated) return forward(integrated, seen.device.id);
    power = std::move(*integrated);
  }
  const auto stuck = counter_stuck(seen, power);
  if (stuck) {
    part.verdict.push_back(*stuck);
  } else if (seen.energy.size() > 1) {
    put_counter(seen, part);
  }
  if (power) put_power(*power, part);
  if (stuck && !part.energy) part.missing = stuck->words + (part.missing.empty() ? "" : "; ") + part.missing;
  if (seen.device.partition)
    part.verdict.push_back({measure::DoubtKind::partition, "the energy is that of the whole card, not of a slice",
                            "share it out by GR_ENGINE_ACTIVE, and say so"});
  return part;
}

// From the first to the last reading that an energy can be of.
std::optional<std::pair<Duration, Duration>> Scrapes::span() const {
  std::optional<std::pair<Duration, Duration>> span;
  for (const auto& [key, seen] : seen_) {
    for (const auto* points : {&seen.energy, &seen.power}) {
      if (points->size() < 2) continue;
      for (const Point& p : *points) {
        if (!p.time) continue;
        if (!span) span = {*p.time, *p.time};
        span = {std::min(span->first, *p.time), std::max(span->second, *p.time)};
      }
    }
  }
  return span;
}

Result<Imported> Scrapes::imported(std::string_view bytes) const {
  Imported all;
  Record record = record_of(format_, bytes);
  measure::Measurement& m = record.measurement;
  for (const auto& [zone, refused] : unknown_zones_) all.refused.push_back(refused);
  for (const auto& [key, seen] : seen_) {
    auto part = part_from(seen);
    if (!part) return forward(part);
    if (!part->energy && part->missing.empty()) {
      all.refused.push_back(
          {seen.device.id, seen.energy.empty() && seen.power.empty()
                               ? "all of its values are blank: the exporter could not read it"
                               : "one scrape has no difference: give two of them, or a range of time"});
      continue;
    }
    if (m.devices.empty() || m.devices.back().id != seen.device.id) m.devices.push_back(seen.device);
    m.whole.parts.push_back(std::move(*part));
  }
  if (m.devices.empty()) {
    if (all.refused.empty()) return fail(ErrorCode::invalid_data, "no energy and no power of any device is in it");
    return all;
  }
  mark_zones(m.whole);
  if (const auto times = span()) {
    m.started = times->first;
    m.whole.elapsed = times->second - times->first;
    for (measure::PartEnergy& part : m.whole.parts) set_mean_power(part, m.whole.elapsed);
  } else {
    record.caveats.push_back("the times of the scrapes are not known: there is no power");
  }
  const bool only_gpu = std::all_of(m.whole.parts.begin(), m.whole.parts.end(),
                                    [](const measure::PartEnergy& p) { return p.part == Part::gpu; });
  record.boundary = only_gpu ? "gpu" : "gpu and cpu of the machine";
  record.caveats.push_back("all that ran on these devices, idle power included");
  if (std::any_of(m.devices.begin(), m.devices.end(), [](const sensors::DeviceInfo& d) { return d.partition; }))
    record.caveats.push_back("MIG: every slice repeats the card's energy; it was counted once");
  all.records.push_back(std::move(record));
  return all;
}

}  // namespace diffjoule::store
