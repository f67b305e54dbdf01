// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "diffjoule/api/verb.h"
#include "diffjoule/api/workload_fields.h"
#include "diffjoule/carbon/grid.h"
#include "diffjoule/engines/engine.h"
#include "diffjoule/hardware/gpu.h"
#include "diffjoule/io/toml.h"
#include "diffjoule/law/form.h"
#include "diffjoule/models/pipeline.h"
#include "diffjoule/sweep/designs.h"
#include "diffjoule/sweep/plan_files.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;

Result<Document> models(const Context& context) {
  Document rows = Document::Array{};
  const models::Catalogue catalogue(context.data);
  for (const std::string& slug : catalogue.slugs()) {
    auto p = catalogue.load(slug);
    if (!p) return forward(p);
    Document d;
    d.set("model", slug)
        .set("name", p->name)
        .set("task", p->task)
        .set("size", std::to_string(p->defaults.width) + " x " + std::to_string(p->defaults.height));
    d.set("steps", p->defaults.steps)
        .set("weights_license", p->weights_license)
        .set("aliases", list_of(p->aliases))
        .set("source", p->source);
    rows.push(std::move(d.set("assumed", list_of(p->assumed))));
  }
  return rows;
}

Result<Document> gpus(const Context& context) {
  Document rows = Document::Array{};
  const GpuCatalogue catalogue(context.data);
  for (const std::string& name : catalogue.names()) {
    auto g = catalogue.find(name);
    if (!g) return forward(g);
    Document d;
    d.set("gpu", g->name).set("vendor", g->vendor).set("architecture", g->architecture);
    d.set("peak_16bit_flops_per_s", g->peak16() ? Document(g->peak16()->in(flop_per_second)) : Document());
    d.set("bandwidth_bytes_per_s", g->bandwidth ? Document(g->bandwidth->in(byte_per_second)) : Document());
    d.set("power_limit_w", g->power_limit ? Document(g->power_limit->in(watt)) : Document())
        .set("idle_w", g->idle ? Document(g->idle->in(watt)) : Document());
    rows.push(std::move(d.set("aliases", list_of(g->aliases)).set("variants", list_of(g->variants))));
  }
  return rows;
}

Result<Document> grids(const Context& context) {
  auto catalogue = carbon::GridCatalogue::load(context.data);
  if (!catalogue) return forward(catalogue);
  Document rows = Document::Array{};
  for (const carbon::GridIntensity& g : catalogue->all()) {
    Document d;
    d.set("zone", g.zone)
        .set("iso2", g.iso2)
        .set("name", g.name)
        .set("year", g.year)
        .set("intensity_g_per_kwh", g.intensity.in(gram_per_kilowatt_hour));
    rows.push(std::move(d.set("kind", g.kind).set("source", g.source)));
  }
  return rows;
}

Result<Document> architectures(const Context&) {
  Document rows = Document::Array{};
  for (const models::Architecture& a : models::all_architectures())
    rows.push(Document().set("architecture", a.name).set("classes", list_of(a.class_names)));
  return rows;
}

Result<Document> laws(const Context&) {
  Document rows = Document::Array{};
  for (const law::Form& f : law::all_forms())
    rows.push(Document().set("form", f.name).set("baseline", f.baseline).set("summary", f.summary));
  return rows;
}

Result<Document> measurements(const Context& context) {
  auto sources = context.data.read("measurements/sources.toml").and_then([](const std::string& text) {
    return io::parse_toml(text);
  });
  if (!sources) return forward(sources);
  Document rows = Document::Array{};
  for (const auto& [name, entry] : *sources->object()) {
    Document d;
    d.set("source", name);
    for (const char* key : {"role", "boundary", "licence", "citation", "title", "origin", "caveats"}) {
      if (const Document* value = entry.find(key)) d.set(key, *value);
    }
    rows.push(std::move(d));
  }
  return rows;
}

Result<Document> engine_adapters(const Context&) {
  Document rows = Document::Array{};
  for (const engines::Adapter& adapter : engines::all_adapters()) {
    Document settings = Document::Array{};
    for (const engines::Setting& setting : adapter.settings) {
      Document d;
      d.set("name", setting.name).set("help", setting.help).set("standard", setting.standard);
      settings.push(std::move(d.set("choices", list_of(setting.choices))));
    }
    Document d;
    d.set("engine", adapter.name).set("summary", adapter.summary).set("scales", adapter.scales);
    rows.push(std::move(d.set("settings", std::move(settings))));
  }
  return rows;
}

Result<Document> plans(const Context& context) {
  Document rows = Document::Array{};
  for (const std::string& name : sweep::ready_plans(context.data)) {
    auto plan = sweep::plan_at(context.data, name);
    if (!plan) return forward(plan);
    auto configurations = sweep::configurations(*plan);
    if (!configurations) return forward(configurations, "plan " + name);
    const auto count = static_cast<std::int64_t>(configurations->size());
    rows.push(Document().set("plan", name).set("configurations", count).set("about", plan->about));
  }
  return rows;
}

