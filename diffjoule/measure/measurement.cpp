// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/measurement.h"

#include <cmath>

namespace diffjoule::measure {
namespace {

using io::Document;
using sensors::Part;

// Adds independent energies; one that is missing makes the sum missing.
class Sum {
 public:
  void add(const std::optional<Estimate<Energy>>& energy) {
    any_ = true;
    if (!energy) {
      missing_ = true;
      return;
    }
    sum_.value += energy->value;
    sum_.uncertainty = std::hypot(sum_.uncertainty.in(joule), energy->uncertainty.in(joule)) * joule;
  }
  [[nodiscard]] std::optional<Estimate<Energy>> result() const {
    return any_ && !missing_ ? std::optional(sum_) : std::nullopt;
  }

 private:
  Estimate<Energy> sum_;
  bool any_ = false, missing_ = false;
};

Document or_null(const std::optional<double>& x) { return x ? Document(*x) : Document(); }

template <class Q>
Document or_null(const std::optional<Q>& x, Q unit) {
  return x ? Document(x->in(unit)) : Document();
}

template <class Q>
void set_estimate(Document& d, const std::string& key, const std::string& unit, const std::optional<Estimate<Q>>& e,
                  Q one) {
  d.set(key + "_" + unit, e ? Document(e->value.in(one)) : Document());
  d.set(key + "_uncertainty_" + unit, e ? Document(e->uncertainty.in(one)) : Document());
}

Document strings(const std::vector<std::string>& all) {
  Document list = Document::Array{};
  for (const std::string& s : all) list.push(s);
  return list;
}

Document verdict_of(const Verdict& verdict) {
  Document list = Document::Array{};
  for (const Doubt& doubt : verdict)
    list.push(Document().set("kind", name(doubt.kind)).set("words", doubt.words).set("advice", doubt.advice));
  return list;
}

Document part_of(const PartEnergy& p) {
  Document d;
  d.set("device", p.device).set("part", sensors::name(p.part)).set("channel", p.channel).set("counted", p.counted);
  set_estimate(d, "energy", "j", p.energy, joule);
  d.set("instrument", p.energy ? Document(name(p.instrument)) : Document());
  d.set("missing", p.energy ? Document() : Document(p.missing));
  set_estimate(d, "counter_energy", "j", p.counter, joule);
  set_estimate(d, "integrated_energy", "j", p.integrated, joule);
  set_estimate(d, "above_idle_energy", "j", p.above_idle, joule);
  d.set("mean_power_w", or_null(p.mean_power, watt)).set("highest_power_w", or_null(p.highest_power, watt));
  d.set("power_limit_w", or_null(p.power_limit, watt)).set("clock_hz", or_null(p.clock, hertz));
  d.set("temperature_celsius", or_null(p.temperature));
  d.set("highest_temperature_celsius", or_null(p.highest_temperature));
  Document shares = Document::Object{};
  for (const auto& [reason, share] : p.throttled) shares.set(reason, share);
  d.set("throttled_fraction", std::move(shares)).set("attributed_fraction", or_null(p.attributed));
  return std::move(d.set("verdict", verdict_of(p.verdict)));
}

Document phase_of(const Phase& phase) {
  Document d, parts = Document::Array{}, sums = Document::Object{};
  for (const PartEnergy& p : phase.parts) parts.push(part_of(p));
  const Totals t = totals(phase);
  set_estimate(sums, "gpu", "j", t.gpu, joule);
  set_estimate(sums, "cpu", "j", t.cpu, joule);
  set_estimate(sums, "dram", "j", t.dram, joule);
  set_estimate(sums, "other", "j", t.other, joule);
  set_estimate(sums, "all", "j", t.all, joule);
  set_estimate(sums, "above_idle", "j", t.above_idle, joule);
  d.set("name", phase.name).set("count", static_cast<std::int64_t>(phase.count));
  d.set("elapsed_s", phase.elapsed.in(second)).set("totals", std::move(sums));
  return std::move(d.set("parts", std::move(parts)));
}

Document channel_of(const sensors::Channel& c) {
  Document d;
  d.set("name", c.name).set("measurand", sensors::name(c.measurand)).set("part", sensors::name(c.part));
  d.set("update_period_s", c.update_period.in(second)).set("averaging_window_s", c.averaging_window.in(second));
  d.set("resolution", c.resolution).set("wraps_at", or_null(c.wraps_at)).set("may_wrap", c.may_wrap);
  d.set("relative_uncertainty", c.relative_uncertainty);
  return std::move(d.set("missing", c.missing ? Document(*c.missing) : Document()));
}

Document device_of(const sensors::DeviceInfo& device) {
  Document d, channels = Document::Array{};
  for (const sensors::Channel& c : device.channels) channels.push(channel_of(c));
  d.set("driver", device.driver).set("id", device.id).set("name", device.name).set("bus_id", device.bus_id);
  d.set("assumed", device.assumed).set("partition", device.partition);
  return std::move(d.set("channels", std::move(channels)).set("remarks", strings(device.remarks)));
}

Document idle_of(const std::optional<Idle>& idle) {
  if (!idle) return {};
  Document d;
  d.set("kind", name(idle->kind)).set("power_w", idle->power.value.in(watt));
  d.set("power_uncertainty_w", idle->power.uncertainty.in(watt)).set("length_s", idle->length.in(second));
  return std::move(d.set("temperature_celsius", or_null(idle->temperature)));
}

}  // namespace

const char* name(Instrument instrument) {
  switch (instrument) {
    case Instrument::counter:
      return "counter";
    case Instrument::integrated_power:
      return "integrated power";
    case Instrument::model:
      return "model";
  }
  return "";
}

const char* name(Idle::Kind kind) {
  switch (kind) {
    case Idle::Kind::no_context:
      return "no context";
    case Idle::Kind::context_held:
      return "context held";
    case Idle::Kind::model_resident:
      return "model resident";
    case Idle::Kind::unknown:
      return "unknown";
  }
  return "";
}

Totals totals(const Phase& phase) {
  Sum gpu, cpu, dram, other, all, above_idle;
  for (const PartEnergy& p : phase.parts) {
    if (!p.counted) {
      // GPUs and CPUs are of interest beside the module or the meter that holds them, too.
      if (p.part == Part::gpu && p.energy) gpu.add(p.energy);
      if (p.part == Part::cpu_package && p.energy) cpu.add(p.energy);
      if (p.part == Part::dram && p.energy) dram.add(p.energy);
      continue;
    }
    all.add(p.energy);
    above_idle.add(p.above_idle);
    if (p.part == Part::gpu) {
      gpu.add(p.energy);
    } else if (p.part == Part::dram) {
      dram.add(p.energy);
    } else if (p.part == Part::cpu_package || p.part == Part::cpu_core || p.part == Part::cpu_uncore) {
      cpu.add(p.energy);
    } else {
      other.add(p.energy);
    }
  }
  return {gpu.result(), cpu.result(), dram.result(), other.result(), all.result(), above_idle.result()};
}

Document to_document(const Measurement& m) {
  Document d, devices = Document::Array{}, phases = Document::Array{}, idle = Document::Array{};
  for (const sensors::DeviceInfo& device : m.devices) devices.push(device_of(device));
  for (const Phase& phase : m.phases) phases.push(phase_of(phase));
  for (const DeviceIdle& i : m.idle) {
    idle.push(Document()
                  .set("device", i.device)
                  .set("part", sensors::name(i.part))
                  .set("before", idle_of(i.before))
                  .set("after", idle_of(i.after)));
  }
  d.set("format", "diffjoule.measurement").set("version", measurement_version).set("id", m.id);
  d.set("command", strings(m.command)).set("host", m.host).set("program", m.program);
  d.set("started_s", m.started.in(second));
  d.set("exit_code", m.exit_code ? Document(*m.exit_code) : Document()).set("ended", m.ended);
  d.set("sampling_period_s", m.sampling_period.in(second));
  d.set("whole", phase_of(m.whole)).set("phases", std::move(phases)).set("idle", std::move(idle));
  d.set("verdict", verdict_of(m.verdict)).set("notes", strings(m.notes));
  d.set("own_cpu_time_s", m.own_cpu_time.in(second)).set("driver_time_s", m.driver_time.in(second));
  return std::move(d.set("devices", std::move(devices)));
}

}  // namespace diffjoule::measure
