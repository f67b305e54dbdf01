// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/plan.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "diffjoule/error/suggest.h"
#include "diffjoule/io/json.h"
#include "diffjoule/workload/document.h"

namespace diffjoule::sweep {
namespace {

using io::Document;

constexpr std::array designs{std::pair("full", DesignKind::full), std::pair("corners", DesignKind::corners),
                             std::pair("lhs", DesignKind::latin_hypercube),
                             std::pair("adaptive", DesignKind::adaptive)};

Error unfit(const Document& found, const std::string& wanted) {
  const std::string* text = found.text();
  return {ErrorCode::invalid_argument,
          "found " + (text != nullptr ? "\"" + *text + "\"" : found.kind()) + ", " + wanted + " is meant"};
}

Status put(std::string& target, const Document& value) {
  if (value.text() == nullptr) return tl::unexpected<Error>(unfit(value, "text"));
  target = *value.text();
  return {};
}

template <class Whole>
Status put_whole(Whole& target, const Document& value, std::int64_t least) {
  if (value.integer() == nullptr || *value.integer() < least)
    return tl::unexpected<Error>(unfit(value, "a whole number from " + std::to_string(least) + " up"));
  target = static_cast<Whole>(*value.integer());
  return {};
}

Status put_share(double& target, const Document& value) {
  if (!value.is_number() || !(value.number() >= 0.0) || value.number() > 1.0)
    return tl::unexpected<Error>(unfit(value, "a number from 0 to 1"));
  target = value.number();
  return {};
}

Status put_seconds(Duration& target, const Document& value) {
  if (!value.is_number() || !(value.number() >= 0.0) || !std::isfinite(value.number()))
    return tl::unexpected<Error>(unfit(value, "a number of seconds"));
  target = value.number() * second;
  return {};
}

Status put_settings(Plan& plan, const Document& value) {
  if (value.object() == nullptr) return tl::unexpected<Error>(unfit(value, "a table NAME = VALUE"));
  for (const auto& [name, setting] : *value.object()) {
    if (setting.object() != nullptr || setting.array() != nullptr || setting.is_null())
      return fail(ErrorCode::invalid_argument, name + ": found " + setting.kind() + ", one value is meant");
    plan.settings[name] = setting.text() != nullptr ? *setting.text() : io::to_json_line(setting);
  }
  return {};
}

Status put_axes(Plan& plan, const Document& value) {
  if (value.object() == nullptr) return tl::unexpected<Error>(unfit(value, "a table NAME = [VALUES]"));
  for (const auto& [name, values] : *value.object()) {
    auto axis = axis_of(name, values);
    if (!axis) return forward(axis);
    plan.axes.push_back(std::move(*axis));
  }
  return {};
}

struct Key {
  const char* name;
  Status (*put)(Plan&, const Document&);
};

const std::vector<Key>& keys() {
  static const std::vector<Key> all{
      {"name", [](Plan& p, const Document& v) { return put(p.name, v); }},
      {"about", [](Plan& p, const Document& v) { return put(p.about, v); }},
      {"engine", [](Plan& p, const Document& v) { return put(p.engine, v); }},
      {"settings", put_settings},
      {"workload",
       [](Plan& p, const Document& v) -> Status {
         auto workload = workload_from(v);
         if (!workload) return forward(workload);
         p.base = std::move(*workload);
         return {};
       }},
      {"axes", put_axes},
      {"design",
       [](Plan& p, const Document& v) -> Status {
         auto kind = v.text() != nullptr ? design_named(*v.text()) : tl::unexpected<Error>(unfit(v, "a design"));
         if (!kind) return forward(kind);
         p.design = *kind;
         return {};
       }},
      {"points", [](Plan& p, const Document& v) { return put_whole(p.points.emplace(), v, 1); }},
      {"interval", [](Plan& p, const Document& v) { return put_share(p.interval, v); }},
      {"checks", [](Plan& p, const Document& v) { return put_whole(p.checks, v, 1); }},
      {"seed", [](Plan& p, const Document& v) { return put_whole(p.seed, v, 0); }},
      {"precision", [](Plan& p, const Document& v) { return put_share(p.repeats.relative_half_width, v); }},
      {"least_repeats", [](Plan& p, const Document& v) { return put_whole(p.repeats.least, v, 1); }},
      {"most_repeats", [](Plan& p, const Document& v) { return put_whole(p.repeats.most, v, 1); }},
      {"warm_up", [](Plan& p, const Document& v) { return put_whole(p.warm_up, v, 0); }},
      {"fraction", [](Plan& p, const Document& v) { return put_share(p.fraction, v); }},
      {"idle_s", [](Plan& p, const Document& v) { return put_seconds(p.idle, v); }},
      {"baseline_s", [](Plan& p, const Document& v) { return put_seconds(p.baseline, v); }},
      {"cool_down_s", [](Plan& p, const Document& v) { return put_seconds(p.cool_down, v); }},
      {"budget_s", [](Plan& p, const Document& v) { return put_seconds(p.budget.emplace(), v); }},
  };
  return all;
}

Status put_key(Plan& plan, const std::string& name, const Document& value) {
  std::vector<std::string> known;
  for (const Key& key : keys()) {
    if (name == key.name) {
      auto status = key.put(plan, value);
      if (!status) return forward(status, name);
      return {};
    }
    known.emplace_back(key.name);
  }
  return fail(ErrorCode::invalid_argument, unknown_name("key of a plan", name, known, "docs/guide/sweep.md"));
}

}  // namespace

const char* name(DesignKind kind) {
  for (const auto& [text, member] : designs) {
    if (member == kind) return text;
  }
  return "";
}

std::vector<std::string> design_names() {
  std::vector<std::string> all;
  for (const auto& [text, member] : designs) all.emplace_back(text);
  return all;
}

Result<DesignKind> design_named(const std::string& text) {
  for (const auto& [known, member] : designs) {
    if (text == known) return member;
  }
  return fail(ErrorCode::invalid_argument, unknown_name("design", text, design_names(), "diffjoule sweep --help"));
}

Result<Plan> plan_from(const Document& document) {
  if (document.object() == nullptr)
    return fail(ErrorCode::invalid_data, "a plan is a table of keys; found " + document.kind());
  Plan plan;
  for (const auto& [name, value] : *document.object()) {
    if (auto status = put_key(plan, name, value); !status) return forward(status, "plan");
  }
  if (auto status = check(plan); !status) return forward(status);
  return plan;
}

Status check(const Plan& plan) {
  const auto has_axis = [&plan](const std::string& name) {
    return std::any_of(plan.axes.begin(), plan.axes.end(), [&name](const Axis& a) { return a.name == name; });
  };
  const std::string who = "plan \"" + plan.name + "\": ";
  if (plan.name.empty()) return fail(ErrorCode::invalid_argument, "plan: it has no name");
  if (plan.base.model.empty() && !has_axis("model"))
    return fail(ErrorCode::invalid_argument, who + "no model; give one in [workload] or an axis of several");
  for (std::size_t i = 0; i < plan.axes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (plan.axes[i].name == plan.axes[j].name)
        return fail(ErrorCode::invalid_argument, who + "axis " + plan.axes[i].name + " stands there twice");
    }
    const std::string& name = plan.axes[i].name;
    if ((name == "width" || name == "height") && has_axis("resolution"))
      return fail(ErrorCode::invalid_argument, who + "axis " + name + " is part of axis resolution; give one of them");
    if (plan.axes[i].range && plan.design != DesignKind::latin_hypercube && plan.design != DesignKind::corners)
      return fail(ErrorCode::invalid_argument, who + "axis " + name + " is a range, which the design \"" +
                                                   sweep::name(plan.design) +
                                                   "\" cannot count through; list its values, or use lhs or corners");
  }
  if (plan.repeats.most < plan.repeats.least)
    return fail(ErrorCode::invalid_argument, who + "most_repeats is below least_repeats");
  if (!(plan.fraction > 0.0)) return fail(ErrorCode::invalid_argument, who + "fraction is above 0, at most 1");
  return {};
}

