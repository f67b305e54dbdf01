// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/plan_fields.h"

#include <algorithm>

#include "diffjoule/api/duration.h"
#include "diffjoule/sweep/plan_files.h"

namespace diffjoule::api {
namespace {

using Kind = Field::Kind;

Field whole(const char* name, const char* help, double least, double most) {
  return {.name = name, .kind = Kind::integer, .help = help, .placeholder = "N", .least = least, .most = most};
}

Status set_settings(const Request& request, sweep::Plan& plan) {
  if (const auto engine = request.text("engine"); engine && *engine != plan.engine) {
    plan.engine = *engine;
    plan.settings.clear();  // another engine's
  }
  for (const std::string& text : request.texts("set")) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(ErrorCode::invalid_argument, "--set: found \"" + text + "\", NAME=VALUE is meant");
    plan.settings[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return {};
}

// An axis of the same name takes the place of the plan's.
void put_axis(sweep::Plan& plan, sweep::Axis axis) {
  const auto same = std::find_if(plan.axes.begin(), plan.axes.end(),
                                 [&axis](const sweep::Axis& other) { return other.name == axis.name; });
  if (same != plan.axes.end()) {
    *same = std::move(axis);
  } else {
    plan.axes.push_back(std::move(axis));
  }
}

Status set_models(const Request& request, sweep::Plan& plan) {
  const auto models = request.texts("model");
  if (models.empty()) return {};
  std::erase_if(plan.axes, [](const sweep::Axis& axis) { return axis.name == "model"; });
  plan.base.model = models.size() == 1 ? models.front() : "";
  if (models.size() == 1) return {};
  io::Document names = io::Document::Array{};
  for (const std::string& model : models) names.push(model);
  auto axis = sweep::axis_of("model", names);
  if (!axis) return forward(axis);
  plan.axes.insert(plan.axes.begin(), std::move(*axis));
  return {};
}

Status set_axes(const Request& request, sweep::Plan& plan) {
  if (auto models = set_models(request, plan); !models) return models;
  for (const std::string& text : request.texts("axis")) {
    auto axis = sweep::axis_from(text);
    if (!axis) return forward(axis, "--axis");
    put_axis(plan, std::move(*axis));
  }
  return {};
}

Status set_repeats(const Request& request, sweep::Plan& plan) {
  measure::StoppingRule& rule = plan.repeats;
  const auto precision = request.text("precision");
  if (precision) {
    auto share = share_from(*precision);
    if (!share) return forward(share, "--precision");
    rule.relative_half_width = *share;
    constexpr std::size_t most_for_precision = 30;
    rule.most = std::max(rule.most, most_for_precision);
  }
  const auto repeats = request.integer("repeat");
  if (!repeats) return {};
  rule.most = static_cast<std::size_t>(*repeats);
  rule.least = precision ? std::min(rule.least, rule.most) : rule.most;
  return {};
}

Status set_times(const Request& request, sweep::Plan& plan) {
  for (const auto& [field, target] :
       {std::pair("idle", &plan.idle), {"baseline", &plan.baseline}, {"cool-down", &plan.cool_down}}) {
    auto duration = duration_of(request, field);
    if (!duration) return forward(duration);
    if (*duration) *target = **duration;
  }
  auto budget = duration_of(request, "budget");
  if (!budget) return forward(budget);
  if (*budget) plan.budget = *budget;
  return {};
}

Status set_design(const Request& request, sweep::Plan& plan) {
  if (const auto text = request.text("design")) {
    auto kind = sweep::design_named(*text);
    if (!kind) return forward(kind);
    plan.design = *kind;
  }
  if (const auto points = request.integer("points")) plan.points = points;
  if (const auto interval = request.text("interval")) {
    auto share = share_from(*interval);
    if (!share) return forward(share, "--interval");
    plan.interval = *share;
  }
  plan.checks = request.integer("checks").value_or(plan.checks);
  plan.seed = static_cast<std::uint64_t>(request.integer("seed").value_or(static_cast<std::int64_t>(plan.seed)));
  plan.warm_up = request.integer("warm-up").value_or(plan.warm_up);
  plan.fraction = request.real("fraction").value_or(plan.fraction);
  return {};
}

// Of its own for everything that differs, so that two commands never share one by accident.
std::string made_name(const sweep::Plan& plan) {
  std::string model = plan.base.model.empty() ? "models" : plan.base.model;
  std::replace(model.begin(), model.end(), '/', '-');
  constexpr std::size_t digits = 8;
  return model + "-" + sweep::name(plan.design) + "-" + sweep::key(plan).substr(0, digits);
}

}  // namespace

std::vector<Field> plan_fields() {
  constexpr double many = 1e6, billion = 1e9;
  return {
      {.name = "model",
       .help = "models to run, instead of the plan's",
       .placeholder = "MODEL",
       .positional = true,
       .many = true},
      {.name = "plan", .help = "a file, or a ready plan (diffjoule list plans)", .placeholder = "FILE|NAME"},
      {.name = "axis",
       .help = "what is varied: resolution=256,512,1024, steps=10..50, dtype=fp16,fp32, cfg=on,off, batch, frames, "
               "text_tokens or any other member of a workload; may be repeated",
       .placeholder = "NAME=VALUES",
       .many = true},
      {.name = "design",
       .help = "full (all combinations), corners (least and most of resolution and steps), lhs (a Latin hypercube) or "
               "adaptive",
       .placeholder = "KIND",
       .choices = sweep::design_names()},
      whole("points", "configurations of lhs and adaptive, at most", 1.0, many),
      {.name = "interval",
       .help = "an adaptive design ends when the law predicts the times of all combinations within that (half the 95 % "
               "interval); default: 15%",
       .placeholder = "SHARE"},
      whole("checks", "configurations that an adaptive design runs in the end to test the law; default: 5", 1.0,
            1000.0),
      {.name = "engine", .help = "what runs the models (diffjoule list engines)", .placeholder = "ENGINE"},
      {.name = "set", .help = "a setting of the engine; may be repeated", .placeholder = "NAME=VALUE", .many = true},
      {.name = "fraction",
       .kind = Kind::real,
       .help = "share of the evaluations that is run; time and energy are scaled and marked",
       .placeholder = "X",
       .least = 0.0,
       .most = 1.0},
      whole("repeat", "runs of each configuration; with --precision the most", 1.0, 10000.0),
      {.name = "precision",
       .help = "repeat until half the 95 % interval of the mean energy (time, without a sensor) is that share of it",
       .placeholder = "SHARE"},
      whole("warm-up", "runs before each metered one that are not kept; default: 1", 0.0, 1000.0),
      {.name = "idle", .help = "pause before each run", .placeholder = "TIME"},
      {.name = "baseline",
       .help = "idle power is taken so long before the first run; default: 5s; 0s: not at all",
       .placeholder = "TIME"},
      {.name = "cool-down",
       .help = "wait before each run until temperature and power are those of the baseline, at most so long; default: "
               "60s; 0s: no wait",
       .placeholder = "TIME"},
      whole("seed", "of the order and of random designs; default: 1", 0.0, billion),
      {.name = "budget", .help = "no run begins after so long; the same command goes on later", .placeholder = "TIME"},
      {.name = "name", .help = "of the plan in the store", .placeholder = "NAME"},
  };
}

Result<sweep::Plan> plan_of(const Request& request, const Context& context) {
  sweep::Plan plan;
  if (const auto text = request.text("plan")) {
    auto read = sweep::plan_at(context.data, *text);
    if (!read) return forward(read);
    plan = std::move(*read);
  }
  for (const auto set : {set_settings, set_axes, set_repeats, set_times, set_design}) {
    if (auto done = set(request, plan); !done) return forward(done);
  }
  if (const auto name = request.text("name")) plan.name = *name;
  if (plan.name.empty()) plan.name = made_name(plan);
  if (auto checked = sweep::check(plan); !checked) return forward(checked);
  return plan;
}

}  // namespace diffjoule::api
