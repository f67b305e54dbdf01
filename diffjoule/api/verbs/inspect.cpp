// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "diffjoule/api/workload_fields.h"
#include "diffjoule/checkpoint/inspection.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;

Document part_of(const checkpoint::InspectedPart& part) {
  Document d, storage = Document::Array{};
  for (const checkpoint::StorageGroup& g : part.storage) {
    storage.push(Document()
                     .set("type", g.type)
                     .set("tensors", static_cast<std::int64_t>(g.tensors))
                     .set("elements", exact(g.elements))
                     .set("bytes", exact(g.bytes)));
  }
  d.set("component", part.component).set("class", part.class_name).set("naming", part.naming);
  d.set("parameters", exact(part.parameters)).set("parameters_agree", part.parameters_agree);
  d.set("configuration_source", part.configuration_source).set("configuration", part.configuration);
  return std::move(d.set("storage", std::move(storage)).set("catalogue_entries", list_of(part.catalogue_entries)));
}

Result<Answer> run(const Request& request, const Context& context) {
  auto found = checkpoint::inspect(*request.text("path"), models::Catalogue(context.data));
  if (!found) return forward(found);
  Document d, parts = Document::Array{};
  for (const checkpoint::InspectedPart& part : found->parts) parts.push(part_of(part));
  d.set("path", found->path).set("kind", found->kind).set("parts", std::move(parts));
  d.set("missing", list_of(found->missing)).set("completed_by", list_of(found->completed_by));
  return Answer{std::move(d), false, {}};
}

std::string joined(const Document& list, std::size_t most = 100) {
  std::string text;
  const Document::Array& entries = *list.array();
  for (std::size_t i = 0; i < std::min(most, entries.size()); ++i) text += (i == 0 ? "" : ", ") + *entries[i].text();
  if (entries.size() > most) text += " and " + std::to_string(entries.size() - most) + " more";
  return text;
}

std::string storage_text(const Document& part) {
  std::string text;
  for (const Document& g : *part.find("storage")->array()) {
    const auto bytes = static_cast<WideInteger>(g.find("bytes")->number());
    text += (text.empty() ? "" : ", ") + *g.find("type")->text() + " " + to_text(ByteCount(bytes));
  }
  return text.empty() ? "no weights here" : text;
}

report::Page view(const Document& answer) {
  report::Page page;
  page.text(*answer.find("path")->text() + ": " + *answer.find("kind")->text());
  report::Table table(
      {{"component"}, {"class"}, {"naming"}, {"parameters"}, {"stored as"}, {"configuration"}, {"same as"}});
  for (const Document& p : *answer.find("parts")->array()) {
    const bool agrees = *p.find("parameters_agree")->boolean();
    const auto parameters = static_cast<WideInteger>(p.find("parameters")->number());
    table.add({*p.find("component")->text(), *p.find("class")->text(), *p.find("naming")->text(),
               report::Cell::quantity(ParameterCount(parameters)), storage_text(p),
               *p.find("configuration_source")->text() + (agrees ? "" : " (parameters differ)"),
               joined(*p.find("catalogue_entries"), 2)});
  }
  page.table(std::move(table));
  const std::string missing = joined(*answer.find("missing"));
  if (!missing.empty()) {
    const std::string entries = joined(*answer.find("completed_by"));
    page.text("missing for a whole pipeline: " + missing + (entries.empty() ? "" : "; completed by " + entries));
  }
  return page;
}

}  // namespace

Verb inspect() {
  return {
      "inspect",
      "what a checkpoint is, from its header or configs",
      "Reads headers and configs, never weights: a diffusers folder, one component's config.json, a .safetensors file "
      "(or the .index.json of its shards) or a .gguf file, in diffusers naming or in that of the original release, "
      "which ComfyUI keeps. The same paths work wherever a verb takes a model.",
      {{.name = "path", .help = "folder or file", .placeholder = "PATH", .positional = true, .required = true}},
      {"diffjoule inspect data/models/flux1-dev/transformer/config.json"},
      run,
      view};
}

}  // namespace diffjoule::api