Document to_document(const Plan& plan) {
  Document d;
  d.set("name", plan.name);
  if (!plan.about.empty()) d.set("about", plan.about);
  d.set("engine", plan.engine).set("design", name(plan.design));
  if (plan.points) d.set("points", *plan.points);
  if (plan.design == DesignKind::adaptive) d.set("interval", plan.interval).set("checks", plan.checks);
  d.set("seed", static_cast<std::int64_t>(plan.seed)).set("precision", plan.repeats.relative_half_width);
  d.set("least_repeats", static_cast<std::int64_t>(plan.repeats.least));
  d.set("most_repeats", static_cast<std::int64_t>(plan.repeats.most));
  d.set("warm_up", plan.warm_up).set("fraction", plan.fraction).set("idle_s", plan.idle.in(second));
  d.set("baseline_s", plan.baseline.in(second)).set("cool_down_s", plan.cool_down.in(second));
  if (plan.budget) d.set("budget_s", plan.budget->in(second));
  Document settings = Document::Object{}, axes = Document::Object{};
  for (const auto& [setting, value] : plan.settings) settings.set(setting, value);
  for (const Axis& axis : plan.axes) axes.set(axis.name, values_of(axis));
  return std::move(
      d.set("settings", std::move(settings)).set("workload", to_document(plan.base)).set("axes", std::move(axes)));
}

std::string short_hash(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  constexpr std::size_t digits = 16;
  std::string out(digits, '0');
  for (std::size_t i = digits; i-- > 0; hash >>= 4) out[i] = "0123456789abcdef"[hash & 15U];
  return out;
}

std::string key(const Plan& plan) {
  Plan bare = plan;
  bare.name.clear();
  bare.about.clear();
  bare.budget.reset();
  return short_hash(io::to_json_line(to_document(bare)));
}

}  // namespace diffjoule::sweep
