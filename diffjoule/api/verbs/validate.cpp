// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "diffjoule/api/data_fields.h"
#include "diffjoule/api/validation_picture.h"
#include "diffjoule/io/file.h"
#include "diffjoule/law/validation.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;

Document or_null(const std::optional<double>& number) { return number ? Document(*number) : Document(); }

Document scores_of(const std::optional<law::Scores>& scores) {
  if (!scores) return {};
  Document d;
  d.set("rows", static_cast<std::int64_t>(scores->rows)).set("groups", static_cast<std::int64_t>(scores->groups));
  d.set("mean_abs_ln", scores->mean)
      .set("median_abs_ln", scores->median)
      .set("p90_abs_ln", scores->p90)
      .set("mape", scores->mape);
  d.set("r2_ln", or_null(scores->r2))
      .set("pearson_ln", or_null(scores->pearson))
      .set("spearman", or_null(scores->spearman));
  d.set("covered_groups", static_cast<std::int64_t>(scores->covered))
      .set("coverage", static_cast<double>(scores->covered) / static_cast<double>(scores->groups));
  return std::move(d.set("coverage_low_95", scores->coverage_low)
                       .set("coverage_high_95", scores->coverage_high)
                       .set("median_width_ln", scores->width)
                       .set("interval_score_ln", scores->interval_score));
}

Document document_of(const law::Validation& v) {
  Document d, groups = Document::Array{}, problems = Document::Array{};
  for (const law::GroupError& g : v.groups)
    groups.push(Document().set("group", g.group).set("energy_ln", g.energy).set("time_ln", or_null(g.time)));
  for (const std::string& problem : v.problems) problems.push(problem);
  d.set("form", v.form).set("baseline", v.baseline).set("energy", scores_of(v.energy)).set("time", scores_of(v.time));
  const auto part = [](const law::Part& p) {
    return Document().set("energy", scores_of(p.energy)).set("time", scores_of(p.time));
  };
  d.set("one_gpu", part(v.one_gpu)).set("several_gpus", part(v.several_gpus));
  return std::move(d.set("groups", std::move(groups)).set("problems", std::move(problems)));
}

law::LeaveOut fold_named(const std::string& name) {
  for (const law::LeaveOut by : law::all_folds) {
    if (name == law::name(by)) return by;
  }
  return law::LeaveOut::model;
}

// "roofline.energy=0.07": the mean |ln| of a form on one GPU, of energy or time, must not be above a bound.
Status hold(const std::string& requirement, const Document& forms) {
  const std::size_t dot = requirement.find('.'), equals = requirement.find('=');
  const auto refuse = [&requirement](const std::string& why) {
    return fail(ErrorCode::invalid_argument, "validate --require " + requirement + ": " + why);
  };
  if (dot == std::string::npos || equals == std::string::npos || dot > equals)
    return refuse("expected FORM.energy=BOUND or FORM.time=BOUND");
  const std::string form = requirement.substr(0, dot), what = requirement.substr(dot + 1, equals - dot - 1),
                    bound = requirement.substr(equals + 1);
  double most = 0.0;
  const auto parsed = std::from_chars(bound.data(), bound.data() + bound.size(), most);
  if (parsed.ec != std::errc() || parsed.ptr != bound.data() + bound.size()) return refuse("its bound is no number");
  for (const Document& f : *forms.array()) {
    if (*f.find("form")->text() != form) continue;
    const Document* mean = f.at_path("one_gpu." + what + ".mean_abs_ln");
    if (mean == nullptr || !mean->is_number()) return refuse("there is no " + what + " of " + form);
    if (mean->number() <= most) return {};
    return fail(ErrorCode::unavailable, "validate: " + what + " of " + form + " is off by " +
                                            to_text(mean->number(), 3) + " in the mean of |ln|, above the " + bound +
                                            " required");
  }
  return refuse("no form " + form + " was validated");
}

Status draw(const std::string& path, const Request& request, const std::vector<law::Validation>& validated) {
  const std::string wanted = request.text("form").value_or("roofline");
  const auto shown = std::find_if(validated.begin(), validated.end(),
                                  [&wanted](const law::Validation& v) { return v.form == wanted; });
  if (shown == validated.end()) return fail(ErrorCode::invalid_argument, "validate --picture: no form " + wanted);
  return io::write_file(path, report::to_svg(picture_of(*shown, validated, request.text("leave-out").value_or("model"),
                                                        request.text("colour").value_or("family"))));
}

