// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// MLPerf power: spl.txt, the wall meter each second ("Time,11-28-2026 10:00:00.000,Watts,412.3,Volts,..."), and the
// window power_begin to power_end of mlperf_log_detail.txt.
#include <cmath>
#include <map>

#include "diffjoule/io/csv.h"
#include "diffjoule/io/json.h"
#include "diffjoule/store/import.h"
#include "diffjoule/store/power_series.h"
#include "diffjoule/store/taken.h"

namespace diffjoule::store {
namespace {

constexpr const char* format = "mlperf";
constexpr double analyzer_accuracy = 0.01;  // what SPEC's PTDaemon asks of a power analyzer

bool is_meter(const Input& input) {
  return trimmed(input.text).starts_with("Time,") && input.text.find(",Watts,") != std::string::npos;
}
bool is_log(const Input& input) { return input.text.find(":::MLLOG") != std::string::npos; }
bool recognises(const Input& input) { return is_meter(input) || is_log(input); }

template <class Take>
void each_line(const Input& input, Take take) {
  std::string_view rest = input.text;
  for (std::size_t line = 1; !rest.empty(); ++line) {
    const std::size_t end = rest.find('\n');
    if (const auto text = trimmed(rest.substr(0, end)); !text.empty())
      take(text, input.name + " line " + std::to_string(line));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
}

// Name, value, name, value.
std::map<std::string, std::string> pairs_of(std::string_view line) {
  std::map<std::string, std::string> pairs;
  while (!line.empty()) {
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) break;
    const std::size_t next = line.find(',', comma + 1);
    pairs.emplace(line.substr(0, comma),
                  line.substr(comma + 1, next == std::string_view::npos ? next : next - comma - 1));
    line = next == std::string_view::npos ? std::string_view{} : line.substr(next + 1);
  }
  return pairs;
}

std::vector<PowerPoint> points_of(const Input& meter, std::vector<Refused>& refused) {
  std::vector<PowerPoint> points;
  each_line(meter, [&](std::string_view line, const std::string& where) {
    const auto pairs = pairs_of(line);
    const auto time = pairs.find("Time"), watts = pairs.find("Watts");
    const auto when = time == pairs.end() ? std::nullopt : time_from(time->second);
    const auto power = watts == pairs.end() ? std::nullopt : io::csv_number(watts->second);
    if (!when || !power || *power < 0.0) {
      refused.push_back({where, "expected Time,MM-DD-YYYY HH:MM:SS.mmm,Watts,w with watts that are not negative"});
    } else {
      points.push_back({*when, *power * watt, where});
    }
  });
  return points;
}

struct Edges {
  std::optional<Duration> begin, end;
};

Edges edges_of(const Input& log, std::vector<Refused>& refused) {
  Edges edges;
  each_line(log, [&](std::string_view line, const std::string& where) {
    const std::size_t at = line.find(":::MLLOG");
    if (at == std::string_view::npos || line.find("\"power_") == std::string_view::npos) return;
    const auto entry = io::parse_json(trimmed(line.substr(at + 8)));
    const io::Document* key = entry ? entry->find("key") : nullptr;
    const io::Document* value = entry ? entry->find("value") : nullptr;
    if (key == nullptr || key->text() == nullptr || value == nullptr) return;
    std::optional<Duration>* edge = *key->text() == "power_begin" ? &edges.begin
                                    : *key->text() == "power_end" ? &edges.end
                                                                  : nullptr;
    if (edge == nullptr) return;
    *edge = value->text() == nullptr ? std::nullopt : time_from(*value->text());
    if (!*edge) refused.push_back({where, *key->text() + " has no date and time"});
  });
  return edges;
}

// The shift, in quarters of an hour, that puts the window inside the meter's times: the meter writes the time of its
// own zone. nullopt: none, or several.
std::optional<Duration> zone_shift(const std::vector<PowerPoint>& points, Duration begin, Duration end) {
  const auto inside = [&](double s) {
    return points.front().time <= begin + s * second && end + s * second <= points.back().time;
  };
  if (inside(0.0)) return Duration();
  std::optional<Duration> found;
  for (int quarters = -56; quarters <= 56; ++quarters) {
    if (!inside(quarters * 900.0)) continue;
    if (found) return std::nullopt;
    found = quarters * 900.0 * second;
  }
  return found;
}

Result<Imported> read(std::span<const Input> inputs) {
  const Input* meter = nullptr;
  const Input* log = nullptr;
  for (const Input& input : inputs) {
    const Input*& place = is_meter(input) ? meter : log;
    if (place != nullptr)
      return fail(ErrorCode::invalid_argument,
                  input.name + " and " + place->name + " are of two runs; import one spl.txt with its log at a time");
    place = &input;
  }
  if (meter == nullptr)
    return fail(ErrorCode::invalid_argument,
                (log == nullptr ? std::string(format) : log->name) + ": a log without its meter; give spl.txt with it");
  Imported all;
  std::vector<PowerPoint> points = points_of(*meter, all.refused);
  if (points.size() < 2) return fail(ErrorCode::invalid_data, meter->name + ": fewer than two readings of the meter");
  Record record = record_of(format, meter->text + (log == nullptr ? "" : log->text));
  if (log == nullptr) {
    record.caveats.push_back("without mlperf_log_detail.txt: the whole of spl.txt, idle before and after included");
  } else {
    const Edges edges = edges_of(*log, all.refused);
    if (!edges.begin || !edges.end || !(*edges.end > *edges.begin))
      return fail(ErrorCode::invalid_data, log->name + ": no power_begin and power_end, or in the wrong order");
    const auto shift = zone_shift(points, *edges.begin, *edges.end);
    if (!shift)
      return fail(ErrorCode::invalid_data, meter->name + ": its readings, " + os::utc_text(points.front().time) +
                                               " to " + os::utc_text(points.back().time) +
                                               ", do not hold the window of " + log->name + ", " +
                                               os::utc_text(*edges.begin) + " to " + os::utc_text(*edges.end));
    if (*shift != Duration())
      record.caveats.push_back("the meter's clock was taken to be " + io::to_json_line(shift->in(second) / 3600.0) +
                               " h ahead of the log's (assumed: time zones)");
    std::erase_if(points,
                  [&](const PowerPoint& p) { return p.time < *edges.begin + *shift || p.time > *edges.end + *shift; });
    // Readings of a meter are means of the second before; the window has its own length.
    record.measurement.whole.elapsed = *edges.end - *edges.begin;
    record.measurement.started = *edges.begin;
  }
  auto integrated = integrate(points, analyzer_accuracy);
  if (!integrated) return forward(integrated, meter->name);
  measure::Measurement& m = record.measurement;
  if (log == nullptr) {
    m.whole.elapsed = integrated->elapsed;
    m.started = integrated->begin;
  }
  const auto device = device_of(format, "wall", "power analyzer");
  measure::PartEnergy part = missing_part(device, sensors::Part::wall, "");
  const double stretch = m.whole.elapsed / integrated->elapsed;
  integrated->energy = {integrated->energy.value * stretch, integrated->energy.uncertainty * stretch};
  put_power(*integrated, part);
  m.program = "MLPerf power";
  m.devices = {device};
  m.whole.parts = {std::move(part)};
  record.boundary = "wall";
  record.caveats.push_back("the whole system at its plug: CPUs, fans and idle devices included");
  all.records.push_back(std::move(record));
  return all;
}

}  // namespace

Import mlperf() {
  return {format, "MLPerf power: spl.txt, with the window of mlperf_log_detail.txt", true, recognises, read};
}

}  // namespace diffjoule::store
