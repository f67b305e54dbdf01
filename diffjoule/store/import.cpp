// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/import.h"

#include "diffjoule/error/suggest.h"
#include "diffjoule/io/csv.h"
#include "diffjoule/io/json.h"

namespace diffjoule::store {
namespace {

std::string number_text(const std::optional<std::int64_t>& number) { return number ? std::to_string(*number) : ""; }

template <class Q>
std::string number_text(const std::optional<Q>& quantity, Q unit) {
  return quantity ? io::to_json_line(quantity->in(unit)) : "";
}

}  // namespace

Result<Imported> one_by_one(std::span<const Input> inputs, Result<Imported> (*read_one)(const Input& input)) {
  Imported all;
  for (const Input& input : inputs) {
    auto one = read_one(input);
    if (!one) return forward(one);
    for (Record& r : one->records) all.records.push_back(std::move(r));
    for (RunRow& r : one->rows) all.rows.push_back(std::move(r));
    for (Refused& r : one->refused) all.refused.push_back(std::move(r));
  }
  return all;
}

Result<const Import*> import_named(const std::string& name) {
  std::vector<std::string> known;
  for (const Import& import : all_imports()) {
    if (import.name == name) return &import;
    known.push_back(import.name);
  }
  return fail(ErrorCode::not_found, unknown_name("format", name, known, "diffjoule import --help"));
}

Result<const Import*> import_for(const Input& input) {
  std::string known;
  for (const Import& import : all_imports()) {
    if (import.recognises(input)) return &import;
    known += (known.empty() ? "" : ", ") + import.name;
  }
  return fail(ErrorCode::invalid_data, input.name + ": the format is none of " + known +
                                           "; give --format NAME if it is one of them all the same");
}

std::string rows_csv(std::span<const RunRow> rows) {
  std::string out;
  io::append_csv(
      out, {"source", "model_id", "task", "gpu", "num_gpus", "parallelism", "batch_size", "width", "height", "frames",
            "steps", "cfg", "dtype", "energy_j_per_item", "avg_power_w", "latency_s_per_batch", "notes", "boundary"});
  for (const RunRow& r : rows) {
    const std::string fields[] = {r.source,
                                  r.model,
                                  r.task,
                                  r.gpu,
                                  number_text(r.gpus),
                                  r.parallelism,
                                  number_text(r.batch),
                                  number_text(r.width),
                                  number_text(r.height),
                                  number_text(r.frames),
                                  number_text(r.steps),
                                  "",
                                  r.dtype,
                                  number_text(r.energy_per_item, joule),
                                  number_text(r.mean_power, watt),
                                  number_text(r.latency_per_batch, second),
                                  r.notes,
                                  r.boundary};
    io::append_csv(out, std::span<const std::string>(fields));
  }
  return out;
}

}  // namespace diffjoule::store
