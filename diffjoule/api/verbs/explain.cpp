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

// What the same request would cost with one thing changed.
Document changes_document(const law::Law& law, dataset::Observer& observer, const std::vector<Change>& changes,
                          const dataset::Run& run, Energy energy) {
  Document rows = Document::Array{};
  for (const Change& change : changes) {
    auto other = observer.observe(change.workload, run);
    if (!other) continue;  // not for this pipeline
    auto cost = law::explain(law, other->observation);
    if (!cost) continue;
    const Energy changed = cost->total() / other->observation.batch;
    rows.push(Document().set("change", change.what).set("energy_j", changed.in(joule)).set("ratio", changed / energy));
  }
  return rows;
}

Result<Document> blocks_document(const law::Law& law, dataset::Observer& observer, const Workload& workload,
                                 const law::Observation& whole) {
  auto blocks = observer.blocks(workload, whole.gpu);
  if (!blocks) return forward(blocks);
  std::vector<law::Part> parts;
  for (const dataset::BlockWork& block : *blocks) parts.push_back({block.stage, block.work.operators});
  auto explained = law::explain(law, whole, parts);
  if (!explained) return forward(explained);
  Document rows = Document::Array{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const dataset::BlockWork& block = (*blocks)[i];
    Document row = document_of((*explained)[i], stage_names[block.stage], whole.batch);
    row.set("component", block.component).set("block", block.path).set("members", block.members);
    rows.push(std::move(row));
  }
  return rows;
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
  const models::Pipeline& pipeline = **observer.pipeline(workload->model);
  const std::string by = request.text("by").value_or("class");
  Document d, stages = Document::Array{};
  for (std::size_t s = 0; s < law::stages; ++s) {
    if (explained->stage[s].result.elapsed > Duration{})
      stages.push(document_of(explained->stage[s], stage_names[s], batch));
  }
  d.set("model", pipeline.slug)
      .set("name", pipeline.name)
      .set("gpu", seen->observation.gpu)
      .set("gpus", run.devices)
      .set("by", by)
      .set("energy_j", energy.in(joule))
      .set("stages", std::move(stages));
  if (by == "block") {
    auto blocks = blocks_document(predictor->law(), observer, *workload, seen->observation);
    if (!blocks) return forward(blocks);
    d.set("blocks", std::move(*blocks));
  } else {
    const auto changes = changes_of(*workload, passes->back().settings);
    d.set("changes", changes_document(predictor->law(), observer, changes, run, energy));
  }
  return Answer{std::move(d), false, seen->notes};
}

// ---- for people

double number_at(const Document& d, std::string_view name) { return d.find(name)->number(); }

// A block's row: shares of the energy and of the time of the whole.
struct Shares {
  double arithmetic = 0.0, bytes = 0.0, standing = 0.0, exchange = 0.0, time = 0.0;

  [[nodiscard]] double energy() const { return arithmetic + bytes + standing + exchange; }
  Shares& operator+=(const Shares& s) {
    arithmetic += s.arithmetic;
    bytes += s.bytes;
    standing += s.standing;
    exchange += s.exchange;
    time += s.time;
    return *this;
  }
  [[nodiscard]] std::vector<report::Cell> cells(std::string component, std::string block, std::string bound,
                                                bool exchanges) const {
    using report::Cell;
    std::vector<Cell> row{std::move(component),      std::move(block),     Cell::percent(energy()),
                          Cell::percent(arithmetic), Cell::percent(bytes), Cell::percent(standing)};
    if (exchanges) row.push_back(Cell::percent(exchange));
    row.push_back(Cell::percent(time));
    row.emplace_back(std::move(bound));
    return row;
  }
};

Shares shares_of(const Document& block, double energy, double duration) {
  Shares s{.standing = number_at(block, "static_j") / energy,
           .exchange = number_at(block, "exchange_j") / energy,
           .time = number_at(block, "duration_s") / duration};
  for (const auto& [name, c] : *block.find("classes")->object()) {
    s.arithmetic += number_at(c, "computing_j") / energy;
    s.bytes += number_at(c, "moving_j") / energy;
  }
  return s;
}

