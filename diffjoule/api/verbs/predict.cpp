// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/law_field.h"
#include "diffjoule/api/workload_fields.h"
#include "diffjoule/carbon/footprint.h"
#include "diffjoule/carbon/grid.h"
#include "diffjoule/io/file.h"
#include "diffjoule/predict/rows.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;

Document emissions_of(const law::Prediction& p, const carbon::GridIntensity& grid) {
  Document d;
  const auto grams = [&grid](Energy e) { return carbon::footprint(e, grid.intensity).in(gram_co2e); };
  d.set("zone", grid.zone)
      .set("name", grid.name)
      .set("year", grid.year)
      .set("intensity_g_per_kwh", grid.intensity.in(gram_per_kilowatt_hour));
  d.set("kind", grid.kind).set("assumed", grid.assumed).set("source", grid.source);
  d.set("emissions_gco2e", grams(p.energy))
      .set("emissions_low_gco2e", grams(p.energy_low))
      .set("emissions_high_gco2e", grams(p.energy_high));
  return std::move(d.set("includes", "energy of the GPUs only: no PUE, no other parts of the machine, no manufacture"));
}

Document energy_of(const law::Prediction& p) {
  Document d;
  d.set("energy_j", p.energy.in(joule))
      .set("energy_low_j", p.energy_low.in(joule))
      .set("energy_high_j", p.energy_high.in(joule));
  return std::move(d.set("energy_wh", p.energy.in(watt_hour)).set("interval_level", law::interval_level));
}

Document time_of(const predict::Predicted& p) {
  Document d;
  if (!p.prediction.duration) return d;
  d.set("duration_s", p.prediction.duration->in(second));
  if (p.prediction.duration_low)
    d.set("duration_low_s", p.prediction.duration_low->in(second))
        .set("duration_high_s", p.prediction.duration_high->in(second));
  return std::move(d.set("power_w", p.power.in(watt)));
}

Result<Answer> predict_one(const Request& request, const Context& context, const ChosenLaw& law) {
  const predict::Predictor& predictor = law.predictor;
  if (!request.text("model"))
    return fail(ErrorCode::invalid_argument,
                "predict: MODEL is missing (or --rows IN.csv): slug, Hugging Face id or alias");
  const std::string gpu = request.text("gpu").value_or(law.device);
  if (gpu.empty())
    return fail(ErrorCode::invalid_argument,
                "predict: --gpu is missing: the card to predict for (see: diffjoule list gpus), or a --law of "
                "diffjoule calibrate, which knows its own");
  auto workload = workload_of(request);
  if (!workload) return forward(workload);
  auto grids = carbon::GridCatalogue::load(context.data);
  if (!grids) return forward(grids);
  auto grid = request.text("region") ? grids->find(*request.text("region")) : grids->world();
  if (!grid) return forward(grid);

  dataset::Observer observer(shelf_of(context), law.gpus);
  dataset::Run run{.gpu = gpu, .devices = request.integer("gpus").value_or(1)};
  run.boundary = law::boundary_named(request.text("boundary").value_or("gpu")).value_or(law::Boundary::gpu);
  run.metered_devices = run.devices;
  auto p = predictor.predict(observer, *workload, run);
  if (!p) return forward(p);
  const models::Pipeline& pipeline = **observer.pipeline(workload->model);
  auto passes = models::passes([&observer](const std::string& name) { return observer.pipeline(name); }, *workload);
  if (!passes) return forward(passes);

  Document d, shares = Document::Object{}, per_item = energy_of(p->prediction), per_batch = time_of(*p);
  for (const predict::StageShare& share : p->shares) shares.set(share.stage, share.energy);
  d.set("model", pipeline.slug)
      .set("name", pipeline.name)
      .set("gpu", (*observer.gpu(run.gpu))->name)
      .set("gpus", run.devices)
      .set("workload", document_of(pipeline, passes->back().settings));
  d.set("law", predictor.law().form)
      .set("boundary", law::name(run.boundary))
      .set("per_item", std::move(per_item))
      .set("per_batch", std::move(per_batch));
  d.set("energy_share", std::move(shares)).set("carbon", emissions_of(p->prediction, *grid));
  d.set("extrapolates", !p->prediction.extrapolations.empty() || p->prediction.card_unseen);
  if (law.energy_assumed)
    p->assumed.push_back("energy: watts of a model, no sensor; the law was calibrated without one");
  d.set("warnings", list_of(p->warnings)).set("assumed", list_of(p->assumed)).set("notes", list_of(p->notes));
  return Answer{std::move(d), false, p->notes};
}

Result<Answer> predict_table(const Request& request, const Context& context, const ChosenLaw& law) {
  const predict::Predictor& predictor = law.predictor;
  if (!request.text("output"))
    return fail(ErrorCode::invalid_argument, "predict: --rows needs -o OUT.csv (or -o - for standard output)");
  const std::string path = *request.text("rows");
  auto input = io::read_file(path);
  if (!input) return forward(input);
  dataset::Observer observer(shelf_of(context), law.gpus);
  auto rows = predict::predict_rows(*input, predictor, observer, request.flag("skip-bad"));
  if (!rows) return forward(rows, path);
  if (auto status = io::write_file(*request.text("output"), rows->csv); !status) return forward(status);
  Document d, left_out = Document::Array{};
  for (const dataset::LeftOut& l : rows->left_out)
    left_out.push(Document().set("reason", l.reason).set("rows", static_cast<std::int64_t>(l.rows)));
  d.set("rows", static_cast<std::int64_t>(rows->rows))
      .set("predicted", static_cast<std::int64_t>(rows->predicted))
      .set("without_prediction", std::move(left_out));
  return Answer{std::move(d.set("law", predictor.law().form).set("written", *request.text("output"))),
                rows->predicted != rows->rows,
                {}};
}

