// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// `nvidia-smi --query-gpu=timestamp,... --format=csv -lms N`, with or without header and units. Without a header, the
// columns are told from the order that docs/guide/import.md gives.
#include <algorithm>
#include <map>

#include "diffjoule/store/columns.h"
#include "diffjoule/store/import.h"
#include "diffjoule/store/power_series.h"
#include "diffjoule/store/taken.h"

namespace diffjoule::store {
namespace {

constexpr const char* format = "nvidia_smi";
constexpr std::string_view usual_order[] = {"timestamp",  "index",           "uuid",
                                            "pci.bus_id", "power.draw",      "power.draw.instant",
                                            "clocks.sm",  "temperature.gpu", "clocks_event_reasons.active"};

std::string first_line(const Input& input) { return std::string(trimmed(input.text.substr(0, input.text.find('\n')))); }

bool recognises(const Input& input) {
  const std::string line = first_line(input);
  if (line.starts_with("timestamp") && line.find("power.draw") != std::string::npos) return true;
  return line.size() > 20 && line[4] == '/' && time_from(line.substr(0, line.find(','))).has_value();
}

// "power.draw [W]" is power.draw.
std::string plain_name(std::string_view header) {
  header = trimmed(header);
  return std::string(trimmed(header.substr(0, header.find('['))));
}

// With a header that has plain names; one of our own where there was none.
Result<std::string> with_plain_header(const Input& input) {
  const std::string line = first_line(input);
  std::string header;
  if (!line.starts_with("timestamp")) {
    const auto fields = static_cast<std::size_t>(std::count(line.begin(), line.end(), ',')) + 1;
    if (fields != std::size(usual_order))
      return fail(ErrorCode::invalid_data, input.name + ": no header and " + std::to_string(fields) +
                                               " columns, expected the " + std::to_string(std::size(usual_order)) +
                                               " of docs/guide/import.md; record without \"noheader\"");
    for (const std::string_view name : usual_order) header += (header.empty() ? "" : ",") + std::string(name);
    return header + "\n" + input.text;
  }
  std::string_view rest = line;
  while (true) {
    const std::size_t comma = rest.find(',');
    header += (header.empty() ? "" : ",") + plain_name(rest.substr(0, comma));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  // The lines keep their numbers.
  const std::size_t end = input.text.find('\n');
  return header + (end == std::string::npos ? "" : input.text.substr(end));
}

bool is_absent(std::string_view field) {
  return field.empty() || field.front() == '[' || field == "N/A" || field == "Unknown Error";
}

// "123.45 W" or "123.45"; nullopt: not available.
Result<std::optional<double>> value_of(const io::Csv& table, const Columns& columns, std::size_t row,
                                       const char* name) {
  std::string_view field = columns.text(row, name);
  if (is_absent(field)) return std::nullopt;
  const std::size_t space = field.find(' ');
  if (const auto number = io::csv_number(field.substr(0, space))) return number;
  return tl::unexpected<Error>(
      table.unexpected(row, *table.column(name), "a number, with or without its unit, or [N/A]"));
}

struct Card {
  sensors::DeviceInfo device;
  std::vector<PowerPoint> instant, average;
  double temperature = 0.0, highest_temperature = 0.0, clock = 0.0;
  std::size_t temperatures = 0, clocks = 0, without_power = 0;
};

Status take_row(const io::Csv& table, const Columns& columns, std::size_t row, const std::string& file,
                std::map<std::string, Card>& cards) {
  const auto time = time_from(columns.text(row, "timestamp"));
  if (!time) return tl::unexpected<Error>(table.unexpected(row, *table.column("timestamp"), "2026/11/23 12:33:00.123"));
  std::string id(columns.text(row, "uuid"));
  if (id.empty()) id = std::string(columns.text(row, "pci.bus_id"));
  if (id.empty()) id = "gpu" + std::string(columns.text(row, "index"));
  const std::string where = file + " line " + std::to_string(table.line(row));
  auto average = value_of(table, columns, row, "power.draw");
  auto instant = value_of(table, columns, row, "power.draw.instant");
  auto temperature = value_of(table, columns, row, "temperature.gpu");
  auto clock = value_of(table, columns, row, "clocks.sm");
  for (auto* read : {&average, &instant, &temperature, &clock}) {
    if (!*read) return forward(*read);
  }
  for (const auto* power : {&average, &instant}) {
    if (**power && ***power < 0.0) return fail(ErrorCode::invalid_data, "a power below zero");
  }
  Card& card = cards[id];
  if (card.device.id.empty()) {
    card.device = device_of(format, id, std::string(columns.text(row, "name")));
    card.device.bus_id = std::string(columns.text(row, "pci.bus_id"));
  }
  if (*average) card.average.push_back({*time, **average * watt, where});
  if (*instant) card.instant.push_back({*time, **instant * watt, where});
  if (!*average && !*instant) ++card.without_power;
  if (*temperature) {
    card.temperature += **temperature;
    card.highest_temperature = std::max(card.highest_temperature, **temperature);
    ++card.temperatures;
  }
  if (*clock) {
    card.clock += **clock;
    ++card.clocks;
  }
  return {};
}

Result<measure::PartEnergy> part_of(const Card& card, measure::Measurement& m) {
  measure::PartEnergy part = missing_part(card.device, sensors::Part::gpu, "");
  const bool instant = card.instant.size() >= card.average.size() && !card.instant.empty();
  const std::vector<PowerPoint>& points = instant ? card.instant : card.average;
  if (card.temperatures > 0) {
    part.temperature = card.temperature / static_cast<double>(card.temperatures);
    part.highest_temperature = card.highest_temperature;
  }
  if (card.clocks > 0) part.clock = card.clock / static_cast<double>(card.clocks) * 1e6 * hertz;
  part.instrument = measure::Instrument::integrated_power;
  if (points.size() < 2) {
    part.missing = points.empty() ? "nvidia-smi has no power of this card ([N/A])" : "one reading of power only";
    return part;
  }
  auto integrated = integrate(points, unstated_accuracy);
  if (!integrated) return forward(integrated);
  put_power(*integrated, part);
  if (card.without_power > 0)
    part.verdict.push_back(
        {measure::DoubtKind::gap, std::to_string(card.without_power) + " readings had no power", ""});
  if (!instant)
    part.verdict.push_back({measure::DoubtKind::undersampled,
                            "power.draw is a mean over a second on most cards: short bursts are not seen",
                            "query power.draw.instant too"});
  m.started = m.whole.elapsed > Duration() ? std::min(m.started, integrated->begin) : integrated->begin;
  m.whole.elapsed = std::max(m.whole.elapsed, integrated->elapsed);
  return part;
}

Result<Imported> read_one(const Input& input) {
  auto text = with_plain_header(input);
  if (!text) return forward(text);
  auto table = io::parse_csv(std::move(*text), io::BadRecords::skip);
  if (!table) return forward(table, input.name);
  auto stamp = table->require("timestamp");
  if (!stamp) return forward(stamp, input.name);
  Imported all;
  for (const io::Csv::Skipped& bad : table->skipped())
    all.refused.push_back({input.name + " line " + std::to_string(bad.line), bad.reason});
  const Columns columns(*table);
  std::map<std::string, Card> cards;
  for (std::size_t row = 0; row < table->rows(); ++row) {
    if (auto taken = take_row(*table, columns, row, input.name, cards); !taken)
      all.refused.push_back({input.name + " line " + std::to_string(table->line(row)), taken.error().message()});
  }
  Record record = record_of(format, input.text);
  record.measurement.program = "nvidia-smi";
  for (const auto& [id, card] : cards) {
    auto part = part_of(card, record.measurement);
    if (!part) return forward(part);
    record.measurement.devices.push_back(card.device);
    record.measurement.whole.parts.push_back(std::move(*part));
  }
  record.boundary = "gpu";
  record.caveats = {"idle power is included", "its clock time states no zone and is taken as UTC"};
  if (!cards.empty()) all.records.push_back(std::move(record));
  return all;
}

Result<Imported> read(std::span<const Input> inputs) { return one_by_one(inputs, read_one); }

}  // namespace

Import nvidia_smi() { return {format, "nvidia-smi --query-gpu=... --format=csv -lms N", false, recognises, read}; }

}  // namespace diffjoule::store
