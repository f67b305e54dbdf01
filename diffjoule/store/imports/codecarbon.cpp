// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// CodeCarbon's emissions.csv, versions 2 and 3, and its task files: columns by name, in kWh, W and s.
#include <cmath>

#include "diffjoule/store/columns.h"
#include "diffjoule/store/import.h"
#include "diffjoule/store/taken.h"
#include "diffjoule/units/text.h"

namespace diffjoule::store {
namespace {

constexpr const char* format = "codecarbon";

bool recognises(const Input& input) {
  const std::string_view header = std::string_view(input.text).substr(0, input.text.find('\n'));
  return header.find("emissions_rate") != std::string_view::npos && header.find("gpu_energy") != std::string_view::npos;
}

struct RowParts {
  const Columns& columns;
  std::size_t row;
  measure::Measurement& measurement;

  measure::PartEnergy& add(sensors::DeviceInfo device, measure::PartEnergy part) {
    measurement.devices.push_back(std::move(device));
    set_mean_power(part, measurement.whole.elapsed);
    measurement.whole.parts.push_back(std::move(part));
    return measurement.whole.parts.back();
  }

  Status gpu() {
    auto energy = columns.amount(row, "gpu_energy");
    if (!energy) return forward(energy);
    const std::string name(columns.text(row, "gpu_model"));
    const auto device = device_of(format, "codecarbon:gpu", name);
    if (*energy > 0.0) {
      add(device, read_part(device, sensors::Part::gpu, *energy * kilowatt_hour));
    } else if (!name.empty()) {
      add(device,
          missing_part(device, sensors::Part::gpu, "CodeCarbon writes 0 kWh for a GPU without an energy counter"));
    }
    return {};
  }

  Status cpu() {
    auto energy = columns.amount(row, "cpu_energy");
    if (!energy) return forward(energy);
    auto device = device_of(format, "codecarbon:cpu", std::string(columns.text(row, "cpu_model")));
    if (*energy > 0.0) {
      add(device, modelled_part(device, sensors::Part::cpu_package, *energy * kilowatt_hour,
                                "the file does not say whether the CPU was read (RAPL) or modelled (TDP x load)",
                                "look for \"RAPL\" in CodeCarbon's own log"));
    } else {
      add(device, missing_part(device, sensors::Part::cpu_package, "CodeCarbon gives 0 kWh for the CPU"));
    }
    return {};
  }

  Status ram() {
    auto energy = columns.amount(row, "ram_energy");
    if (!energy) return forward(energy);
    if (*energy == 0.0) return {};
    auto device = device_of(format, "codecarbon:ram", "");
    device.assumed = true;
    add(device, modelled_part(device, sensors::Part::dram, *energy * kilowatt_hour,
                              "CodeCarbon does not measure memory: a fixed power a module",
                              "leave it out of comparisons, or measure dram with RAPL"));
    return {};
  }
};

Status look_at_sum(const Columns& columns, std::size_t row, Record& record) {
  auto total = columns.number(row, "energy_consumed");
  if (!total) return forward(total);
  auto pue = columns.number(row, "pue");
  if (!pue) return forward(pue);
  double sum = 0.0;
  for (const measure::PartEnergy& p : record.measurement.whole.parts) {
    if (p.energy) sum += p.energy->value.in(kilowatt_hour);
  }
  if (*pue && **pue > 1.0)
    record.caveats.push_back("CodeCarbon ran with a PUE of " + to_text(**pue, 4) +
                             ": its energies may include the cooling of a data centre");
  if (*total && std::abs(**total - sum) > 0.01 * std::max(**total, sum) && !(*pue && **pue > 1.0))
    record.caveats.push_back("energy_consumed is " + to_text(**total * kilowatt_hour) + ", its parts add up to " +
                             to_text(sum * kilowatt_hour));
  return {};
}

Result<Record> record_from(const io::Csv& table, const Columns& columns, std::size_t row) {
  std::string bytes;
  io::append_csv(bytes, table.row(row));
  Record record = record_of(format, bytes);
  measure::Measurement& m = record.measurement;
  auto elapsed = columns.amount(row, "duration");
  if (!elapsed) return forward(elapsed);
  m.whole.elapsed = *elapsed * second;
  const std::string_view stamp = columns.text(row, "timestamp");
  if (const auto written = time_from(stamp)) {
    m.started = *written - m.whole.elapsed;
    record.caveats.push_back("its clock time states no zone and is taken as UTC");
  } else if (!stamp.empty()) {
    return tl::unexpected<Error>(table.unexpected(row, *table.column("timestamp"), "a date and time"));
  }
  RowParts parts{columns, row, m};
  for (Status done : {parts.gpu(), parts.cpu(), parts.ram()}) {
    if (!done) return forward(done);
  }
  if (auto done = look_at_sum(columns, row, record); !done) return forward(done);
  const bool process = columns.text(row, "tracking_mode") == "process";
  record.boundary = "gpu, cpu and ram of the machine";
  record.caveats.push_back(process
                               ? "CPU and RAM by the share of the process; the GPUs as a whole"
                               : "all GPUs of the machine that CodeCarbon tracked, idle ones too; idle power included");
  m.program = "CodeCarbon " + std::string(columns.text(row, "codecarbon_version"));
  const std::string_view task = columns.text(row, "task_name");
  m.command = {std::string(task.empty() ? columns.text(row, "project_name") : task)};
  if (!task.empty()) {
    m.phases.push_back(m.whole);
    m.phases.back().name = std::string(task);
  }
  return record;
}

Result<Imported> read(std::span<const Input> inputs) {
  Imported all;
  for (const Input& input : inputs) {
    auto table = io::parse_csv(input.text, io::BadRecords::skip);
    if (!table) return forward(table, input.name);
    for (const char* needed : {"duration", "gpu_energy", "cpu_energy", "ram_energy"}) {
      auto column = table->require(needed);
      if (!column) return forward(column, input.name);
    }
    for (const io::Csv::Skipped& bad : table->skipped())
      all.refused.push_back({input.name + " line " + std::to_string(bad.line), bad.reason});
    const Columns columns(*table);
    for (std::size_t row = 0; row < table->rows(); ++row) {
      auto record = record_from(*table, columns, row);
      if (record) {
        all.records.push_back(std::move(*record));
      } else {
        all.refused.push_back({input.name + " line " + std::to_string(table->line(row)), record.error().message()});
      }
    }
  }
  return all;
}

}  // namespace

Import codecarbon() {
  return {format, "CodeCarbon's emissions.csv (2.x, 3.x) and its task files", false, recognises, read};
}

}  // namespace diffjoule::store
