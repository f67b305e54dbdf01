// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// The text that Prometheus reads (for node_exporter's textfile collector, or a push gateway): joules, watts and seconds
// of the run and of each phase, by device. What was not measured is not there.
#include <map>

#include "diffjoule/io/json.h"
#include "diffjoule/store/export.h"

namespace diffjoule::store {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

struct Family {
  const char* name;
  const char* type;
  const char* help;
  std::string lines = {};

  void add(const std::string& labels, double value) {
    lines += std::string(name) + "{" + labels + "} " + io::to_json_line(value) + "\n";
  }
  [[nodiscard]] std::string text() const {
    if (lines.empty()) return {};
    return "# HELP " + std::string(name) + " " + help + "\n# TYPE " + name + " " + type + "\n" + lines;
  }
};

struct Families {
  Family gpu{"diffjoule_gpu_joules_total", "counter", "Energy of a GPU, idle included."};
  Family above{"diffjoule_gpu_above_idle_joules_total", "counter", "Energy of a GPU above its idle power."};
  Family watts{"diffjoule_gpu_watts", "gauge", "Mean power of a GPU."};
  Family other{"diffjoule_energy_joules_total", "counter", "Energy of a part of the machine that is no GPU."};
  Family seconds{"diffjoule_elapsed_seconds_total", "counter", "Time of the run or phase."};
};

void add_part(const measure::PartEnergy& p, const std::string& device, const std::string& more, Families& all) {
  if (!p.energy || !p.counted) return;
  if (p.part == sensors::Part::gpu || p.part == sensors::Part::module) {
    const std::string labels = "gpu_uuid=\"" + escaped(p.device) + "\",gpu_name=\"" + escaped(device) + "\"," + more;
    all.gpu.add(labels, p.energy->value.in(joule));
    if (p.above_idle) all.above.add(labels, p.above_idle->value.in(joule));
    if (p.mean_power) all.watts.add(labels, p.mean_power->in(watt));
    return;
  }
  all.other.add("device=\"" + escaped(p.device) + "\",part=\"" + sensors::name(p.part) + "\"," + more,
                p.energy->value.in(joule));
}

Result<std::string> write(const measure::Measurement& m, const ExportOptions& options) {
  std::map<std::string, std::string> names;
  for (const sensors::DeviceInfo& d : m.devices) names[d.id] = d.name;
  Families all;
  std::vector<const measure::Phase*> phases{&m.whole};
  for (const measure::Phase& phase : m.phases) phases.push_back(&phase);
  for (const measure::Phase* phase : phases) {
    const std::string more = "model=\"" + escaped(options.model) + "\",phase=\"" + escaped(phase->name) + "\"";
    for (const measure::PartEnergy& p : phase->parts) add_part(p, names[p.device], more, all);
    if (phase->elapsed > Duration()) all.seconds.add(more, phase->elapsed.in(second));
  }
  return all.gpu.text() + all.above.text() + all.watts.text() + all.other.text() + all.seconds.text();
}

}  // namespace

Export prometheus_text() {
  return {"prometheus_text", "Prometheus text: joules, watts and seconds by GPU and phase", write};
}

}  // namespace diffjoule::store
