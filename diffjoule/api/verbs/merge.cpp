// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <span>

#include "diffjoule/api/verb.h"
#include "diffjoule/api/workload_fields.h"
#include "diffjoule/store/store.h"

namespace diffjoule::api {
namespace {

using io::Document;

bool same_file(const std::string& a, const std::string& b) {
  struct stat one {
  }, other{};
  return stat(a.c_str(), &one) == 0 && stat(b.c_str(), &other) == 0 && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

Result<Answer> run(const Request& request, const Context&) {
  const std::vector<std::string> stores = request.texts("stores");
  if (stores.size() < 2)
    return fail(ErrorCode::invalid_argument, "merge: give the store that takes and at least one that gives");
  const std::string& into = stores.front();
  auto store = store::Store::open(into);
  if (!store) return forward(store, "merge");
  Answer answer;
  answer.warnings = store->news();
  Document rows = Document::Array{};
  std::int64_t added = 0;
  for (const std::string& from : std::span(stores).subspan(1)) {
    if (same_file(into, from))
      return fail(ErrorCode::invalid_argument, "merge: " + from + " is the store that it would be merged into");
    auto merged = store->merge(from);
    if (!merged) return forward(merged, "merge");
    added += static_cast<std::int64_t>(merged->added);
    answer.partial = answer.partial || !merged->differing.empty() || !merged->left_out.empty();
    Document row;
    row.set("from", from).set("added", static_cast<std::int64_t>(merged->added));
    row.set("already_there", static_cast<std::int64_t>(merged->already_there));
    rows.push(std::move(row.set("differing", list_of(merged->differing)).set("left_out", list_of(merged->left_out))));
  }
  answer.document.set("into", into).set("added", added).set("merged", std::move(rows));
  return answer;
}

report::Page view(const Document& answer) {
  report::Page page;
  report::Table table({{"from"}, {"added"}, {"already there"}, {"differing"}});
  std::vector<std::string> lines;
  for (const Document& row : *answer.find("merged")->array()) {
    const auto whole = [&row](const char* name) {
      return report::Cell::whole(static_cast<WideInteger>(*row.find(name)->integer()));
    };
    const Document::Array& differing = *row.find("differing")->array();
    table.add({*row.find("from")->text(), whole("added"), whole("already_there"),
               report::Cell::whole(static_cast<WideInteger>(differing.size()))});
    for (const Document& id : differing) lines.push_back("differing: " + *id.text() + ": the store's own was kept");
    for (const Document& line : *row.find("left_out")->array()) lines.push_back("left out: " + *line.text());
  }
  page.table(std::move(table));
  for (const std::string& line : lines) page.text(line);
  return page;
}

}  // namespace

Verb merge() {
  return {
      "merge",
      "several stores of measurements as one",
      "Takes into the first store all that the others have and it has not; what is there already stays as it is, so "
      "that merging twice changes nothing. Exit code 1 where something was left out or differs.",
      {{.name = "stores",
        .help = "the store that takes, made where it is not there; then the stores that give, which are only read",
        .placeholder = "STORE",
        .positional = true,
        .required = true,
        .many = true}},
      {"diffjoule merge all.db data/samples/sweep.db"},
      run,
      view};
}

}  // namespace diffjoule::api
