// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/lint.h"

#include "diffjoule/api/data_fields.h"
#include "diffjoule/law/groups.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;

Result<Answer> run(const Request& request, const Context& context) {
  auto data = dataset_of(request, context);
  if (!data) return forward(data);
  Document findings = Document::Array{};
  for (const law::Finding& f : law::lint(data->observations)) {
    const law::Observation& o = data->observations[f.row];
    findings.push(Document()
                      .set("group", law::group_of(o))
                      .set("batch", o.batch)
                      .set("steps", o.steps)
                      .set("pixels", o.pixels)
                      .set("problem", f.problem)
                      .set("likeliest_cause", f.cause));
  }
  const bool clean = findings.array()->empty();
  Document d;
  d.set("dataset", document_of(*data)).set("findings", std::move(findings));
  return Answer{std::move(d), !clean, {}};
}

report::Page view(const Document& answer) {
  report::Page page;
  page.text(words_of(*answer.find("dataset")));
  const auto& findings = *answer.find("findings")->array();
  if (findings.empty()) return std::move(page.text("Nothing implausible was found."));
  report::Table table({{"row"}, {"problem"}, {"likeliest cause"}});
  for (const Document& f : findings)
    table.add({*f.find("group")->text() + ", batch " + to_text(f.find("batch")->number(), 4) + ", " +
                   to_text(f.find("steps")->number(), 4) + " steps",
               *f.find("problem")->text(), *f.find("likeliest_cause")->text()});
  return std::move(page.table(std::move(table)));
}

}  // namespace

Verb lint() {
  return {"lint",
          "measured rows that cannot be what they say",
          "Holds every row against physics and its neighbours: more FLOP/s than the data sheet, more power than the "
          "limit or less than idle, an energy per FLOP three times off the other rows of the card; each with the "
          "likeliest cause. Exit code 1 where something was found. Nothing is left out by it.",
          data_fields(),
          {"diffjoule lint"},
          run,
          view};
}

}  // namespace diffjoule::api
