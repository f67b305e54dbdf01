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

Document numbers_of(const std::optional<Estimate<Energy>>& energy, bool uncertainty) {
  if (!energy) return {};
  return (uncertainty ? energy->uncertainty : energy->value).in(joule);
}

// The phase as it stands in a measurement, with its sum in front.
Document document_of(const measure::Phase& phase) {
  const measure::Totals sum = measure::totals(phase);
  measure::Measurement around;
  around.whole = phase;
  const Document whole = measure::to_document(around);
  Document d, verdict = Document::Array{};
  d.set("energy_j", numbers_of(sum.all, false)).set("uncertainty_j", numbers_of(sum.all, true));
  d.set("above_idle_j", numbers_of(sum.above_idle, false));
  d.set("above_idle_uncertainty_j", numbers_of(sum.above_idle, true)).set("duration_s", phase.elapsed.in(second));
  for (const measure::PartEnergy& part : phase.parts) {
    for (const measure::Doubt& doubt : part.verdict)
      verdict.push(Document()
                       .set("kind", measure::name(doubt.kind))
                       .set("device", part.device)
                       .set("part", sensors::name(part.part))
                       .set("words", doubt.words)
                       .set("advice", doubt.advice));
  }
  if (phase.parts.empty())
    verdict.push(Document()
                     .set("kind", measure::name(measure::DoubtKind::no_sensor))
                     .set("words", "no sensor of energy or power could be read on this machine")
                     .set("advice", "`diffjoule devices` says what would make one available"));
  d.set("verdict", std::move(verdict));
  if (const Document* members = whole.find("whole"); members != nullptr && members->object() != nullptr) {
    for (const auto& [key, value] : *members->object())
      if (d.find(key) == nullptr) d.set(key, value);
  }
  return d;
}

Document document_of(const measure::Meter& meter) {
  Document d, devices = Document::Array{}, advice = Document::Array{};
  for (const sensors::DeviceInfo& device : meter.devices()) {
    Document channels = Document::Array{}, remarks = Document::Array{};
    for (const sensors::Channel& channel : device.channels) {
      Document c;
      c.set("name", channel.name).set("measurand", sensors::name(channel.measurand));
      c.set("part", sensors::name(channel.part));
      const bool known = channel.update_period > Duration();
      c.set("update_period_s", known ? Document(channel.update_period.in(second)) : Document());
      c.set("missing", channel.missing ? Document(*channel.missing) : Document());
      channels.push(std::move(c));
    }
    for (const std::string& remark : device.remarks) remarks.push(remark);
    Document one;
    one.set("driver", device.driver).set("id", device.id).set("name", device.name).set("bus_id", device.bus_id);
    one.set("assumed", device.assumed).set("partition", device.partition);
    devices.push(std::move(one.set("channels", std::move(channels)).set("remarks", std::move(remarks))));
  }
  for (const std::string& line : meter.advice()) advice.push(line);
  return std::move(d.set("devices", std::move(devices)).set("advice", std::move(advice)));
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
    return c::give(document_of(*phase), false, "", answer);
  });
}

void diffjoule_meter_close(diffjoule_meter* meter) {
  if (meter == nullptr) return;
  // The sampling thread stayed in the parent: there is nothing to join, and the memory is the lesser loss.
  if (meter->process != getpid()) return;
  delete meter;
}
}
