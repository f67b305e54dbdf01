// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/measure/measurement.h"

// What other tools measured, as records of ours. One file in imports/ reads one neighbour's format, `Import zeus();`.
// A record keeps its boundary (what the energy includes) and the source's caveats; parts that the source guessed are
// marked assumed; what it did not measure is missing with the reason, never zero.
namespace diffjoule::store {

// A file, as it was given.
struct Input {
  std::string name;
  std::string text;
  std::optional<Duration> modified =
      std::nullopt;  // since 1970 UTC: when it was written, where nothing better is there
};

struct Record {
  measure::Measurement measurement;
  std::string boundary;  // "gpu", "gpu, cpu and ram of the machine", "wall"
  std::vector<std::string> caveats;
};

// A diffusion run in the columns of docs/guide/measurements.md. What is absent follows the model's defaults.
struct RunRow {
  std::string source, model, task, gpu, parallelism, dtype, boundary, notes;
  std::optional<std::int64_t> gpus = {}, batch = {}, width = {}, height = {}, frames = {}, steps = {};
  std::optional<Energy> energy_per_item = {};
  std::optional<Power> mean_power = {};
  std::optional<Duration> latency_per_batch = {};
};

// What was not taken, and why: "line 7", "energy is negative: -3".
struct Refused {
  std::string where;
  std::string reason;
};

struct Imported {
  std::vector<Record> records;
  std::vector<RunRow> rows;
  std::vector<Refused> refused;
};

struct Import {
  std::string name;
  std::string summary;
  bool together;  // takes all files of its format at once (two scrapes, a log and its window); else one by one
  bool (*recognises)(const Input& input);
  // An error: the file as a whole is not what it should be. It names file, line and field.
  Result<Imported> (*read)(std::span<const Input> inputs);
};

// What read_one takes of each file, together; the first error ends it.
[[nodiscard]] Result<Imported> one_by_one(std::span<const Input> inputs,
                                          Result<Imported> (*read_one)(const Input& input));

// The members of imports/, by name of file.
[[nodiscard]] const std::vector<Import>& all_imports();

// The format of that name; an error offers the nearest.
[[nodiscard]] Result<const Import*> import_named(const std::string& name);
// The one that knows the file by its content; an error says what is known.
[[nodiscard]] Result<const Import*> import_for(const Input& input);

// Rows as the CSV that `diffjoule fit` and `lint` read, with its header.
[[nodiscard]] std::string rows_csv(std::span<const RunRow> rows);

}  // namespace diffjoule::store
