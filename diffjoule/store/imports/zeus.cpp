// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Zeus' window log: start_time, window_name, elapsed_time, then a column for each device, in s and J.
#include <algorithm>
#include <map>

#include "diffjoule/store/columns.h"
#include "diffjoule/store/import.h"
#include "diffjoule/store/taken.h"

namespace diffjoule::store {
namespace {

constexpr const char* format = "zeus";

bool recognises(const Input& input) { return trimmed(input.text).starts_with("start_time,window_name,elapsed_time"); }

struct EnergyColumn {
  std::string name;
  sensors::DeviceInfo device;
  sensors::Part part;
};

// "gpu0_energy", "cpu0_energy", "dram0_energy".
std::vector<EnergyColumn> energy_columns(const io::Csv& table) {
  std::vector<EnergyColumn> all;
  for (const std::string_view header : table.header()) {
    const std::string name(trimmed(header));
    if (!name.ends_with("_energy")) continue;
    const std::string device = name.substr(0, name.size() - 7);
    const auto part = device.starts_with("gpu")    ? sensors::Part::gpu
                      : device.starts_with("dram") ? sensors::Part::dram
                                                   : sensors::Part::cpu_package;
    all.push_back({std::string(header), device_of(format, "zeus:" + device, ""), part});
  }
  return all;
}

struct Window {
  std::string name;
  Duration begin, elapsed;
  std::vector<std::optional<Energy>> energy;  // by column
};

Result<Window> window_of(const io::Csv& table, const Columns& columns, std::size_t row,
                         const std::vector<EnergyColumn>& energies) {
  Window w;
  w.name = std::string(columns.text(row, "window_name"));
  auto begin = columns.amount(row, "start_time");
  auto elapsed = columns.amount(row, "elapsed_time");
  if (!begin) return forward(begin);
  if (!elapsed) return forward(elapsed);
  w.begin = *begin * second;
  w.elapsed = *elapsed * second;
  for (const EnergyColumn& e : energies) {
    auto energy = columns.number(row, e.name);
    if (!energy) return forward(energy);
    if (*energy && **energy < 0.0)
      return tl::unexpected<Error>(table.unexpected(row, *table.column(e.name), "an energy that is not negative"));
    w.energy.push_back(*energy ? std::optional(**energy * joule) : std::nullopt);
  }
  return w;
}

// Windows of one name as one phase.
measure::Phase phase_of(const std::string& name, const std::vector<const Window*>& windows,
                        const std::vector<EnergyColumn>& energies) {
  measure::Phase phase;
  phase.name = name;
  phase.count = windows.size();
  for (const Window* w : windows) phase.elapsed = phase.elapsed + w->elapsed;
  for (std::size_t c = 0; c < energies.size(); ++c) {
    Energy sum;
    std::string missing;
    for (const Window* w : windows) {
      if (w->energy[c]) {
        sum = sum + *w->energy[c];
      } else {
        missing = "the log has an empty field for it";
      }
    }
    if (missing.empty() && sum == Energy() && phase.elapsed > Duration())
      missing = "the log has 0 J: the window was shorter than a step of the counter";
    measure::PartEnergy part = missing.empty() ? read_part(energies[c].device, energies[c].part, sum)
                                               : missing_part(energies[c].device, energies[c].part, missing);
    set_mean_power(part, phase.elapsed);
    phase.parts.push_back(std::move(part));
  }
  return phase;
}

bool overlap(std::vector<const Window*> windows) {
  std::sort(windows.begin(), windows.end(), [](const Window* a, const Window* b) { return a->begin < b->begin; });
  for (std::size_t i = 1; i < windows.size(); ++i) {
    // 1 ms: the times are written rounded.
    if (windows[i]->begin + 1e-3 * second < windows[i - 1]->begin + windows[i - 1]->elapsed) return true;
  }
  return false;
}

Record record_from(const Input& input, const std::vector<Window>& windows, const std::vector<EnergyColumn>& energies) {
  Record record = record_of(format, input.text);
  measure::Measurement& m = record.measurement;
  m.program = "Zeus";
  for (const EnergyColumn& e : energies) m.devices.push_back(e.device);
  std::vector<const Window*> all;
  std::vector<std::string> names;
  std::map<std::string, std::vector<const Window*>> by_name;
  m.started = windows.front().begin;
  for (const Window& w : windows) {
    m.started = std::min(m.started, w.begin);
    all.push_back(&w);
    if (by_name[w.name].empty()) names.push_back(w.name);
    by_name[w.name].push_back(&w);
  }
  for (const std::string& name : names) m.phases.push_back(phase_of(name, by_name[name], energies));
  m.whole = phase_of("run", all, energies);
  m.whole.count = 1;
  if (overlap(all)) {
    for (measure::PartEnergy& part : m.whole.parts)
      part = missing_part(m.devices.front(), part.part, "its windows overlap: their sum would count twice");
    for (std::size_t c = 0; c < energies.size(); ++c) m.whole.parts[c].device = energies[c].device.id;
    Duration end = m.started;
    for (const Window& w : windows) end = std::max(end, w.begin + w.elapsed);
    m.whole.elapsed = end - m.started;
  } else {
    record.caveats.push_back("the run is its windows added up; the time between them is not in it");
  }
  record.boundary = "gpu";
  record.caveats.push_back("idle power is included; the log does not name the GPUs");
  return record;
}

Result<Imported> read(std::span<const Input> inputs) {
  Imported all;
  for (const Input& input : inputs) {
    auto table = io::parse_csv(input.text, io::BadRecords::skip);
    if (!table) return forward(table, input.name);
    for (const char* needed : {"start_time", "window_name", "elapsed_time"}) {
      auto column = table->require(needed);
      if (!column) return forward(column, input.name);
    }
    const std::vector<EnergyColumn> energies = energy_columns(*table);
    if (energies.empty())
      return fail(ErrorCode::invalid_data, input.name + ": no column named gpuN_energy, expected one for each GPU");
    for (const io::Csv::Skipped& bad : table->skipped())
      all.refused.push_back({input.name + " line " + std::to_string(bad.line), bad.reason});
    const Columns columns(*table);
    std::vector<Window> windows;
    for (std::size_t row = 0; row < table->rows(); ++row) {
      auto window = window_of(*table, columns, row, energies);
      if (window) {
        windows.push_back(std::move(*window));
      } else {
        all.refused.push_back({input.name + " line " + std::to_string(table->line(row)), window.error().message()});
      }
    }
    if (!windows.empty()) all.records.push_back(record_from(input, windows, energies));
  }
  return all;
}

}  // namespace

Import zeus() { return {format, "Zeus' log of windows", false, recognises, read}; }

}  // namespace diffjoule::store