report::Table blocks_table(const Document& answer) {
  constexpr double least = 0.001;  // of energy or time: smaller blocks share a row
  double duration = 0.0;
  for (const Document& stage : *answer.find("stages")->array()) duration += number_at(stage, "duration_s");
  const bool exchanges = *answer.find("gpus")->integer() > 1;
  std::vector<report::Heading> headings{{"component"}, {"block"}, {"energy"}, {"arithmetic"}, {"bytes"}, {"static"}};
  if (exchanges) headings.push_back({"exchange"});
  headings.push_back({"time"});
  headings.push_back({"bound by"});
  report::Table table(std::move(headings));
  Shares small, all;
  std::int64_t small_blocks = 0;
  for (const Document& block : *answer.find("blocks")->array()) {
    const Shares s = shares_of(block, number_at(answer, "energy_j"), duration);
    all += s;
    if (s.energy() < least && s.time < least) {
      small += s;
      ++small_blocks;
      continue;
    }
    const std::int64_t members = *block.find("members")->integer();
    const std::string times = members > 1 ? " (" + std::to_string(members) + " x)" : "";
    table.add(s.cells(*block.find("component")->text(), *block.find("block")->text() + times,
                      *block.find("bound")->text(), exchanges));
  }
  if (small_blocks > 0) table.add(small.cells("", std::to_string(small_blocks) + " smaller", "", exchanges));
  table.rule().add(all.cells("", "all", "", exchanges));
  return table;
}

report::Table stages_table(const Document& answer) {
  const double energy = number_at(answer, "energy_j");
  const auto share = [energy](double joules) { return report::Cell::percent(joules / energy); };
  report::Table table({{"stage"}, {"operators"}, {"arithmetic"}, {"bytes"}, {"static"}, {"time"}, {"bound by"}});
  for (const Document& stage : *answer.find("stages")->array()) {
    table.add({*stage.find("stage")->text(), "", "", "", share(number_at(stage, "static_j")),
               to_text(number_at(stage, "duration_s") * second), *stage.find("bound")->text()});
    for (const auto& [name, c] : *stage.find("classes")->object()) {
      const Duration busy =
          (number_at(c, "compute_bound_s") + number_at(c, "memory_bound_s") + number_at(c, "layouts_s")) * second;
      table.add({"", name, share(number_at(c, "computing_j")), share(number_at(c, "moving_j")), "", to_text(busy), ""});
    }
    if (const double exchange = number_at(stage, "exchange_j"); exchange > 0.0)
      table.add({"", "exchange", "", "", share(exchange), to_text(number_at(stage, "exchanging_s") * second), ""});
  }
  return table;
}

report::Page view(const Document& answer) {
  report::Page page;
  const double energy = number_at(answer, "energy_j");
  page.text(*answer.find("name")->text() + " on " + std::to_string(*answer.find("gpus")->integer()) + " x " +
            *answer.find("gpu")->text() + ": " + to_text(energy * joule) +
            " an item (median), GPU, and where it goes:");
  report::Page::Bars bars;
  for (const Document& stage : *answer.find("stages")->array())
    bars.push_back({*stage.find("stage")->text(), number_at(stage, "energy_j") / energy});
  const bool by_block = answer.find("blocks") != nullptr;
  page.table(by_block ? blocks_table(answer) : stages_table(answer)).bars(std::move(bars));
  if (by_block) {
    page.text(
        "Shares of the energy, and of the time. Time and static power of a stage are shared out by its operators' own "
        "times and their launches.");
    return page;
  }
  page.text(
      "Shares are of the energy. Times of operators are before they overlap with launches and before clocks fall.");
  report::Table changes({{"instead"}, {"energy an item"}, {"of the above"}});
  for (const Document& c : *answer.find("changes")->array())
    changes.add({*c.find("change")->text(), to_text(number_at(c, "energy_j") * joule),
                 report::Cell::percent(number_at(c, "ratio"))});
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
      "steps, a smaller size, another dtype, no guidance or a larger batch would cost instead. Or, with --by block, "
      "by block of each network.",
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
          {.name = "by",
           .help = "what the table shows; default: class",
           .placeholder = "WHAT",
           .choices = {"class", "block"}},
          law_field(),
      }),
      {"diffjoule explain flux1-dev --gpu H100-SXM-80GB", "diffjoule explain sdxl-base --gpu H100-SXM-80GB --by block",
       "diffjoule explain sd15 --gpu A100-SXM4-80GB --json"},
      run,
      view};
}

}  // namespace diffjoule::api
