// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// CodeCarbon's emissions.csv, the columns of version 3 in their order; empty where nothing was measured, so that a zero
// is a measured zero.
#include <map>

#include "diffjoule/io/csv.h"
#include "diffjoule/io/json.h"
#include "diffjoule/os/clock.h"
#include "diffjoule/store/export.h"

namespace diffjoule::store {
namespace {

constexpr const char* columns[] = {"timestamp",
                                   "project_name",
                                   "run_id",
                                   "experiment_id",
                                   "duration",
                                   "emissions",
                                   "emissions_rate",
                                   "cpu_power",
                                   "gpu_power",
                                   "ram_power",
                                   "cpu_energy",
                                   "gpu_energy",
                                   "ram_energy",
                                   "energy_consumed",
                                   "water_consumed",
                                   "country_name",
                                   "country_iso_code",
                                   "region",
                                   "cloud_provider",
                                   "cloud_region",
                                   "os",
                                   "python_version",
                                   "codecarbon_version",
                                   "cpu_count",
                                   "cpu_model",
                                   "gpu_count",
                                   "gpu_model",
                                   "longitude",
                                   "latitude",
                                   "ram_total_size",
                                   "tracking_mode",
                                   "cpu_utilization_percent",
                                   "gpu_utilization_percent",
                                   "ram_utilization_percent",
                                   "ram_used_gb",
                                   "on_cloud",
                                   "pue",
                                   "wue"};

std::string number(double value) { return io::to_json_line(value); }

class Row {
 public:
  void set(const char* column, std::string value) { values_[column] = std::move(value); }
  void energy(const char* column, const char* power_column, const std::optional<Estimate<Energy>>& e,
              Duration elapsed) {
    if (!e) return;
    set(column, number(e->value.in(kilowatt_hour)));
    if (elapsed > Duration() && power_column != nullptr) set(power_column, number((e->value / elapsed).in(watt)));
  }
  [[nodiscard]] std::string text() const {
    std::vector<std::string> header, fields;
    for (const char* column : columns) {
      header.emplace_back(column);
      const auto found = values_.find(column);
      fields.push_back(found == values_.end() ? "" : found->second);
    }
    std::string out;
    io::append_csv(out, header);
    io::append_csv(out, fields);
    return out;
  }

 private:
  std::map<std::string, std::string> values_;
};

Result<std::string> write(const measure::Measurement& m, const ExportOptions& options) {
  const measure::Totals totals = measure::totals(m.whole);
  const Duration elapsed = m.whole.elapsed;
  Row row;
  // CodeCarbon writes the moment of the end, without a zone; ours is UTC.
  row.set("timestamp", os::utc_text(m.started + elapsed).substr(0, 19));
  row.set("project_name", options.model.empty() ? "diffjoule" : options.model);
  row.set("run_id", m.id);
  row.set("duration", number(elapsed.in(second)));
  row.energy("gpu_energy", "gpu_power", totals.gpu, elapsed);
  row.energy("cpu_energy", "cpu_power", totals.cpu, elapsed);
  row.energy("ram_energy", "ram_power", totals.dram, elapsed);
  row.energy("energy_consumed", nullptr, totals.all, elapsed);
  if (options.intensity && totals.all) {
    const double kilograms = (totals.all->value * *options.intensity).in(gram_co2e)*1e-3;
    row.set("emissions", number(kilograms));
    if (elapsed > Duration()) row.set("emissions_rate", number(kilograms / elapsed.in(second)));
  }
  std::size_t gpus = 0;
  std::string gpu_model, cpu_model;
  for (const sensors::DeviceInfo& d : m.devices) {
    for (const measure::PartEnergy& p : m.whole.parts) {
      if (p.device != d.id || !p.counted) continue;
      if (p.part == sensors::Part::gpu || p.part == sensors::Part::module) {
        ++gpus;
        gpu_model = d.name;
      } else if (p.part == sensors::Part::cpu_package) {
        cpu_model = d.name;
      }
    }
  }
  if (gpus > 0) {
    row.set("gpu_count", std::to_string(gpus));
    row.set("gpu_model", std::to_string(gpus) + " x " + gpu_model);
  }
  row.set("cpu_model", cpu_model);
  row.set("os", "Linux");
  row.set("tracking_mode", "machine");
  return row.text();
}

}  // namespace

Export codecarbon_csv() {
  return {"codecarbon_csv", "CodeCarbon's emissions.csv: kWh, W, kg; empty where not measured", write};
}

}  // namespace diffjoule::store