Result<Answer> run(const Request& request, const Context& context) {
  auto law = chosen_law(request, context);
  if (!law) return forward(law);
  if (request.text("rows")) return predict_table(request, context, *law);
  return predict_one(request, context, *law);
}

// ---- for people

double number_at(const Document& d, std::string_view path) {
  const Document* found = d.at_path(path);
  return found == nullptr ? 0.0 : found->number();
}

std::string range_text(const Document& d, const std::string& path, const std::string& stem, const std::string& unit,
                       const auto& shown) {
  const auto at = [&](const std::string& key) { return shown(number_at(d, path + "." + key)); };
  return at(stem + unit) + "  [" + at(stem + "_low" + unit) + ", " + at(stem + "_high" + unit) + "]";
}

report::Page view_rows(const Document& answer) {
  report::Page page;
  page.text(std::to_string(*answer.find("predicted")->integer()) + " of " +
            std::to_string(*answer.find("rows")->integer()) + " rows predicted, written to " +
            *answer.find("written")->text());
  for (const Document& l : *answer.find("without_prediction")->array())
    page.text("  " + std::to_string(*l.find("rows")->integer()) + " without: " + *l.find("reason")->text());
  return page;
}

report::Page view(const Document& answer) {
  if (answer.find("written") != nullptr) return view_rows(answer);
  report::Page page;
  const auto whole = [&answer](const char* path) {
    return std::to_string(static_cast<std::int64_t>(number_at(answer, path)));
  };
  page.text(*answer.find("name")->text() + " on " + whole("gpus") + " x " + *answer.find("gpu")->text() + ": " +
            whole("workload.width") + " x " + whole("workload.height") + ", " + whole("workload.steps") +
            " steps, batch " + whole("workload.batch") + ", " + *answer.at_path("workload.dtype")->text());
  report::Table table({{"predicted"}, {"median  [90 % interval]"}});
  const auto joules = [](double x) { return to_text(x * joule); };
  table.add({"energy an item", range_text(answer, "per_item", "energy", "_j", joules)});
  table.add(
      {"", range_text(answer, "per_item", "energy", "_j", [](double x) { return to_watt_hours_text(x * joule); })});
  if (answer.at_path("per_batch.duration_s") != nullptr) {
    table.add({"time of the batch",
               range_text(answer, "per_batch", "duration", "_s", [](double x) { return to_text(x * second); })});
    table.add({"mean power", to_text(number_at(answer, "per_batch.power_w") * watt)});
  }
  table.add({"emissions an item",
             range_text(answer, "carbon", "emissions", "_gco2e", [](double x) { return to_text(x * gram_co2e); })});
  page.table(std::move(table));
  report::Page::Bars bars;
  for (const auto& [stage, share] : *answer.find("energy_share")->object()) bars.push_back({stage, share.number()});
  page.bars(std::move(bars));
  page.text("law " + *answer.find("law")->text() + "; boundary " + *answer.find("boundary")->text() +
            "; carbon: " + *answer.at_path("carbon.name")->text() + " " + whole("carbon.year") + ", " +
            to_text(number_at(answer, "carbon.intensity_g_per_kwh"), 3) + " gCO2e/kWh" +
            (*answer.at_path("carbon.assumed")->boolean() ? " (assumed: no --region)" : "") +
            ", GPU energy without PUE");
  for (const Document& line : *answer.find("warnings")->array()) page.text(*line.text());
  for (const Document& line : *answer.find("assumed")->array()) page.text("assumed: " + *line.text());
  return page;
}

}  // namespace

Verb predict() {
  std::vector<Field> fields = with_workload_fields({
      {.name = "gpu", .help = "the card, by catalogue name or alias (see: diffjoule list gpus)", .placeholder = "GPU"},
      {.name = "gpus",
       .kind = Field::Kind::integer,
       .help = "GPUs that share the request, sequence parallel; default: 1",
       .placeholder = "N",
       .least = 1.0,
       .most = 4096.0},
      law_field(),
      {.name = "region",
       .help = "country of the electricity, ISO code or name; default: the world, assumed",
       .placeholder = "ISO"},
      {.name = "boundary",
       .help = "what the energy includes; default: gpu, all joules of the GPUs used",
       .placeholder = "WHAT",
       .choices = {"gpu", "gpu_above_idle"}},
      {.name = "rows", .help = "predict every row of this measurement table instead", .placeholder = "IN.csv"},
      {.name = "output", .help = "where --rows writes", .placeholder = "OUT.csv", .letter = 'o'},
      {.name = "skip-bad", .kind = Field::Kind::flag, .help = "with --rows: keep going at malformed rows"},
  });
  fields.front().required = false;
  return {
      "predict",
      "energy, time and carbon of a run that has not happened",
      "Counts the request exactly and asks a law what it costs on this card: energy of one item with its 90 % "
      "interval, time and mean power of the batch, share of each phase, and the emissions of that energy. Says when it "
      "extrapolates and on what axis, and which inputs are assumed. Energy is of the GPUs used, idle not subtracted, "
      "from the pipeline call to the decoded output.",
      std::move(fields),
      {"diffjoule predict flux1-dev --gpu H100-SXM-80GB",
       "diffjoule predict sdxl-base --gpu A100-SXM4-80GB --steps 30 --batch 4 --region FRA"},
      run,
      view};
}

}  // namespace diffjoule::api
