// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "diffjoule/api/law_field.h"
#include "diffjoule/api/workload_fields.h"
#include "diffjoule/law/explanation.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;

constexpr std::array<const char*, law::stages> stage_names{"encode", "denoise", "decode"};
constexpr std::array<const char*, law::work_classes> class_names{"linear", "convolution", "attention", "other"};

// The same request with one thing changed, and what it would then cost.
struct Change {
  std::string what;
  Workload workload;
};

std::vector<Change> changes_of(const Workload& asked, const models::Settings& s) {
  std::vector<Change> all;
  const auto with = [&](const std::string& what, auto change) {
    Workload w = asked;
    change(w);
    all.push_back({what, w});
  };
  if (s.steps > 1) with("half the steps", [&](Workload& w) { w.steps = (s.steps + 1) / 2; });
  constexpr std::int64_t coarse = 64;  // a multiple that every pipeline takes
  if (s.width >= 4 * coarse && s.height >= 4 * coarse)
    with("half the width and height", [&](Workload& w) {
      w.width = s.width / 2 / coarse * coarse;
      w.height = s.height / 2 / coarse * coarse;
    });
  if (s.classifier_free) with("no guidance", [](Workload& w) { w.classifier_free = false; });
  if (s.dtype == DType::float32) with("bfloat16", [](Workload& w) { w.dtype = DType::bfloat16; });
  if (s.dtype == DType::bfloat16 || s.dtype == DType::float16)
    with("float32", [](Workload& w) { w.dtype = DType::float32; });
  with("four times the batch", [](Workload& w) { w.batch = 4 * w.batch; });
  return all;
}

Document document_of(const law::StageExplanation& e, const char* name, double batch) {
  Document d, classes = Document::Object{};
  for (std::size_t k = 0; k < law::work_classes; ++k) {
    const law::ClassExplanation& c = e.by_class[k];
    if (c.computing + c.moving == Energy{}) continue;
    classes.set(class_names[k], Document()
                                    .set("computing_j", (c.computing / batch).in(joule))
                                    .set("moving_j", (c.moving / batch).in(joule))
                                    .set("compute_bound_s", c.compute_bound.in(second))
                                    .set("memory_bound_s", c.memory_bound.in(second))
                                    .set("layouts_s", c.layouts.in(second)));
  }
  d.set("stage", name)
      .set("energy_j", (e.total() / batch).in(joule))
      .set("duration_s", e.result.elapsed.in(second))
      .set("bound", law::name(e.bound));
  d.set("working_s", e.result.working.in(second))
      .set("launching_s", e.result.launching.in(second))
      .set("exchanging_s", e.result.exchanging.in(second))
      .set("clock_slowdown", e.result.slowdown);
  return std::move(d.set("static_j", (e.standing / batch).in(joule))
                       .set("exchange_j", (e.exchanging / batch).in(joule))
                       .set("classes", std::move(classes)));
}

Result<Answer> run(const Request& request, const Context& context) {
  auto predictor = predictor_of(request, context);
  if (!predictor) return forward(predictor);
  auto workload = workload_of(request);
  if (!workload) return forward(workload);
  dataset::Observer observer(shelf_of(context), GpuCatalogue(context.data));
  const dataset::Run run{.gpu = *request.text("gpu"), .devices = request.integer("gpus").value_or(1)};
  auto seen = observer.observe(*workload, run);
  if (!seen) return forward(seen);
  auto explained = law::explain(predictor->law(), seen->observation);
  if (!explained) return forward(explained);
  auto passes = models::passes([&observer](const std::string& name) { return observer.pipeline(name); }, *workload);
  if (!passes) return forward(passes);
  const double batch = seen->observation.batch;
  const Energy energy = explained->total() / batch;
  Document d, stages = Document::Array{}, changes = Document::Array{};
  for (std::size_t s = 0; s < law::stages; ++s) {
    if (explained->stage[s].result.elapsed > Duration{})
      stages.push(document_of(explained->stage[s], stage_names[s], batch));
  }
  for (const Change& change : changes_of(*workload, passes->back().settings)) {
    auto other = observer.observe(change.workload, run);
    if (!other) continue;  // not for this pipeline
    auto cost = law::explain(predictor->law(), other->observation);
    if (!cost) continue;
    const Energy changed = cost->total() / other->observation.batch;
    changes.push(
        Document().set("change", change.what).set("energy_j", changed.in(joule)).set("ratio", changed / energy));
  }
  const models::Pipeline& pipeline = **observer.pipeline(workload->model);
  d.set("model", pipeline.slug)
      .set("name", pipeline.name)
      .set("gpu", (*observer.gpu(run.gpu))->name)
      .set("gpus", run.devices)
      .set("energy_j", energy.in(joule));
  d.set("stages", std::move(stages)).set("changes", std::move(changes));
  return Answer{std::move(d), false, seen->notes};
}