Result<Answer> run(const Request& request, const Context& context) {
  const std::string left_out = request.text("leave-out").value_or("model");
  const law::LeaveOut by = fold_named(left_out);
  const auto only = request.text("form");
  auto data = dataset_of(request, context);
  if (!data) return forward(data);
  const law::Labels folds = law::fold_labels(data->observations, by);
  if (folds.names.size() < 2)
    return fail(ErrorCode::unidentifiable, "validate: all " + data->used_text() + " share one " + left_out +
                                               "; nothing is left to fit when it is left out");
  Document d, forms = Document::Array{}, differences = Document::Array{};
  std::vector<law::Validation> validated;
  bool partial = false;
  for (const law::Form& form : law::all_forms()) {
    if (only ? form.name != *only : form.one_device) continue;
    const law::Validation v =
        law::validate(form, data->observations, by, static_cast<std::size_t>(request.integer("given").value_or(0)));
    partial = partial || !v.problems.empty();
    forms.push(document_of(v));
    validated.push_back(v);
  }
  for (const law::Validation& a : validated) {
    for (const law::Validation& b : validated) {
      const auto difference = a.form == "roofline" && b.form == "paper" ? law::paired(a, b) : std::nullopt;
      if (!difference) continue;
      differences.push(Document()
                           .set("form", a.form)
                           .set("against", b.form)
                           .set("difference_ln", difference->difference)
                           .set("low_95", difference->low)
                           .set("high_95", difference->high)
                           .set("ratio", difference->ratio));
    }
  }
  for (const std::string& requirement : request.texts("require")) {
    if (auto status = hold(requirement, forms); !status) return forward(status);
  }
  if (const auto path = request.text("picture")) {
    if (auto status = draw(*path, request, validated); !status) return forward(status);
    d.set("written", *path);
  }
  d.set("leave_out", left_out)
      .set("folds", static_cast<std::int64_t>(folds.names.size()))
      .set("dataset", api::document_of(*data))
      .set("forms", std::move(forms))
      .set("paired_differences", std::move(differences));
  return Answer{std::move(d.set("groups", request.flag("groups"))), partial, {}};
}

// Laws first, then baselines, the best of each first.
std::vector<const Document*> ordered(const Document& answer) {
  std::vector<const Document*> forms;
  for (const Document& form : *answer.find("forms")->array()) forms.push_back(&form);
  const auto key = [](const Document* f) {
    const Document* mean = f->at_path("one_gpu.energy.mean_abs_ln");
    return std::pair(*f->find("baseline")->boolean(), mean == nullptr ? 1e9 : mean->number());
  };
  std::stable_sort(forms.begin(), forms.end(),
                   [&key](const Document* a, const Document* b) { return key(a) < key(b); });
  return forms;
}

report::Cell at(const Document& form, const std::string& path, bool percent = false) {
  const Document* value = form.at_path(path);
  if (value == nullptr || !value->is_number()) return {};
  return percent ? report::Cell::percent(value->number()) : report::Cell::number(value->number());
}

report::Cell coverage(const Document& form, const std::string& what) {
  const Document* scores = form.at_path(what);
  if (scores == nullptr || scores->is_null()) return {};
  return report::Cell::measure(percent_text(scores->find("coverage")->number()) + " [" +
                               to_text(100.0 * scores->find("coverage_low_95")->number(), 2) + ", " +
                               to_text(100.0 * scores->find("coverage_high_95")->number(), 2) + "]");
}

// `part`: "one_gpu" or "several_gpus".
report::Table summary(const Document& answer, const std::string& part) {
  report::Table table({{"law"},
                       {"energy |ln|"},
                       {"median"},
                       {"P90"},
                       {"MAPE"},
                       {"R2 of ln E"},
                       {"Spearman"},
                       {"90 % covers"},
                       {"width", "ln"},
                       {"time |ln|"},
                       {"P90"}});
  bool baselines = false;
  for (const Document* form : ordered(answer)) {
    if (*form->find("baseline")->boolean() && !baselines) table.rule();
    baselines = *form->find("baseline")->boolean();
    table.add({*form->find("form")->text() + (baselines ? " (baseline)" : ""), at(*form, part + ".energy.mean_abs_ln"),
               at(*form, part + ".energy.median_abs_ln"), at(*form, part + ".energy.p90_abs_ln"),
               at(*form, part + ".energy.mape", true), at(*form, part + ".energy.r2_ln"),
               at(*form, part + ".energy.spearman"), coverage(*form, part + ".energy"),
               at(*form, part + ".energy.median_width_ln"), at(*form, part + ".time.mean_abs_ln"),
               at(*form, part + ".time.p90_abs_ln")});
  }
  return table;
}

