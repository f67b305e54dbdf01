// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "diffjoule/api/clock_illustration.h"
#include "diffjoule/api/data_fields.h"
#include "diffjoule/api/law_field.h"
#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"
#include "diffjoule/law/diagnosis.h"
#include "diffjoule/law/groups.h"
#include "diffjoule/law/identifiability.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;

Document or_null(const std::optional<double>& number) { return number ? Document(*number) : Document(); }

Document document_of(const law::Symptom& s) {
  Document d;
  d.set("look", law::name(s.look)).set("of", s.of).set("where", s.where).set("seen", s.seen);
  d.set("units", static_cast<std::int64_t>(s.units)).set("flagged", s.flagged).set("jointly", s.jointly);
  if (s.estimate)
    d.set("estimate_ln", s.estimate->value)
        .set("standard_error_ln", s.estimate->error)
        .set("low_95", s.estimate->low)
        .set("high_95", s.estimate->high)
        .set("joint_low_95", s.estimate->joint_low)
        .set("joint_high_95", s.estimate->joint_high);
  if (s.flagged) d.set("points_to", s.points_to).set("advice", s.advice);
  return d;
}

// Both forms in one table: what the data leave of a prior (roofline), or the error itself (paper).
void add_identifiability(const law::Law& roofline, const dataset::Dataset& data, Document& d) {
  Document coefficients = Document::Array{}, pairs = Document::Array{}, conditions = Document::Object{},
           problems = Document::Array{};
  const auto known = law::identifiability(roofline, data.observations);
  if (known) {
    for (const law::Known& k : known->coefficients)
      coefficients.push(Document()
                            .set("form", "roofline")
                            .set("name", k.name)
                            .set("deviation_ln", k.deviation)
                            .set("of_prior", k.left())
                            .set("variance_inflation", or_null(k.inflation)));
    for (const law::Entangled& p : known->pairs)
      pairs.push(Document().set("a", p.a).set("b", p.b).set("correlation", p.correlation));
    conditions.set("roofline", known->condition_number);
  } else {
    problems.push("roofline: " + known.error().message());
  }
  if (const auto paper = (*law::form_named("paper"))->fit(data.observations)) {
    for (const law::Coefficient& c : paper->coefficients) {
      if (!c.standard_error) continue;
      const auto& inflations = paper->quality.variance_inflation;
      const auto inflation =
          std::find_if(inflations.begin(), inflations.end(), [&c](const auto& v) { return v.first == c.name; });
      coefficients.push(
          Document()
              .set("form", "paper")
              .set("name", c.name)
              .set("deviation_ln", *(c.cluster_standard_error ? c.cluster_standard_error : c.standard_error))
              .set("of_prior", Document())
              .set("variance_inflation", inflation == inflations.end() ? Document() : Document(inflation->second)));
    }
    for (const law::Refused& r : paper->refused) problems.push("paper: " + r.name + " " + r.reason);
    conditions.set("paper", or_null(paper->quality.condition_number));
  } else {
    problems.push("paper: " + paper.error().message());
  }
  d.set("identifiability", Document()
                               .set("coefficients", std::move(coefficients))
                               .set("correlated", std::move(pairs))
                               .set("condition_numbers", std::move(conditions))
                               .set("problems", std::move(problems)));
}

// The law whose residuals are looked at, where they come from, and the roofline that tells shares.
struct Subject {
  law::Law law, roofline;
  law::Residuals residuals;
  std::string words;
};

Result<law::Law> law_of(const Request& request, const Context& context) {
  const auto path = request.text("law");
  auto law = !path || *path == "built-in" ? predict::builtin_law(context.data)
                                          : io::read_file(*path)
                                                .and_then([](const std::string& text) { return io::parse_json(text); })
                                                .and_then(law::law_from);
  if (!law) return forward(law, path.value_or("the built-in law"));
  return law;
}

Result<Subject> subject_of(const Request& request, const Context& context, const dataset::Dataset& data) {
  constexpr std::size_t fewest_models = 3;
  const law::Labels models = law::labels(data.observations, [](const law::Observation& o) { return o.model; });
  const bool given = request.text("law").has_value(), few = models.names.size() < fewest_models;
  auto builtin = predict::builtin_law(context.data);
  if (!builtin) return forward(builtin);
  if (given || few) {
    auto law = law_of(request, context);
    if (!law) return forward(law);
    auto form = law::form_named(law->form);
    if (!form) return forward(form);
    Subject s{*law, law->form == "roofline" ? *law : *builtin, law::residuals_of(**form, *law, data.observations), ""};
    s.words = given ? "of the law given, of form " + law->form : "of the built-in law: too few models to leave one out";
    return s;
  }
  auto form = law::form_named(request.text("form").value_or("roofline"));
  if (!form) return forward(form);
  auto law = (*form)->fit(data.observations);
  if (!law) return forward(law, (*form)->name);
  law->form = (*form)->name;
  law::Residuals residuals = law::leave_out(**form, data.observations, models, *law);
  return Subject{*law, law->form == "roofline" ? *law : *builtin, std::move(residuals),
                 "of form " + law->form + ", out of sample: one model left out at a time"};
}