const std::map<std::string, Result<Document> (*)(const Context&)>& lists() {
  static const std::map<std::string, Result<Document> (*)(const Context&)> all{
      {"architectures", architectures}, {"engines", engine_adapters}, {"gpus", gpus},  {"grids", grids}, {"laws", laws},
      {"measurements", measurements},   {"models", models},           {"plans", plans}};
  return all;
}

Result<Answer> run(const Request& request, const Context& context) {
  auto rows = lists().at(*request.text("what"))(context);
  if (!rows) return forward(rows);
  Document d;
  return Answer{std::move(d.set("what", *request.text("what")).set("entries", std::move(*rows))), false, {}};
}

report::Cell cell(const std::string& key, const Document& value) {
  if (value.is_null()) return {};
  if (value.text() != nullptr) return *value.text();
  if (value.boolean() != nullptr) return *value.boolean() ? "yes" : "";
  if (value.array() != nullptr) {
    std::string all;
    for (const Document& v : *value.array()) all += (all.empty() ? "" : ", ") + *v.text();
    return all;
  }
  if (key == "year") return std::to_string(*value.integer());
  if (key == "power_limit_w" || key == "idle_w") return report::Cell::quantity(value.number() * watt);
  if (key == "bandwidth_bytes_per_s") return report::Cell::quantity(value.number() * byte_per_second);
  if (key == "peak_16bit_flops_per_s") return report::Cell::quantity(value.number() * flop_per_second);
  if (value.integer() != nullptr) return report::Cell::whole(static_cast<WideInteger>(*value.integer()));
  return report::Cell::number(value.number());
}

// An engine, and below it its settings.
report::Page engines_view(const Document& entries) {
  report::Table table({{"engine", {}}, {"setting", {}}, {"meaning", {}}, {"where it is not given", {}}});
  for (const Document& entry : *entries.array()) {
    const std::string name = *entry.find("engine")->text();
    table.add({name, {}, *entry.find("summary")->text(), {}});
    for (const Document& setting : *entry.find("settings")->array()) {
      std::string meaning = *setting.find("help")->text(), choices;
      for (const Document& choice : *setting.find("choices")->array())
        choices += (choices.empty() ? ": " : ", ") + *choice.text();
      table.add({name, *setting.find("name")->text(), meaning + choices, *setting.find("standard")->text()});
    }
  }
  return std::move(report::Page().table(std::move(table)));
}

// Columns that a terminal has room for; --json has all.
report::Page view(const Document& answer) {
  if (*answer.find("what")->text() == "engines") return engines_view(*answer.find("entries"));
  static const std::map<std::string, std::vector<std::string>> shown{
      {"models", {"model", "name", "size", "steps", "weights_license"}},
      {"gpus", {"gpu", "architecture", "peak_16bit_flops_per_s", "bandwidth_bytes_per_s", "power_limit_w", "idle_w"}},
      {"grids", {"zone", "iso2", "name", "year", "intensity_g_per_kwh", "kind"}},
      {"architectures", {"architecture", "classes"}},
      {"laws", {"form", "baseline", "summary"}},
      {"measurements", {"source", "role", "boundary", "licence"}},
      {"plans", {"plan", "configurations", "about"}}};
  const std::vector<std::string>& columns = shown.at(*answer.find("what")->text());
  std::vector<report::Heading> headings;
  for (const std::string& column : columns) {
    static const std::map<std::string, std::string> words{
        {"peak_16bit_flops_per_s", "16-bit peak"}, {"bandwidth_bytes_per_s", "bandwidth"},
        {"power_limit_w", "power limit"},          {"idle_w", "idle"},
        {"intensity_g_per_kwh", "gCO2e/kWh"},      {"weights_license", "licence of the weights"}};
    const auto word = words.find(column);
    headings.push_back({word == words.end() ? column : word->second, {}});
  }
  report::Table table(headings);
  for (const Document& entry : *answer.find("entries")->array()) {
    std::vector<report::Cell> cells;
    for (const std::string& column : columns) {
      const Document* value = entry.find(column);
      cells.push_back(value == nullptr ? report::Cell() : cell(column, *value));
    }
    table.add(std::move(cells));
  }
  return std::move(report::Page().table(std::move(table)));
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& [name, list] : lists()) all.push_back(name);
  return all;
}

}  // namespace

Verb list() {
  return {
      "list",
      "what the catalogue holds",
      "Models, GPUs, grids, network architectures, forms of laws, sources of measurements, ready plans of sweeps and "
      "engines with their settings. --json has everything, also where each fact comes from.",
      {{.name = "what",
        .help = "architectures, engines, gpus, grids, laws, measurements, models or plans",
        .placeholder = "WHAT",
        .positional = true,
        .required = true,
        .choices = names()}},
      {"diffjoule list models", "diffjoule list gpus"},
      run,
      view};
}

}  // namespace diffjoule::api