report::Page view(const Document& answer) {
  report::Page page;
  page.text(words_of(*answer.find("dataset")));
  const std::string& left_out = *answer.find("leave_out")->text();
  page.text("Out of sample, one " + left_out + " left out at a time (" +
            std::to_string(*answer.find("folds")->integer()) +
            " folds); |ln(measured / predicted)|, groups of model x GPU x source weighted equally. On one GPU:");
  page.table(summary(answer, "one_gpu"));
  report::Page::Bars bars;
  for (const Document* form : ordered(answer)) {
    if (const Document* mean = form->at_path("one_gpu.energy.mean_abs_ln");
        mean != nullptr && mean->is_number() && mean->number() < 1.0)
      bars.push_back({*form->find("form")->text(), mean->number()});
  }
  if (bars.size() > 1) page.bars(std::move(bars));
  for (const Document& d : *answer.find("paired_differences")->array())
    page.text("Paired by group, energy: " + *d.find("form")->text() + " less " + *d.find("against")->text() + " " +
              to_text(d.find("difference_ln")->number(), 2) + " [" + to_text(d.find("low_95")->number(), 2) + ", " +
              to_text(d.find("high_95")->number(), 2) + "] in ln, " + percent_text(d.find("ratio")->number()) +
              " of its error.");
  const Document& first = answer.find("forms")->array()->front();
  if (const Document* several = first.at_path("several_gpus.energy"); several != nullptr && !several->is_null())
    page.text("On several GPUs:").table(summary(answer, "several_gpus"));
  if (*answer.find("groups")->boolean()) {
    for (const Document* form : ordered(answer)) {
      report::Table table({{"group"}, {"energy ln", ""}, {"time ln", ""}});
      for (const Document& g : *form->find("groups")->array())
        table.add({*g.find("group")->text(), at(g, "energy_ln"), at(g, "time_ln")});
      page.text("ln(measured / predicted) of " + *form->find("form")->text() + ":").table(std::move(table));
    }
  }
  for (const Document& form : *answer.find("forms")->array()) {
    for (const Document& problem : *form.find("problems")->array())
      page.text(*form.find("form")->text() + ": " + *problem.text());
  }
  if (const Document* path = answer.find("written")) page.text("written: " + *path->text());
  return page;
}

}  // namespace

Verb validate() {
  std::vector<Field> fields = data_fields();
  fields.push_back({.name = "leave-out",
                    .help = "what no law may have seen of the row it predicts; default: model",
                    .placeholder = "WHAT",
                    .choices = {"model", "gpu", "source", "family", "resolution", "model-and-gpu"}});
  fields.push_back({.name = "given",
                    .kind = Field::Kind::integer,
                    .help = "rows left out that a law may see first, those that tell most; default: 0",
                    .placeholder = "N",
                    .least = 0.0,
                    .most = 16.0});
  fields.push_back({.name = "require",
                    .help = "fail where a form's mean |ln| on one GPU is above a bound, e.g. roofline.energy=0.08",
                    .placeholder = "BOUND",
                    .many = true});
  fields.push_back({.name = "form", .help = "only this form; default: all", .placeholder = "FORM"});
  fields.push_back(
      {.name = "groups", .kind = Field::Kind::flag, .help = "show the error of every model x GPU x source"});
  fields.push_back({.name = "picture",
                    .help = "draw measured against predicted energy of --form (default: roofline) as SVG",
                    .placeholder = "FILE"});
  fields.push_back({.name = "colour",
                    .help = "what the picture's colours tell apart; default: family",
                    .placeholder = "WHAT",
                    .choices = {"family", "card"}});
  return {
      "validate",
      "how well laws predict what they have not seen",
      "Leaves out one model (or one GPU with all variants of its card, one laboratory, architecture, resolution, or a "
      "model and a GPU at once) at a time, fits every "
      "form and baseline on the rest, spread and all, and compares its predictions with what was measured. "
      "Coverage counts groups whose rows are mostly inside the 90 % interval, with the Clopper-Pearson interval of "
      "that share.",
      std::move(fields),
      {"diffjoule validate", "diffjoule validate --leave-out gpu",
       "diffjoule validate --form paper --picture validation.svg"},
      run,
      view};
}

}  // namespace diffjoule::api
