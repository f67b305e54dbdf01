// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/fit.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/api/data_fields.h"
#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"
#include "diffjoule/law/explanation.h"
#include "diffjoule/law/folds.h"
#include "diffjoule/law/groups.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;

std::vector<std::string> form_names() {
  std::vector<std::string> all{"all"};
  for (const law::Form& form : law::all_forms()) all.push_back(form.name);
  return all;
}

// The paper fits per model and per GPU beside all together.
struct Scope {
  std::string name;
  std::vector<law::Observation> observations;
};

std::vector<Scope> scopes_of(const dataset::Dataset& data, const std::string& each) {
  if (each == "all") return {{"all", data.observations}};
  std::vector<Scope> scopes;
  for (const law::Observation& o : data.observations) {
    const std::string& label = each == "model" ? o.model : o.gpu;
    auto scope = std::find_if(scopes.begin(), scopes.end(), [&label](const Scope& s) { return s.name == label; });
    if (scope == scopes.end()) scope = scopes.insert(scopes.end(), {label, {}});
    scope->observations.push_back(o);
  }
  return scopes;
}

law::Provenance provenance_of(const dataset::Dataset& data, const Context& context, law::Provenance p) {
  p.program = "diffjoule " + context.version;
  p.data = data.files;
  for (const dataset::LeftOut& l : data.left_out)
    p.skipped.push_back(std::to_string(l.rows) + " rows left out: " + l.reason);
  return p;
}

// What a row says, from what bounds its denoiser.
const char* informs(law::Bound bound) {
  switch (bound) {
    case law::Bound::launches:
      return "launch time of the host only";
    case law::Bound::memory:
      return "memory speed, energy";
    case law::Bound::compute:
      return "compute speed, energy";
    case law::Bound::power:
      return "energy, static power";
    case law::Bound::exchange:
      return "nothing: several GPUs";
  }
  return "";
}

// A law sharpened by rows of a card: before, after, and what each row is worth.
Result<Answer> run_update(const Request& request, const Context& context) {
  if (request.texts("measurements").empty())
    return fail(ErrorCode::invalid_argument,
                "fit --update: name the tables of the new rows, diffjoule fit --update LAW ROWS.csv");
  auto old = io::read_file(*request.text("update"))
                 .and_then([](const std::string& text) { return io::parse_json(text); })
                 .and_then(law::law_from);
  if (!old) return forward(old, *request.text("update"));
  auto form = law::form_named(old->form);
  if (!form) return forward(form);
  if ((*form)->update == nullptr)
    return fail(ErrorCode::invalid_argument,
                "fit --update: a law of form " + old->form + " cannot be sharpened; fit one of form roofline");
  auto data = dataset_of(request, context);
  if (!data) return forward(data);
  auto law = (*form)->update(*old, data->observations);
  if (!law) return forward(law);
  for (const auto& file : data->files) law->provenance.data.push_back(file);
  law->provenance.observations += data->observations.size();
  Document rows = Document::Array{}, d;
  for (const law::Observation& o : data->observations) {
    const law::Residual before = law::residual_of(**form, *old, o), after = law::residual_of(**form, *law, o);
    const auto explained =
        o.devices > 1.0 ? Result<law::Explanation>(fail(ErrorCode::unavailable, "")) : law::explain(*law, o);
    constexpr std::size_t denoise = 1;
    const auto or_null = [](const std::optional<double>& x) { return x ? Document(*x) : Document(); };
    rows.push(Document()
                  .set("group", law::group_of(o))
                  .set("batch", o.batch)
                  .set("energy_before_ln", or_null(before.energy))
                  .set("energy_after_ln", or_null(after.energy))
                  .set("time_before_ln", or_null(before.time))
                  .set("time_after_ln", or_null(after.time))
                  .set("informs", explained ? informs(explained->stage[denoise].bound) : "nothing: several GPUs"));
  }
  if (const auto path = request.text("output")) {
    if (auto status = io::write_file(*path, io::to_json(law::to_document(*law)) + "\n"); !status)
      return forward(status);
    d.set("written", *path);
  }
  d.set("dataset", document_of(*data)).set("rows", std::move(rows));
  Document laws = Document::Array{};
  laws.push(Document().set("scope", "all").set("law", law::to_document(*law)));
  return Answer{std::move(d.set("laws", std::move(laws)).set("problems", Document::Array{})), false, {}};
}

Result<Answer> run(const Request& request, const Context& context) {
  if (request.text("update")) return run_update(request, context);
  const std::string wanted = request.text("form").value_or(request.text("output") ? "roofline" : "all");
  const std::string each = request.text("each").value_or("all");
  if (request.text("output") && (wanted == "all" || each != "all")) {
    return fail(ErrorCode::invalid_argument, "fit: a law file holds one law; give --form NAME and no --each with -o");
  }
  auto data = dataset_of(request, context);
  if (!data) return forward(data);
  Answer answer;
  Document laws = Document::Array{}, problems = Document::Array{};
  for (const Scope& scope : scopes_of(*data, each)) {
    for (const law::Form& form : law::all_forms()) {
      if (wanted == "all" ? form.one_device : wanted != form.name) continue;
      auto law = law::fit(form, scope.observations);
      if (!law) {
        problems.push(scope.name + ", " + law.error().message());
        continue;
      }
      law->provenance = provenance_of(*data, context, law->provenance);
      laws.push(Document().set("scope", scope.name).set("law", law::to_document(*law)));
    }
  }
  if (laws.array()->empty())
    return fail(ErrorCode::unidentifiable, "fit: " + (problems.array()->empty() ? std::string("nothing could be fitted")
                                                                                : *problems.array()->front().text()));
  if (const auto path = request.text("output")) {
    if (auto status = io::write_file(*path, io::to_json(*laws.array()->front().find("law")) + "\n"); !status)
      return forward(status);
  }
  answer.partial = !problems.array()->empty();
  answer.document.set("dataset", document_of(*data)).set("laws", std::move(laws)).set("problems", std::move(problems));
  if (const auto path = request.text("output")) answer.document.set("written", *path);
  return answer;
}

