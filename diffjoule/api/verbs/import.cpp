// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "diffjoule/api/import_files.h"
#include "diffjoule/api/import_lint.h"
#include "diffjoule/api/range_query.h"
#include "diffjoule/api/verb.h"
#include "diffjoule/api/workload_fields.h"
#include "diffjoule/io/file.h"
#include "diffjoule/store/place.h"
#include "diffjoule/store/record.h"
#include "diffjoule/store/store.h"
#include "diffjoule/store/taken.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;

std::vector<std::string> formats() {
  std::vector<std::string> all;
  for (const store::Import& import : store::all_imports()) all.push_back(import.name);
  return all;
}

Result<std::vector<store::Input>> fetched(const Request& request) {
  RangeQuery query{*request.text("prometheus"), request.text("query").value_or(""), {}, {}, 1.0 * second};
  if (query.query.empty())
    return fail(ErrorCode::invalid_argument,
                "import --prometheus: give the metric too, --query DCGM_FI_DEV_POWER_USAGE");
  for (const auto& [field, into] : {std::pair{"from", &query.from}, {"to", &query.to}}) {
    const auto text = request.text(field);
    const auto time = text ? store::time_from(*text) : std::nullopt;
    if (!time)
      return fail(ErrorCode::invalid_argument, std::string("import --prometheus: --") + field + " " +
                                                   (text ? "\"" + *text + "\" is not" : "is missing, expected") +
                                                   " a time like 2026-11-28T10:00:00Z");
    *into = *time;
  }
  if (!(query.to > query.from))
    return fail(ErrorCode::invalid_argument, "import --prometheus: --to is not after --from");
  auto body = fetch(query);
  if (!body) return forward(body, "import --prometheus " + query.url);
  return std::vector<store::Input>{{query.url, std::move(*body), std::nullopt}};
}

Result<std::string> store_path(const Request& request) {
  if (const auto given = request.text("store")) return *given;
  os::SystemClock clock;
  return store::default_place(sensors::real_surroundings(clock).environment);
}

Document document_of_record(const store::Record& record, const ImportedFiles& files, const GpuCatalogue& gpus) {
  const store::Entry entry = store::entry_of(record, files.format);
  Document d, findings = Document::Array{}, missing = Document::Array{}, assumed = Document::Array{};
  for (const ImportFinding& f : lint_import(record, gpus))
    findings.push(Document().set("problem", f.problem).set("likely_cause", f.likely_cause));
  for (const measure::PartEnergy& part : record.measurement.whole.parts) {
    const std::string name = sensors::name(part.part);
    if (!part.energy) missing.push(name + ": " + part.missing);
    if (part.instrument == measure::Instrument::model && part.energy) assumed.push(name);
  }
  d.set("id", entry.id).set("format", files.format).set("file", files.files.front());
  d.set("program", entry.program).set("command", entry.command);
  d.set("elapsed_s", entry.elapsed ? Document(entry.elapsed->in(second)) : Document());
  d.set("energy_j", entry.energy ? Document(entry.energy->value.in(joule)) : Document());
  d.set("energy_uncertainty_j", entry.energy ? Document(entry.energy->uncertainty.in(joule)) : Document());
  d.set("boundary", record.boundary).set("caveats", list_of(record.caveats));
  d.set("phases", static_cast<std::int64_t>(record.measurement.phases.size()));
  return std::move(
      d.set("missing", std::move(missing)).set("assumed", std::move(assumed)).set("findings", std::move(findings)));
}

// What became of each record: "stored", "there already", "not stored (dry run)".
Result<const char*> keep(const store::Record& record, const std::string& format, store::Store* store) {
  if (store == nullptr) return "dry run";
  auto there = store->find(record.measurement.id);
  if (there && *there == record.measurement.id) return "there already";
  if (!there && there.error().code() == ErrorCode::unavailable) return forward(there);
  auto put = store->put(store::entry_of(record, format), store::document_of(record, format));
  if (!put) return forward(put);
  return "stored";
}

struct Gathered {
  Document taken = Document::Array{}, refused = Document::Array{};
  std::vector<store::RunRow> rows;
  bool findings = false;
};

Result<Gathered> gathered(const ImportedAll& all, store::Store* store, const GpuCatalogue& gpus) {
  Gathered g;
  const auto refuse = [&g](const store::Refused& r) {
    g.refused.push(Document().set("where", r.where).set("reason", r.reason));
  };
  for (const store::Refused& r : all.refused) refuse(r);
  for (const ImportedFiles& files : all.groups) {
    for (const store::Record& record : files.imported.records) {
      Document d = document_of_record(record, files, gpus);
      auto kept = keep(record, files.format, store);
      if (!kept) return forward(kept);
      g.findings = g.findings || !d.find("findings")->array()->empty();
      g.taken.push(std::move(d.set("kept", *kept)));
    }
    for (const store::Refused& r : files.imported.refused) refuse(r);
    g.rows.insert(g.rows.end(), files.imported.rows.begin(), files.imported.rows.end());
  }
  return g;
}

