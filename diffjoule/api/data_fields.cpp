// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/data_fields.h"

#include "diffjoule/io/file.h"

namespace diffjoule::api {

std::vector<Field> data_fields() {
  return {{.name = "measurements",
           .help = "measurement tables (CSV); default: the bundled ones",
           .placeholder = "DATA",
           .positional = true,
           .many = true},
          {.name = "skip-bad",
           .kind = Field::Kind::flag,
           .help = "leave out and count malformed rows instead of stopping"}};
}

Result<dataset::Dataset> dataset_of(const Request& request, const Context& context) {
  std::vector<dataset::Table> tables;
  for (const std::string& path : request.texts("measurements")) {
    auto bytes = io::read_file(path);
    if (!bytes) return forward(bytes);
    tables.push_back({path, std::move(*bytes)});
  }
  if (tables.empty()) {
    auto own = dataset::bundled(context.data);
    if (!own) return forward(own);
    tables = std::move(*own);
  }
  dataset::Observer observer(models::Catalogue(context.data), GpuCatalogue(context.data));
  auto data = dataset::read(tables, observer, request.flag("skip-bad"));
  if (data && data->observations.empty()) {
    std::string why;
    for (const dataset::LeftOut& l : data->left_out) why += "\n  " + std::to_string(l.rows) + " rows: " + l.reason;
    return fail(ErrorCode::invalid_data, "no row of " + std::to_string(data->rows) + " can be used" + why);
  }
  return data;
}

io::Document document_of(const dataset::Dataset& data) {
  io::Document d, files = io::Document::Object{}, left_out = io::Document::Array{};
  for (const auto& [name, used] : data.files) files.set(name, used);
  for (const dataset::LeftOut& l : data.left_out)
    left_out.push(io::Document().set("reason", l.reason).set("rows", static_cast<std::int64_t>(l.rows)));
  d.set("rows", static_cast<std::int64_t>(data.rows)).set("used", static_cast<std::int64_t>(data.observations.size()));
  return std::move(d.set("files", std::move(files)).set("left_out", std::move(left_out)));
}

std::string words_of(const io::Document& dataset) {
  std::string text = std::to_string(*dataset.find("used")->integer()) + " of " +
                     std::to_string(*dataset.find("rows")->integer()) + " rows used";
  for (const io::Document& l : *dataset.find("left_out")->array()) {
    text += "\n  left out: " + std::to_string(*l.find("rows")->integer()) + " rows, " + *l.find("reason")->text();
  }
  return text;
}

}  // namespace diffjoule::api
