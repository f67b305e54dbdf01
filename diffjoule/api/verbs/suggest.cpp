// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/law_field.h"
#include "diffjoule/api/workload_fields.h"
#include "diffjoule/law/explanation.h"
#include "diffjoule/law/suggestion.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;

struct Candidate {
  std::string model, name;
  std::int64_t batch;
};

// Every model of the catalogue as its pipeline runs it, one item and four, shorter than `longest`.
void add_candidates(dataset::Observer& observer, const predict::Predictor& predictor, const std::string& gpu,
                    Duration longest, const models::Catalogue& catalogue, std::vector<Candidate>& named,
                    std::vector<law::Observation>& all) {
  constexpr std::int64_t several = 4;
  for (const std::string& slug : catalogue.slugs()) {
    for (const std::int64_t batch : {std::int64_t{1}, several}) {
      Workload w;
      w.model = slug;
      w.batch = batch;
      auto seen = observer.observe(w, {.gpu = gpu});
      if (!seen) continue;  // counted in part, or arithmetic that the card has no peak for
      const auto p = predictor.predict(seen->observation);
      if (!p || !p->duration || *p->duration > longest) continue;
      named.push_back({slug, (*observer.pipeline(slug))->name, batch});
      all.push_back(std::move(seen->observation));
    }
  }
}

Result<Answer> run(const Request& request, const Context& context) {
  auto predictor = predictor_of(request, context);
  if (!predictor) return forward(predictor);
  dataset::Observer observer(shelf_of(context), GpuCatalogue(context.data));
  const std::string gpu_name = *request.text("gpu");
  auto gpu = observer.gpu(gpu_name);
  if (!gpu) return forward(gpu);
  const Duration longest = request.real("longest").value_or(120.0) * second;
  std::vector<Candidate> named;
  std::vector<law::Observation> candidates;
  add_candidates(observer, *predictor, gpu_name, longest, models::Catalogue(context.data), named, candidates);
  if (candidates.empty())
    return fail(ErrorCode::unavailable, "suggest: no model of the catalogue runs on " + (*gpu)->name + " within " +
                                            to_text(longest) + "; allow more with --longest");
  constexpr std::int64_t usual = 4;
  auto found =
      law::suggest(predictor->law(), candidates, static_cast<std::size_t>(request.integer("runs").value_or(usual)));
  if (!found) return forward(found);
  Document d, runs = Document::Array{};
  for (const law::Suggestion& s : found->runs) {
    const law::Observation& o = candidates[s.candidate];
    const auto explained = law::explain(predictor->law(), o);
    const auto prediction = predictor->predict(o);
    constexpr std::size_t denoise = 1;
    runs.push(Document()
                  .set("model", named[s.candidate].model)
                  .set("name", named[s.candidate].name)
                  .set("batch", named[s.candidate].batch)
                  .set("duration_s", prediction && prediction->duration ? prediction->duration->in(second) : 0.0)
                  .set("bound", explained ? law::name(explained->stage[denoise].bound) : "")
                  .set("deviation_after_ln", s.deviation));
  }
  d.set("gpu", (*gpu)->name)
      .set("candidates", static_cast<std::int64_t>(candidates.size()))
      .set("deviation_before_ln", found->before);
  return Answer{std::move(d.set("runs", std::move(runs))), false, {}};
}

report::Page view(const Document& answer) {
  report::Page page;
  page.text(
      "Runs on " + *answer.find("gpu")->text() + " that would tell the law most, in this order. Of ln energy over " +
      std::to_string(*answer.find("candidates")->integer()) + " requests, what the card adds to the error is now " +
      to_text(answer.find("deviation_before_ln")->number(), 2) + ":");
  report::Table table({{"run"}, {"batch"}, {"takes"}, {"bound by"}, {"leaves", "ln"}});
  for (const Document& r : *answer.find("runs")->array())
    table.add({*r.find("name")->text(), report::Cell::number(r.find("batch")->number()),
               to_text(r.find("duration_s")->number() * second), *r.find("bound")->text(),
               report::Cell::number(r.find("deviation_after_ln")->number())});
  page.table(std::move(table));
  page.text("Then: diffjoule fit --update LAW DATA.csv -o LAW");
  return page;
}

}  // namespace

Verb suggest() {
  return {
      "suggest",
      "which runs on a GPU would sharpen a law most",
      "Takes the deviations of the card from its data sheet and the launch time of its host as unknown as the law's "
      "priors say, and picks one after the other the requests whose measured energy and time would leave the least "
      "uncertainty over the whole catalogue.",
      {{.name = "gpu",
        .help = "the card, by catalogue name or alias (see: diffjoule list gpus)",
        .placeholder = "GPU",
        .required = true},
       {.name = "runs",
        .kind = Field::Kind::integer,
        .help = "how many; default: 4",
        .placeholder = "N",
        .least = 1.0,
        .most = 16.0},
       {.name = "longest",
        .kind = Field::Kind::real,
        .help = "seconds that a run may take, as predicted; default: 120",
        .placeholder = "S",
        .least = 1.0,
        .most = 1e6},
       law_field()},
      {"diffjoule suggest --gpu L40S-48GB"},
      run,
      view};
}

}  // namespace diffjoule::api