Result<Answer> run(const Request& request, const Context& context) {
  const bool asked = request.text("prometheus").has_value();
  const auto paths = request.texts("files");
  if (paths.empty() == !asked)
    return fail(ErrorCode::invalid_argument, asked ? "import: give files or --prometheus, not both"
                                                   : "import: FILE is missing: files that another tool wrote");
  auto inputs = asked ? fetched(request) : read_inputs(paths);
  if (!inputs) return forward(inputs);
  auto all = import_inputs(*inputs, request.text("format"));
  if (!all) return forward(all);
  std::optional<store::Store> opened;
  Answer answer;
  if (!request.flag("dry-run")) {
    auto path = store_path(request);
    if (!path) return forward(path);
    auto store = store::Store::open(*path);
    if (!store) return forward(store);
    opened = std::move(*store);
    answer.warnings = opened->news();
    answer.document.set("store", *path);
  }
  auto g = gathered(*all, opened ? &*opened : nullptr, GpuCatalogue(context.data));
  if (!g) return forward(g);
  if (const auto path = request.text("output")) {
    if (g->rows.empty()) {
      answer.warnings.push_back(*path +
                                " was not written: none of the files describes a diffusion run (model and GPU)");
    } else if (auto done = io::write_file(*path, store::rows_csv(g->rows)); !done) {
      return forward(done);
    } else {
      answer.document.set("written", *path);
    }
  }
  answer.partial = g->findings || !g->refused.array()->empty();
  answer.document.set("rows", static_cast<std::int64_t>(g->rows.size()));
  answer.document.set("taken", std::move(g->taken)).set("refused", std::move(g->refused));
  return answer;
}

std::string joined(const Document& list) {
  std::string all;
  for (const Document& d : *list.array()) all += (all.empty() ? "" : "; ") + *d.text();
  return all;
}

report::Page view(const Document& answer) {
  report::Page page;
  const auto& taken = *answer.find("taken")->array();
  report::Table table({{"id"}, {"from"}, {"elapsed"}, {"energy"}, {"boundary"}, {"assumed"}, {"missing"}, {"kept"}});
  report::Table findings({{"id"}, {"problem"}, {"likely cause"}});
  std::vector<std::string> caveats;
  bool implausible = false;
  for (const Document& d : taken) {
    const Document* elapsed = d.find("elapsed_s");
    const Document* energy = d.find("energy_j");
    table.add({*d.find("id")->text(), *d.find("program")->text(),
               elapsed->is_null() ? report::Cell() : report::Cell::quantity(elapsed->number() * second),
               energy->is_null() ? report::Cell() : report::Cell::quantity(energy->number() * joule),
               *d.find("boundary")->text(), joined(*d.find("assumed")), joined(*d.find("missing")),
               *d.find("kept")->text()});
    for (const Document& c : *d.find("caveats")->array()) {
      const std::string line = *d.find("format")->text() + ": " + *c.text();
      if (std::find(caveats.begin(), caveats.end(), line) == caveats.end()) caveats.push_back(line);
    }
    for (const Document& f : *d.find("findings")->array()) {
      findings.add({*d.find("id")->text(), *f.find("problem")->text(), *f.find("likely_cause")->text()});
      implausible = true;
    }
  }
  if (!taken.empty()) page.table(std::move(table));
  for (const std::string& line : caveats) page.text(line);
  if (implausible) page.text("implausible, kept all the same:").table(std::move(findings));
  if (const auto& refused = *answer.find("refused")->array(); !refused.empty()) {
    report::Table not_taken({{"not taken"}, {"why"}});
    for (const Document& r : refused) not_taken.add({*r.find("where")->text(), *r.find("reason")->text()});
    page.table(std::move(not_taken));
  }
  if (const Document* path = answer.find("written"))
    page.text(to_text(static_cast<double>(*answer.find("rows")->integer()), 6) + " rows written to " + *path->text());
  if (const Document* path = answer.find("store")) page.text("store: " + *path->text());
  return page;
}

}  // namespace

Verb import() {
  return {"import",
          "what other tools measured, into the store",
          "Reads the files of CodeCarbon, Zeus, ML.ENERGY, the DCGM exporter, Kepler, Prometheus, nvidia-smi, MLPerf "
          "power, AI Energy Score and stable-diffusion.cpp. Every record keeps its boundary and the source's caveats; "
          "what the source guessed is marked assumed, what it did not measure is missing with the reason. Records are "
          "held against physics and data sheets. Exit code 1 where something was refused or is implausible.",
          {{.name = "files",
            .help = "files that another tool wrote",
            .placeholder = "FILE",
            .positional = true,
            .many = true},
           {.name = "format",
            .help = "read them as this, instead of by their content",
            .placeholder = "NAME",
            .choices = formats()},
           {.name = "store",
            .help = "the store; default: measurements.db in the user's data folder",
            .placeholder = "FILE"},
           {.name = "dry-run", .kind = Field::Kind::flag, .help = "show what would be taken, store nothing"},
           {.name = "output",
            .help = "write the runs of diffusion models as a table for fit and lint",
            .placeholder = "FILE",
            .letter = 'o'},
           {.name = "prometheus", .help = "ask this Prometheus instead of reading files", .placeholder = "URL"},
           {.name = "query", .help = "the metric to ask for", .placeholder = "METRIC"},
           {.name = "from", .help = "begin of the range, 2026-11-28T10:00:00Z", .placeholder = "TIME"},
           {.name = "to", .help = "end of the range", .placeholder = "TIME"}},
          {"diffjoule import --dry-run data/samples/emissions.csv"},
          run,
          view};
}

}  // namespace diffjoule::api