report::Cell number_or_nothing(const Document* d) {
  return d == nullptr || !d->is_number() ? report::Cell() : report::Cell::number(d->number());
}

report::Table coefficients_of(const Document& law) {
  report::Table table({{"coefficient"}, {"value"}, {"unit"}, {"error"}, {"clustered"}, {"95 % low"}, {"95 % high"}});
  for (const Document& c : *law.find("coefficients")->array()) {
    table.add({*c.find("name")->text(), number_or_nothing(c.find("value")), *c.find("unit")->text(),
               number_or_nothing(c.find("standard_error")), number_or_nothing(c.find("cluster_standard_error")),
               number_or_nothing(c.find("low_95")), number_or_nothing(c.find("high_95"))});
  }
  return table;
}

std::string quality_of(const Document& law) {
  std::string text;
  for (const char* key : {"r2", "adjusted_r2", "residual_deviation_ln", "pearson", "spearman", "condition_number"}) {
    const Document* value = law.at_path(std::string("quality.") + key);
    if (value != nullptr && value->is_number())
      text += (text.empty() ? "" : ", ") + std::string(key) + " " + to_text(value->number(), 4);
  }
  if (const Document* spread = law.at_path("energy_spread.deviation_ln"))
    text += "\nspread of energy on models left out: " + to_text(spread->number(), 3) + " in ln";
  if (const Document* spread = law.at_path("time_spread.deviation_ln"))
    text += ", of time: " + to_text(spread->number(), 3);
  return text;
}

report::Page view(const Document& answer) {
  report::Page page;
  page.text(words_of(*answer.find("dataset")));
  for (const Document& entry : *answer.find("laws")->array()) {
    const Document& law = *entry.find("law");
    page.text("law: " + *law.find("form")->text() +
              (*entry.find("scope")->text() == "all" ? "" : ", " + *entry.find("scope")->text() + " alone"));
    page.table(coefficients_of(law));
    page.text(quality_of(law));
    if (!law.find("cards")->object()->empty()) {
      const bool roofline = *law.find("form")->text() == "roofline";
      report::Table cards({{"card"},
                           {roofline ? "energy of work" : "energy", "x"},
                           {roofline ? "compute speed" : "time", "x"},
                           {roofline ? "memory speed" : "", "x"}});
      const auto factor = [](const Document& d, const char* key) {
        return report::Cell::number(std::exp(d.find(key)->number()));
      };
      for (const auto& [card, d] : *law.find("cards")->object())
        cards.add(
            {card, factor(d, "energy_ln"), factor(d, "time_ln"), roofline ? factor(d, "memory_ln") : report::Cell()});
      page.table(std::move(cards));
    }
    for (const Document& refused : *law.find("refused")->array())
      page.text("refused: " + *refused.find("name")->text() + " " + *refused.find("reason")->text());
  }
  if (const Document* rows = answer.find("rows")) {
    report::Table table({{"row"}, {"energy before", "ln"}, {"after"}, {"time before"}, {"after"}, {"informs"}});
    constexpr std::size_t most_shown = 40;
    for (std::size_t i = 0; i < std::min(most_shown, rows->array()->size()); ++i) {
      const Document& row = (*rows->array())[i];
      table.add({*row.find("group")->text() + ", batch " + to_text(row.find("batch")->number(), 4),
                 number_or_nothing(row.find("energy_before_ln")), number_or_nothing(row.find("energy_after_ln")),
                 number_or_nothing(row.find("time_before_ln")), number_or_nothing(row.find("time_after_ln")),
                 *row.find("informs")->text()});
    }
    page.text("ln(measured / predicted), before and after:").table(std::move(table));
    if (rows->array()->size() > most_shown)
      page.text("and " + std::to_string(rows->array()->size() - most_shown) + " more rows, which --json shows");
  }
  for (const Document& problem : *answer.find("problems")->array())
    page.text("could not be fitted: " + *problem.text());
  if (const Document* path = answer.find("written")) page.text("written: " + *path->text());
  return page;
}

}  // namespace

Verb fit() {
  std::vector<Field> fields = data_fields();
  fields.push_back({.name = "form",
                    .help = "the law to fit; default: all of them, with -o roofline",
                    .placeholder = "NAME",
                    .choices = form_names()});
  fields.push_back({.name = "each",
                    .help = "fit every model, or every GPU, alone",
                    .placeholder = "WHAT",
                    .choices = {"all", "model", "gpu"}});
  fields.push_back({.name = "update",
                    .help = "sharpen this law by what DATA says of its cards and hosts, all else held",
                    .placeholder = "LAW"});
  fields.push_back({.name = "output", .help = "write the law to this file", .placeholder = "FILE", .letter = 'o'});
  return {"fit",
          "energy laws fitted on measurements",
          "Fits each form of law: coefficients with classical and cluster-robust errors (clusters: model x GPU) and 95 "
          "% intervals. Rows of one model and GPU that differ in batch size are near duplicates: a "
          "group weighs one. Coefficients that the data do not determine are refused with the reason.",
          std::move(fields),
          {"diffjoule fit", "diffjoule fit --form paper --each model"},
          run,
          view};
}

}  // namespace diffjoule::api
