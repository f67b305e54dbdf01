// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/nvml_channels.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace diffjoule::sensors::nvidia {
namespace {

using Call = Question::Call;

constexpr double milli = 1e-3, mega = 1e6, nano = 1e-9, percent = 0.01;

// A channel of the GPU of which nobody says how often it is new.
Channel of_the_moment(const char* name, Measurand measurand, double resolution) {
  return {.name = name,
          .measurand = measurand,
          .part = Part::gpu,
          .update_period = {},
          .averaging_window = {},
          .resolution = resolution};
}

Question energy_field(unsigned id, unsigned scope = scope_gpu) { return {Call::field, id, scope, milli}; }

void add_energy(const Card& card, std::vector<Candidate>& all) {
  const auto counter = [&card](const char* name, Part part) {
    return Channel{.name = name,
                   .measurand = Measurand::energy,
                   .part = part,
                   .update_period = 0.1 * second,
                   .averaging_window = {},
                   .resolution = milli,
                   .relative_uncertainty = gain_uncertainty(card)};
  };
  const Question total_call{Call::total_energy, 0, 0, milli};
  if (superchip(card.name)) {
    Channel gpu = counter("energy", Part::gpu);
    gpu.missing = "the energy counter is the whole module's, with CPU and memory: see energy.module";
    all.push_back({gpu, {}});
    all.push_back({counter("energy.module", Part::module),
                   {energy_field(field_energy, scope_module), energy_field(field_total_energy), total_call}});
  } else {
    all.push_back({counter("energy", Part::gpu),
                   {energy_field(field_total_energy), energy_field(field_energy, scope_gpu), total_call}});
    all.push_back({counter("energy.module", Part::module), {energy_field(field_energy, scope_module)}});
  }
  all.push_back({counter("energy.memory", Part::gpu_memory), {energy_field(field_energy, scope_memory)}});
}

void add_power(const Card& card, std::vector<Candidate>& all) {
  const auto power = [&card](const char* name, Part part, PowerCall call, Question question) {
    const PowerSampling sampling = power_sampling(call, card);
    question.unit = milli;
    return Candidate{{.name = name,
                      .measurand = Measurand::power,
                      .part = part,
                      .update_period = sampling.update_period,
                      .averaging_window = sampling.averaging_window,
                      .resolution = milli,
                      .relative_uncertainty = gain_uncertainty(card)},
                     {question}};
  };
  const auto instant = [&](const char* name, Part part, unsigned scope) {
    return power(name, part, PowerCall::instant, {Call::field, field_power_instant, scope});
  };
  all.push_back(instant("power.instant", Part::gpu, scope_gpu));
  all.push_back(power("power.average", Part::gpu, PowerCall::average, {Call::field, field_power_average}));
  all.push_back(power("power.usage", Part::gpu, PowerCall::usage, {Call::power_usage}));
  all.push_back(instant("power.module", Part::module, scope_module));
  all.push_back(instant("power.memory", Part::gpu_memory, scope_memory));
  all.push_back({of_the_moment("power.limit", Measurand::power_limit, milli),
                 {{Call::field, field_power_limit, scope_gpu, milli}, {Call::enforced_power_limit, 0, 0, milli}}});
}

void add_state(std::vector<Candidate>& all) {
  all.push_back({of_the_moment("clock.sm", Measurand::clock, mega), {{Call::clock, clock_sm, 0, mega}}});
  all.push_back({of_the_moment("clock.memory", Measurand::clock, mega), {{Call::clock, clock_memory, 0, mega}}});
  all.back().channel.part = Part::gpu_memory;
  all.push_back({of_the_moment("temperature", Measurand::temperature, 1.0), {{Call::temperature}}});
  all.push_back({of_the_moment("utilization", Measurand::utilization, percent), {{Call::utilization, 0, 0, percent}}});
  // The share of "the past sample period", 1/6 to 1 s by product (NVML API Reference).
  all.back().channel.update_period = all.back().channel.averaging_window = (1.0 / 6.0) * second;
  all.push_back({of_the_moment("throttle", Measurand::throttle_reasons, 0.0), {{Call::clock_reasons}}});
}

void add_throttled_time(std::vector<Candidate>& all) {
  struct Counter {
    unsigned field;
    const char* name;
  };
  static constexpr Counter counters[] = {
      {74, "throttled.power_cap"},          {75, "throttled.thermal"},         {76, "throttled.sync_boost"},
      {77, "throttled.board_limit"},        {78, "throttled.low_utilization"}, {79, "throttled.reliability"},
      {80, "throttled.application_clocks"}, {81, "throttled.base_clocks"},     {269, "throttled.thermal_software"},
      {270, "throttled.thermal_hardware"},  {271, "throttled.power_brake"},
  };
  for (const Counter& counter : counters) {
    all.push_back(
        {of_the_moment(counter.name, Measurand::throttled_time, nano), {{Call::field, counter.field, 0, nano}}});
  }
}

}  // namespace

bool superchip(const std::string& name) {
  static constexpr std::array<std::string_view, 4> names{"GH200", "GB200", "GB300", "GB10"};
  return std::any_of(names.begin(), names.end(), [&](std::string_view chip) {
    const std::size_t at = name.find(chip);
    const std::size_t after = at == std::string::npos ? at : at + chip.size();
    return at != std::string::npos && (after == name.size() || name[after] == ' ');
  });
}

std::vector<Candidate> candidates(const Card& card) {
  std::vector<Candidate> all;
  add_energy(card, all);
  add_power(card, all);
  add_state(all);
  add_throttled_time(all);
  return all;
}

}  // namespace diffjoule::sensors::nvidia