Result<Answer> run(const Request& request, const Context& context) {
  if (request.flag("clocks")) {
    auto clocks = clock_illustration(context);
    if (!clocks) return forward(clocks);
    return Answer{Document().set("clocks", std::move(*clocks)), false, {}};
  }
  auto data = dataset_of(request, context);
  if (!data) return forward(data);
  auto subject = subject_of(request, context, *data);
  if (!subject) return forward(subject);
  const law::Looked looked = law::diagnose(data->observations, subject->residuals, subject->roofline);
  Document d, symptoms = Document::Array{}, notes = Document::Array{};
  bool flagged = false;
  for (const law::Symptom& s : looked.symptoms) {
    flagged = flagged || s.flagged;
    symptoms.push(document_of(s));
  }
  for (const std::string& note : looked.notes) notes.push(note);
  d.set("dataset", api::document_of(*data))
      .set("form", subject->law.form)
      .set("residuals", subject->words)
      .set("symptoms", std::move(symptoms))
      .set("notes", std::move(notes));
  add_identifiability(subject->roofline, *data, d);
  return Answer{std::move(d.set("all", request.flag("all"))), flagged, {}};
}

report::Table symptoms_of(const Document& answer, bool flagged) {
  report::Table table({{"look"}, {"of"}, {"where"}, {"seen"}, {"jointly"}});
  for (const Document& s : *answer.find("symptoms")->array()) {
    if (*s.find("flagged")->boolean() != flagged) continue;
    table.add({*s.find("look")->text(), *s.find("of")->text(), *s.find("where")->text(), *s.find("seen")->text(),
               flagged ? (*s.find("jointly")->boolean() ? "yes" : "no") : ""});
  }
  return table;
}

// What flagged symptoms point to, each word once.
std::string advice_of(const Document& answer) {
  std::vector<std::string> said;
  std::string text;
  for (const Document& s : *answer.find("symptoms")->array()) {
    if (!*s.find("flagged")->boolean()) continue;
    const std::string words = std::string(*s.find("look")->text()) + ": " + *s.find("points_to")->text() + ";\n    " +
                              *s.find("advice")->text();
    if (std::find(said.begin(), said.end(), words) != said.end()) continue;
    said.push_back(words);
    text += "\n  " + words;
  }
  return text;
}

void show_identifiability(const Document& known, report::Page& page) {
  report::Table table({{"form"}, {"coefficient"}, {"deviation", "ln"}, {"of its prior's"}, {"variance inflation"}});
  const auto number = [](const Document* d) {
    return d->is_number() ? report::Cell::number(d->number()) : report::Cell();
  };
  std::string form;
  for (const Document& c : *known.find("coefficients")->array()) {
    if (!form.empty() && form != *c.find("form")->text()) table.rule();
    form = *c.find("form")->text();
    const Document* left = c.find("of_prior");
    table.add({form, *c.find("name")->text(), number(c.find("deviation_ln")),
               left->is_number() ? report::Cell::percent(left->number()) : report::Cell(),
               number(c.find("variance_inflation"))});
  }
  page.text("What these rows say of each coefficient (100 % of a prior's deviation: nothing):").table(std::move(table));
  std::string text = "Condition number:";
  for (const auto& [name, value] : *known.find("condition_numbers")->object())
    text += " " + name + " " + (value.is_number() ? to_text(value.number(), 3) : "-") + ";";
  text += "\nCorrelated by more than 0.9:";
  for (const Document& p : *known.find("correlated")->array())
    text += "\n  " + *p.find("a")->text() + " and " + *p.find("b")->text() + ": " +
            to_text(p.find("correlation")->number(), 2);
  if (known.find("correlated")->array()->empty()) text += " none";
  for (const Document& p : *known.find("problems")->array()) text += "\n" + *p.text();
  page.text(text);
}

report::Page view(const Document& answer) {
  report::Page page;
  if (const Document* clocks = answer.find("clocks")) {
    show_clocks(*clocks, page);
    return page;
  }
  page.text(words_of(*answer.find("dataset")));
  page.text("ln(measured / predicted) " + *answer.find("residuals")->text() +
            ".\nFlagged: the 95 % interval leaves zero and it is at least 0.03; jointly: with all comparisons of the "
            "look counted. On one GPU.");
  report::Table flagged = symptoms_of(answer, true);
  if (flagged.rows().empty()) {
    page.text("Nothing is flagged.");
  } else {
    page.table(std::move(flagged)).text("Which points to:" + advice_of(answer));
  }
  std::string notes;
  for (const Document& note : *answer.find("notes")->array()) notes += (notes.empty() ? "" : "\n") + *note.text();
  page.text(notes);
  if (*answer.find("all")->boolean()) page.text("Not flagged:").table(symptoms_of(answer, false));
  show_identifiability(*answer.find("identifiability"), page);
  return page;
}

}  // namespace

Verb diagnose() {
  std::vector<Field> fields = data_fields();
  fields.push_back({.name = "law",
                    .help = "look at this law's residuals (a file, or built-in) instead of fitting one on DATA",
                    .placeholder = "LAW"});
  fields.push_back({.name = "form", .help = "the form to fit; default: roofline", .placeholder = "FORM"});
  fields.push_back({.name = "all", .kind = Field::Kind::flag, .help = "show what is not flagged too"});
  fields.push_back({.name = "clocks",
                    .kind = Field::Kind::flag,
                    .help = "show energy and time against SM clocks instead: an illustration, never fitted"});
  return {"diagnose",
          "why a fit is bad, and what the data say of each coefficient",
          "Looks at the residuals of a law, out of sample by leaving models out where it fits the law itself: which "
          "class of operation carries them, whether they move with the batch, clocks or power, lie to one side by "
          "architecture, card, source, size or number of GPUs, and how much repeated rows scatter. Each with numbers, "
          "what it points to and advice. Then how much of each prior the data leave, and which coefficients cannot be "
          "told apart. Exit code 1 where something is flagged.",
          std::move(fields),
          {"diffjoule diagnose", "diffjoule diagnose --law built-in", "diffjoule diagnose --clocks"},
          run,
          view};
}

}  // namespace diffjoule::api
