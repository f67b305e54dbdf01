// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// The older Zeus power monitor: no header; time since 1970 in s, then the watts of each GPU.
#include <map>

#include "diffjoule/io/csv.h"
#include "diffjoule/store/import.h"
#include "diffjoule/store/power_series.h"
#include "diffjoule/store/taken.h"

namespace diffjoule::store {
namespace {

constexpr const char* format = "zeus_power";

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t comma = line.find(',');
    fields.push_back(trimmed(line.substr(0, comma)));
    if (comma == std::string_view::npos) return fields;
    line.remove_prefix(comma + 1);
  }
}

// A time of this century and the watts of one GPU or more.
bool recognises(const Input& input) {
  const auto fields = fields_of(std::string_view(input.text).substr(0, input.text.find('\n')));
  if (fields.size() < 2) return false;
  for (const std::string_view field : fields) {
    if (!io::csv_number(field)) return false;
  }
  return *io::csv_number(fields[0]) > 9.0e8;
}

Result<Imported> read_one(const Input& input) {
  Imported all;
  std::vector<std::vector<PowerPoint>> series;
  std::string_view rest = input.text;
  for (std::size_t line = 1; !rest.empty(); ++line) {
    const std::size_t end = rest.find('\n');
    const std::string_view text = trimmed(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (text.empty()) continue;
    const std::string where = input.name + " line " + std::to_string(line);
    const auto fields = fields_of(text);
    if (series.empty()) series.resize(fields.size() - 1);
    if (fields.size() != series.size() + 1) {
      all.refused.push_back(
          {where, "found " + std::to_string(fields.size()) + " fields, expected " + std::to_string(series.size() + 1)});
      continue;
    }
    const auto time = io::csv_number(fields[0]);
    for (std::size_t gpu = 0; gpu < series.size(); ++gpu) {
      const auto power = io::csv_number(fields[gpu + 1]);
      if (!time || !power || *power < 0.0) {
        all.refused.push_back({where, "found \"" + std::string(!time ? fields[0] : fields[gpu + 1]) +
                                          "\", expected a number that is not negative"});
        break;
      }
      series[gpu].push_back({*time * second, *power * watt, where});
    }
  }
  Record record = record_of(format, input.text);
  measure::Measurement& m = record.measurement;
  m.program = "Zeus power monitor";
  for (std::size_t gpu = 0; gpu < series.size(); ++gpu) {
    auto integrated = integrate(series[gpu], unstated_accuracy);
    if (!integrated) return forward(integrated, input.name);
    const auto device = device_of(format, "zeus:gpu" + std::to_string(gpu), "");
    measure::PartEnergy part = missing_part(device, sensors::Part::gpu, "");
    put_power(*integrated, part);
    m.started = integrated->begin;
    m.whole.elapsed = std::max(m.whole.elapsed, integrated->elapsed);
    m.devices.push_back(device);
    m.whole.parts.push_back(std::move(part));
  }
  record.boundary = "gpu";
  record.caveats = {"idle power is included; the file does not name the GPUs"};
  all.records.push_back(std::move(record));
  return all;
}

Result<Imported> read(std::span<const Input> inputs) { return one_by_one(inputs, read_one); }

}  // namespace

Import zeus_power() { return {format, "the older Zeus power monitor, without a header", false, recognises, read}; }

}  // namespace diffjoule::store
