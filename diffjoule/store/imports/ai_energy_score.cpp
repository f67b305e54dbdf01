// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Hugging Face's AI Energy Score: GPU_ENERGY_SUMMARY.json ({"units": "Wh", "total": ..., "PHASE_wh": ...}),
// GPU_ENERGY_WH.txt (one number), and tables with a column of kWh per 1,000 queries.
#include "diffjoule/io/json.h"
#include "diffjoule/store/columns.h"
#include "diffjoule/store/import.h"
#include "diffjoule/store/taken.h"

namespace diffjoule::store {
namespace {

constexpr const char* format = "ai_energy_score";

bool is_summary(const Input& input) {
  return trimmed(input.text).starts_with('{') && input.text.find("\"units\"") != std::string::npos &&
         input.text.find("\"total\"") != std::string::npos;
}
bool is_number(const Input& input) {
  return input.name.ends_with("GPU_ENERGY_WH.txt") && io::csv_number(trimmed(input.text));
}
bool per_thousand(std::string_view header) {
  const std::string name = lower_case(header);
  return name.find("kwh") != std::string::npos &&
         (name.find("1000") != std::string::npos || name.find("1,000") != std::string::npos);
}
bool is_table(const Input& input) {
  const std::string_view header = std::string_view(input.text).substr(0, input.text.find('\n'));
  return per_thousand(header) && lower_case(header).find("model") != std::string::npos;
}
bool recognises(const Input& input) { return is_summary(input) || is_number(input) || is_table(input); }

const char* no_duration = "the duration is not in it: there is no power";

Record record_with(const std::string& bytes, Energy energy) {
  Record record = record_of(format, bytes);
  const auto device = device_of(format, "gpu", "");
  record.measurement.program = "AI Energy Score";
  record.measurement.devices = {device};
  record.measurement.whole.parts = {energy > Energy()
                                        ? read_part(device, sensors::Part::gpu, energy)
                                        : missing_part(device, sensors::Part::gpu, "0 Wh: no GPU was measured")};
  record.boundary = "gpu";
  record.caveats = {no_duration, "idle power is included; CPU and memory were left out"};
  return record;
}

Result<Imported> read_summary(const Input& input) {
  auto summary = io::parse_json(input.text);
  if (!summary) return forward(summary, input.name);
  const io::Document* units = summary->find("units");
  const io::Document* total = summary->find("total");
  if (units == nullptr || units->text() == nullptr || *units->text() != "Wh")
    return fail(ErrorCode::invalid_data, input.name + ": \"units\" is not \"Wh\"");
  if (total == nullptr || !total->is_number() || total->number() < 0.0)
    return fail(ErrorCode::invalid_data, input.name + ": \"total\" is not a number from zero up");
  Imported all;
  Record record = record_with(input.text, total->number() * watt_hour);
  for (const auto& [key, value] : *summary->object()) {
    if (!key.ends_with("_wh")) continue;
    if (!value.is_number() || value.number() < 0.0) {
      all.refused.push_back({input.name, "\"" + key + "\" is not a number from zero up"});
      continue;
    }
    measure::Phase phase;
    phase.name = key.substr(0, key.size() - 3);
    const auto& device = record.measurement.devices.front();
    phase.parts = {value.number() > 0.0
                       ? read_part(device, sensors::Part::gpu, value.number() * watt_hour)
                       : missing_part(device, sensors::Part::gpu, "0.00 Wh: below what the file can show")};
    record.measurement.phases.push_back(std::move(phase));
  }
  all.records.push_back(std::move(record));
  return all;
}

Result<Imported> read_table(const Input& input) {
  auto table = io::parse_csv(input.text, io::BadRecords::skip);
  if (!table) return forward(table, input.name);
  std::string energy_column, model_column, gpu_column;
  for (const std::string_view header : table->header()) {
    if (per_thousand(header)) energy_column = std::string(header);
    if (lower_case(header).find("model") != std::string::npos && model_column.empty())
      model_column = std::string(header);
    const std::string lower = lower_case(trimmed(header));
    if (lower == "gpu" || lower == "hardware") gpu_column = std::string(header);
  }
  Imported all;
  const Columns columns(*table);
  for (std::size_t row = 0; row < table->rows(); ++row) {
    auto energy = columns.amount(row, energy_column);
    const std::string model(columns.text(row, model_column));
    if (!energy || model.empty()) {
      all.refused.push_back({input.name + " line " + std::to_string(table->line(row)),
                             energy ? "no model is named" : energy.error().message()});
      continue;
    }
    std::string bytes;
    io::append_csv(bytes, table->row(row));
    Record record = record_with(bytes, *energy * kilowatt_hour);
    record.measurement.command = {model, "1000 queries"};
    all.records.push_back(std::move(record));
    const std::string gpu(columns.text(row, gpu_column));
    if (gpu.empty() || !(*energy > 0.0)) continue;
    RunRow r;
    r.source = format;
    r.model = model;
    r.gpu = gpu;
    r.boundary = "gpu";
    r.energy_per_item = *energy / 1000.0 * kilowatt_hour;
    all.rows.push_back(std::move(r));
  }
  for (const io::Csv::Skipped& bad : table->skipped())
    all.refused.push_back({input.name + " line " + std::to_string(bad.line), bad.reason});
  return all;
}

Result<Imported> read_number(const Input& input) {
  const auto energy = io::csv_number(trimmed(input.text));
  if (!energy || *energy < 0.0)
    return fail(ErrorCode::invalid_data, input.name + ": expected one number of Wh that is not negative");
  Imported all;
  all.records.push_back(record_with(input.text, *energy * watt_hour));
  return all;
}

Result<Imported> read(std::span<const Input> inputs) {
  Imported all;
  for (const Input& input : inputs) {
    auto one = is_summary(input) ? read_summary(input) : is_table(input) ? read_table(input) : read_number(input);
    if (!one) return forward(one);
    for (Record& r : one->records) all.records.push_back(std::move(r));
    for (RunRow& r : one->rows) all.rows.push_back(std::move(r));
    for (Refused& r : one->refused) all.refused.push_back(std::move(r));
  }
  return all;
}

}  // namespace

Import ai_energy_score() {
  return {format, "AI Energy Score: GPU_ENERGY_SUMMARY.json, GPU_ENERGY_WH.txt, tables", false, recognises, read};
}

}  // namespace diffjoule::store