report::Page view(const Document& answer) {
  report::Page page;
  const double energy = answer.find("energy_j")->number();
  const auto share = [energy](double joules) { return report::Cell::percent(joules / energy); };
  page.text(*answer.find("name")->text() + " on " + std::to_string(*answer.find("gpus")->integer()) + " x " +
            *answer.find("gpu")->text() + ": " + to_text(energy * joule) +
            " an item (median), GPU, and where it goes:");
  report::Table table({{"stage"}, {"operators"}, {"arithmetic"}, {"bytes"}, {"static"}, {"time"}, {"bound by"}});
  report::Page::Bars bars;
  for (const Document& stage : *answer.find("stages")->array()) {
    table.add({*stage.find("stage")->text(), "", "", "", share(stage.find("static_j")->number()),
               to_text(stage.find("duration_s")->number() * second), *stage.find("bound")->text()});
    for (const auto& [name, c] : *stage.find("classes")->object()) {
      const Duration busy =
          (c.find("compute_bound_s")->number() + c.find("memory_bound_s")->number() + c.find("layouts_s")->number()) *
          second;
      table.add({"", name, share(c.find("computing_j")->number()), share(c.find("moving_j")->number()), "",
                 to_text(busy), ""});
    }
    if (const double exchange = stage.find("exchange_j")->number(); exchange > 0.0)
      table.add({"", "exchange", "", "", share(exchange), to_text(stage.find("exchanging_s")->number() * second), ""});
    bars.push_back({*stage.find("stage")->text(), stage.find("energy_j")->number() / energy});
  }
  page.table(std::move(table)).bars(std::move(bars));
  page.text(
      "Shares are of the energy. Times of operators are before they overlap with launches and before clocks fall.");
  report::Table changes({{"instead"}, {"energy an item"}, {"of the above"}});
  for (const Document& c : *answer.find("changes")->array())
    changes.add({*c.find("change")->text(), to_text(c.find("energy_j")->number() * joule),
                 report::Cell::percent(c.find("ratio")->number())});
  page.table(std::move(changes));
  return page;
}

}  // namespace

Verb explain() {
  return {
      "explain",
      "where the joules of a request go",
      "Takes a prediction apart: by stage and class of operator into arithmetic, bytes and static power; what bounds "
      "each stage (compute, memory, launches of the host, the power limit, exchange between GPUs); and what fewer "
      "steps, a smaller size, another dtype, no guidance or a larger batch would cost instead.",
      with_workload_fields({
          {.name = "gpu",
           .help = "the card, by catalogue name or alias (see: diffjoule list gpus)",
           .placeholder = "GPU",
           .required = true},
          {.name = "gpus",
           .kind = Field::Kind::integer,
           .help = "GPUs that share the request, sequence parallel; default: 1",
           .placeholder = "N",
           .least = 1.0,
           .most = 4096.0},
          law_field(),
      }),
      {"diffjoule explain flux1-dev --gpu H100-SXM-80GB", "diffjoule explain sd15 --gpu A100-SXM4-80GB --json"},
      run,
      view};
}

}  // namespace diffjoule::api
