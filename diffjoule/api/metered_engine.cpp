// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/metered_engine.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "diffjoule/api/duration.h"
#include "diffjoule/api/meter_fields.h"
#include "diffjoule/store/place.h"

namespace diffjoule::api {

Result<MeteredEngine> metered_engine(const Request& request, const Context& context, const sweep::Plan& plan,
                                     os::Clock& clock) {
  MeteredEngine o;
  std::vector<std::string> settings;
  for (const auto& [name, value] : plan.settings) settings.push_back(std::string(name).append("=").append(value));
  auto engine = engines::open_engine(plan.engine, settings, clock);
  if (!engine) return forward(engine);
  o.engine = std::move(*engine);
  auto device = o.engine->device();
  if (!device) return forward(device, "engine " + plan.engine);
  o.device = std::move(*device);
  auto found = sensors_of(request, context, clock);
  if (!found) return forward(found);
  o.advice = found->advice;
  if (found->devices.empty()) return o;
  std::vector<sensors::DeviceInfo> infos;
  for (const auto& sensor : found->devices) infos.push_back(sensor->info());
  o.assumed = std::all_of(infos.begin(), infos.end(), [](const sensors::DeviceInfo& info) { return info.assumed; });
  o.rest = std::make_unique<sweep::Rest>(infos);
  measure::MeterOptions options;
  auto period = duration_of(request, "period");
  if (!period) return forward(period);
  options.period = *period;
  options.own_processes = o.engine->processes();
  options.own_processes.push_back(getpid());
  options.sink = o.rest.get();
  auto meter = measure::Meter::open(std::move(*found), clock, std::move(options));
  if (!meter) return forward(meter, "starting the meter");
  o.meter = std::move(*meter);
  return o;
}

void say_ending(int) {
  std::fprintf(stderr, "\ndiffjoule: ending after this run; once more ends at once, and loses it\n");
}

Result<std::string> store_path(const Request& request, os::Clock& clock) {
  if (const auto path = request.text("store")) return *path;
  return store::default_place(sensors::real_surroundings(clock).environment);
}

Teller::Teller() : is_terminal_(isatty(STDERR_FILENO) != 0) {}

void Teller::tell(const sweep::Standing& standing, const sweep::Trial* finished) const {
  if (is_terminal_) {
    constexpr std::size_t columns = 110;
    std::fprintf(stderr, "\r\033[K%s", sweep::progress_line(standing, columns).c_str());
  } else if (finished != nullptr) {
    std::fprintf(stderr, "%s\n", sweep::finished_line(standing, *finished).c_str());
  }
  std::fflush(stderr);
}

void Teller::say(const std::string& line) const {
  end();
  std::fprintf(stderr, "%s\n", line.c_str());
  std::fflush(stderr);
}

void Teller::end() const {
  if (is_terminal_) std::fprintf(stderr, "\r\033[K");
}

sweep::Bench bench_of(const MeteredEngine& o, const sweep::Plan& plan, sweep::Journal& journal, os::Clock& clock,
                      os::Alarm& stop, const Teller& teller, const Context& context) {
  const auto adapter = engines::adapter_named(plan.engine);
  sweep::Bench bench{
      *o.engine, plan.engine, adapter && (*adapter)->scales, o.meter.get(), o.rest.get(), o.advice, journal,
      clock,     stop,        "diffjoule " + context.version};
  bench.tell = [&teller](const sweep::Standing& standing, const sweep::Trial* finished) {
    teller.tell(standing, finished);
  };
  return bench;
}

}  // namespace diffjoule::api
