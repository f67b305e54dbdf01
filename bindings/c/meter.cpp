// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// The meter of the C door.
#include "diffjoule/measure/meter.h"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <set>

#include "bindings/c/border.h"
#include "bindings/c/meter_options.h"
#include "diffjoule/measure/doubts.h"

struct diffjoule_meter {
  diffjoule::os::SystemClock clock;
  std::unique_ptr<diffjoule::measure::Meter> meter;  // before the clock goes
  pid_t process = getpid();
  std::mutex mutex;
  std::set<std::uint64_t> begun;  // and not yet ended
  std::uint64_t newest = 0;       // no window is above it
};

namespace {

using namespace diffjoule;
using io::Document;

void set_estimate(Document& d, const std::string& key, const std::optional<Estimate<Energy>>& energy) {
  d.set(key + "_j", energy ? Document(energy->value.in(joule)) : Document());
  d.set(key + "_uncertainty_j", energy ? Document(energy->uncertainty.in(joule)) : Document());
}

Document document_of(const measure::Doubt& doubt) {
  Document d;
  return std::move(d.set("kind", measure::name(doubt.kind)).set("words", doubt.words).set("advice", doubt.advice));
}

// The phase as it stands in the record of a measurement, with its sum and all doubts in front.
Document document_of(const measure::Phase& phase, const std::vector<std::string>& advice) {
  const measure::Totals sum = measure::totals(phase);
  measure::Measurement around;
  around.whole = phase;
  const Document record = measure::to_document(around);
  Document d, verdict = Document::Array{};
  set_estimate(d, "energy", sum.all);
  set_estimate(d, "above_idle_energy", sum.above_idle);
  bool any = false;
  for (const measure::PartEnergy& part : phase.parts) {
    any = any || part.energy;
    for (const measure::Doubt& doubt : part.verdict)
      verdict.push(document_of(doubt).set("device", part.device).set("part", sensors::name(part.part)));
  }
  if (!any) verdict.push(document_of(measure::no_sensor(advice)));
  d.set("verdict", std::move(verdict));
  for (const auto& [key, value] : *record.find("whole")->object()) d.set(key, value);
  return d;
}

// The devices as they stand in the record of a measurement.
Document document_of(const measure::Meter& meter) {
  measure::Measurement around;
  around.devices = meter.devices();
  Document d, advice = Document::Array{};
  for (const std::string& line : meter.advice()) advice.push(line);
  d.set("devices", *measure::to_document(around).find("devices"));
  return std::move(d.set("advice", std::move(advice)));
}

Result<std::unique_ptr<diffjoule_meter>> opened(const char* options_json) {
  auto members = c::members_of(options_json, "the options of the meter");
  if (!members) return forward(members);
  auto asked = c::meter_options(*members);
  if (!asked) return forward(asked, "the options of the meter");
  auto made = std::make_unique<diffjoule_meter>();
  sensors::Surroundings surroundings = sensors::real_surroundings(made->clock);
  surroundings.root = asked->root;
  surroundings.requests = asked->requests;
  auto meter = measure::Meter::open(sensors::find_all(surroundings), made->clock, asked->meter);
  if (!meter) return forward(meter, "opening the meter");
  made->meter = std::move(*meter);
  if (asked->idle > Duration()) {
    os::Alarm never;
    made->meter->take_idle(asked->idle, measure::Idle::Kind::unknown, true, never);
  }
  return made;
}

// Why this meter cannot be used, if so.
Status usable(const diffjoule_meter* meter) {
  if (meter == nullptr) return fail(ErrorCode::invalid_argument, "the meter is NULL: open one first");
  if (meter->process != getpid())
    return fail(ErrorCode::unavailable, "this meter belongs to the process before fork(): open one in the child");
  return {};
}

// Marks the end where it is the first one.
Status ended(diffjoule_meter& meter, std::uint64_t window) {
  const std::lock_guard lock(meter.mutex);
  if (meter.begun.erase(window) > 0)
    meter.meter->end(window);
  else if (window > meter.newest)
    return fail(ErrorCode::invalid_argument, "window " + std::to_string(window) + " was never begun on this meter");
  return {};
}

}  // namespace

extern "C" {

diffjoule_code diffjoule_meter_open(const char* options_json, diffjoule_meter** meter, diffjoule_answer** answer) {
  if (meter != nullptr) *meter = nullptr;
  return c::guarded(answer, [&] {
    if (meter == nullptr)
      return c::refuse(Error(ErrorCode::invalid_argument, "no place to write the meter: NULL"), answer);
    auto made = opened(options_json);
    if (!made) return c::refuse(made.error(), answer);
    const diffjoule_code code = c::give(document_of(*(*made)->meter), false, "", answer);
    *meter = made->release();
    return code;
  });
}

diffjoule_code diffjoule_meter_begin(diffjoule_meter* meter, const char* name, diffjoule_window* window) {
  return c::guarded(nullptr, [&] {
    if (auto status = usable(meter); !status) return c::refuse(status.error(), nullptr);
    if (window == nullptr || name == nullptr || *name == '\0') return DIFFJOULE_INVALID_ARGUMENT;
    const std::lock_guard lock(meter->mutex);
    window->id = meter->meter->begin(name);
    meter->newest = std::max(meter->newest, window->id);
    meter->begun.insert(window->id);
    return DIFFJOULE_OK;
  });
}

diffjoule_code diffjoule_meter_end(diffjoule_meter* meter, diffjoule_window window, diffjoule_answer** answer) {
  return c::guarded(answer, [&] {
    if (auto status = usable(meter); !status) return c::refuse(status.error(), answer);
    if (auto status = ended(*meter, window.id); !status) return c::refuse(status.error(), answer);
    if (answer == nullptr) return DIFFJOULE_OK;
    auto phase = meter->meter->result(window.id);
    if (!phase) return c::refuse(phase.error(), answer);
    return c::give(document_of(*phase, meter->meter->advice()), false, "", answer);
  });
}

void diffjoule_meter_close(diffjoule_meter* meter) {
  if (meter == nullptr) return;
  // The sampling thread stayed in the parent: there is nothing to join, and the memory is the lesser loss.
  if (meter->process != getpid()) return;
  delete meter;
}
}
